"""World: labelled arrays for one base year, with the provenance of every figure."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from peyvand.errors import (
    DataError,
    UnknownEconomyError,
    UnknownNameError,
    UnknownSectorError,
    did_you_mean,
    unwritable,
)
from peyvand.variables import labelled
from peyvand.world.accounts import accounts

STATUSES = ("reported", "mirrored", "estimated", "assumed")
"""How a figure is known; the `_status` variables hold positions in this tuple."""

AGREEMENT_KINDS = ("none", "partial_scope", "eco", "free_trade", "cis", "cis_2012", "gcc", "eaeu", "eu")
"""Trade agreements from the shallowest to the deepest; `agreement_kind` holds positions in this tuple.

partial_scope is a list of goods, eco the one of Iran, Pakistan and Türkiye; cis the bilateral free trade between
former members of the Soviet Union, cis_2012 their treaty of 2012; gcc and eaeu are customs unions, eu the internal
market with Norway and Iceland; free_trade is every other free-trade area or customs union.
"""

PROVENANCE_COLUMNS = ("variable", "economy", "sector", "status", "source", "licence", "url", "note")

REQUIRED = (
    "trade_flow", "tariff_rate", "value_added_share", "input_share", "final_share", "trade_elasticity",
)  # fmt: skip

_SHELF = files("peyvand.world").joinpath("embedded")
_SUFFIX = ".nc.gz"
_GZIP, _NETCDF_3, _NETCDF_4 = b"\x1f\x8b", b"CDF", b"\x89HDF"
_WRITES_ONE = "peyvand world build writes one, and World.save"


@dataclass(frozen=True, eq=False)
class World:
    """What the world is in its base year.  Nothing changes it in place; `replace` gives a new one.

    Parameters
    ----------
    data : Dataset
        The variables of `variables.csv` over the dims exporter, importer, economy, sector, input_sector, with `name`
        and `base_year` in `attrs`.
    provenance : DataFrame
        One row per figure or group of figures: variable, economy, sector, status, source, licence, url, note
        (`*` for all).

    Raises
    ------
    DataError
        If a required variable, dim or label is missing, or the labels of the dims differ.
    """

    data: xr.Dataset
    provenance: pd.DataFrame

    def __post_init__(self) -> None:
        missing = [name for name in REQUIRED if name not in self.data]
        if missing:
            raise DataError(f"a World needs {', '.join(REQUIRED)}", hint=f"missing: {', '.join(missing)}")
        labels = {str(dim): tuple(map(str, index)) for dim, index in self.data.indexes.items()}
        for dim, twin in (("importer", "exporter"), ("economy", "exporter"), ("input_sector", "sector")):
            if labels.get(dim) != labels.get(twin):
                raise DataError(
                    f"the labels of {dim} and {twin} must be the same, in the same order",
                    hint=f"world_from_arrays takes the labels once; or select {dim} by the labels of {twin}",
                )
        for dim in ("exporter", "sector"):
            if not labels[dim]:
                raise DataError(f"a World needs at least one {dim}", hint=f"name the labels of {dim}")
            repeated = sorted({label for label in labels[dim] if labels[dim].count(label) > 1})
            if repeated:
                raise DataError(f"{dim} holds {', '.join(repeated)} more than once", hint="name every label once")
        for name in self.data.data_vars:
            self.data[name].values.setflags(write=False)

    # -- what it holds ---------------------------------------------------------------------------------------------
    @property
    def name(self) -> str:
        return str(self.data.attrs.get("name", "unnamed"))

    @property
    def base_year(self) -> int:
        return int(self.data.attrs.get("base_year", 0))

    @property
    def economies(self) -> tuple[str, ...]:
        return tuple(map(str, self.data.indexes["exporter"]))

    @property
    def sectors(self) -> tuple[str, ...]:
        return tuple(map(str, self.data.indexes["sector"]))

    def __getitem__(self, name: str) -> xr.DataArray:
        """One variable by name, or one of the accounts."""
        if name in self.data:
            return self.data[name]
        if name in self.accounts:
            return self.accounts[name]
        held = [*map(str, self.data.data_vars), *map(str, self.accounts.data_vars)]
        raise UnknownNameError(f"this World holds no {name!r}", hint=did_you_mean(name, held), name=name)

    @cached_property
    def accounts(self) -> xr.Dataset:
        """Output, expenditure, value added and the rest, see `peyvand.world.accounts`."""
        return accounts(self.data)

    @cached_property
    def by_sector(self) -> Mapping[str, NDArray[np.float64]]:
        """Flows and tariffs with the sector first, (sector, exporter, importer), as the trade model multiplies them."""
        return {name: sector_first(self.data[name]) for name in ("trade_flow", "tariff_rate")}

    @cached_property
    def data_hash(self) -> str:
        """SHA-256 of names, labels and values: two Worlds with the same hash hold the same figures."""
        digest = hashlib.sha256()
        for name in sorted([*map(str, self.data.data_vars), *map(str, self.data.coords)]):
            array = self.data[name]
            digest.update(f"{name}{array.dims}{array.shape}".encode())
            values = np.ascontiguousarray(array.values)
            if values.dtype.kind in "OUT":
                digest.update("\0".join(map(str, values.ravel())).encode())
            else:
                digest.update(values.astype(np.float64).tobytes())
        return digest.hexdigest()

    def economy(self, code: str) -> str:
        """The code as this World writes it (`irn` -> `IRN`).

        Raises
        ------
        UnknownEconomyError
            With the nearest code or English name.
        """
        return self.resolve_economies([code])[0]

    def resolve_economies(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Codes or names (English, Persian) as this World's codes."""
        return tuple(self._resolve(code) for code in codes)

    def resolve_sectors(self, names: Iterable[str]) -> tuple[str, ...]:
        """Sector names as this World's; `all` stands for every sector.

        Raises
        ------
        UnknownSectorError
            With the nearest sector.
        """
        found: list[str] = []
        for name in names:
            if name == "all":
                found += self.sectors
            elif name in self.sectors:
                found.append(name)
            else:
                hint = did_you_mean(name, self.sectors)
                raise UnknownSectorError(f"no sector {name!r} in the World {self.name}", hint=hint, name=name)
        return tuple(dict.fromkeys(found))

    def _resolve(self, code: str) -> str:
        if code.strip().upper() in self.economies:
            return code.strip().upper()
        names = self._names
        if code.strip().lower() in names:
            return names[code.strip().lower()]
        near = did_you_mean(code, [*self.economies, *names])
        raise UnknownEconomyError(f"no economy {code!r} in the World {self.name}", hint=near, code=code)

    @cached_property
    def _names(self) -> dict[str, str]:
        held = [name for name in ("name_en", "name_fa") if name in self.data]
        return {str(self.data[n].sel(economy=code).item()).lower(): code for n in held for code in self.economies}

    # -- new Worlds from old ---------------------------------------------------------------------------------------
    def replace(self, **arrays: xr.DataArray) -> World:
        """A new World with some variables replaced (or added)."""
        fresh = {name: labelled(array, name) for name, array in arrays.items()}
        return World(self.data.assign(fresh), self.provenance)

    # -- files -----------------------------------------------------------------------------------------------------
    @classmethod
    def embedded(cls, name: str = "eurasia-2019") -> World:
        """A World that ships with peyvand.

        Raises
        ------
        UnknownNameError
            If no World of this name ships.
        """
        return _embedded(name)

    @classmethod
    def load(cls, path: str | Path) -> World:
        """Read a World from a file written by `save` (netCDF 3, gzipped or plain).

        Its figures are taken as they stand: `peyvand.world.check` says whether they keep the rules.

        Raises
        ------
        DataError
            If the file is absent, not a World, or damaged.
        """
        try:
            content = Path(path).read_bytes()
        except FileNotFoundError as error:
            raise DataError(f"no World file at {path}", hint=_WRITES_ONE) from error
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror}", hint="give a World's file") from error
        try:
            return cls.from_bytes(content)
        except DataError as error:
            raise DataError(f"{path}: {error.message}", hint=error.hint, path=str(path)) from error

    @classmethod
    def open(cls, name_or_path: str | Path) -> World:
        """A World that ships, by its name, or one in a file, by its path.

        Raises
        ------
        DataError
            If there is neither, or the file is not a World.

        >>> World.open("eurasia-2019").base_year
        2019
        """
        name = str(name_or_path)
        if name in shipped():
            return cls.embedded(name)
        if Path(name).name != name or Path(name).suffix or Path(name).exists():
            return cls.load(name_or_path)
        raise UnknownNameError(
            f"no World {name!r} ships with peyvand", hint=f"{did_you_mean(name, shipped())} or give a file", name=name
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> World:
        """The World in the bytes of its file.

        Raises
        ------
        DataError
            If they are not a World's.
        """
        try:
            return cls._read(_netcdf(content))
        except (OSError, EOFError, ValueError, KeyError, TypeError, IndexError, zlib.error) as error:
            raise DataError(f"not a World file, or a damaged one: {error}", hint=_WRITES_ONE) from error

    @classmethod
    def _read(cls, netcdf: bytes) -> World:
        with xr.open_dataset(io.BytesIO(netcdf), engine="scipy") as opened:
            data = opened.load()
        if "provenance" not in data.attrs:
            raise DataError("not a World file: netCDF without a World's provenance", hint=_WRITES_ONE)
        provenance = pd.DataFrame(json.loads(data.attrs.pop("provenance")), columns=list(PROVENANCE_COLUMNS))
        for dim in data.indexes:
            data[dim] = [str(label) for label in data.indexes[dim]]
        names = [name for name in data.data_vars if name in ("name_en", "name_fa")]
        data = data.assign({name: data[name].astype(str) for name in names})
        return cls(
            xr.Dataset({str(name): labelled(data[name], str(name)) for name in data.data_vars}, attrs=data.attrs),
            provenance,
        )

    def to_bytes(self) -> bytes:
        """The content of the World's file: the same World gives the same bytes."""
        data = self.data.assign_attrs(provenance=self.provenance.to_json(orient="values", force_ascii=False))
        return gzip.compress(bytes(data.to_netcdf(engine="scipy")), compresslevel=9, mtime=0)

    def save(self, path: str | Path) -> None:
        """Write the World to a file, whole or not at all.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        target = Path(path)
        part = target.with_name(target.name + ".part")
        try:
            part.write_bytes(self.to_bytes())
            part.replace(target)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            raise unwritable(target, error) from error


def shipped() -> tuple[str, ...]:
    """Names of the Worlds that ship with peyvand.

    >>> shipped()
    ('eurasia-2019',)
    """
    held = (entry.name for entry in _SHELF.iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in held if name.endswith(_SUFFIX)))


def sector_first(pairs: xr.DataArray) -> NDArray[np.float64]:
    """(exporter, importer, sector) as (sector, exporter, importer), in one piece and read-only."""
    values = np.array(pairs.transpose("sector", "exporter", "importer").values, dtype=np.float64, order="C")
    values.setflags(write=False)
    return values


def blank_provenance() -> pd.DataFrame:
    """An empty provenance table with its columns."""
    return pd.DataFrame(columns=list(PROVENANCE_COLUMNS), dtype=str)


@cache
def _embedded(name: str) -> World:
    if name not in shipped():
        raise UnknownNameError(f"no World {name!r} ships with peyvand", hint=did_you_mean(name, shipped()), name=name)
    return World.from_bytes(_SHELF.joinpath(f"{name}{_SUFFIX}").read_bytes())


def _netcdf(content: bytes) -> bytes:
    """The netCDF 3 in a file's bytes, gzipped or plain."""
    if not content:
        raise DataError("not a World file: it is empty", hint=_WRITES_ONE)
    plain = gzip.decompress(content) if content.startswith(_GZIP) else content
    if plain.startswith(_NETCDF_4):
        raise DataError(
            "not a World file: netCDF 4, where a World is netCDF 3",
            hint="World.save writes one; in xarray: engine='scipy'",
        )
    if not plain.startswith(_NETCDF_3):
        raise DataError("not a World file: it holds no netCDF", hint=_WRITES_ONE)
    return plain
