"""World: labelled arrays for one base year, with the provenance of every figure."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from peyvand.errors import (
    DataError,
    OutputError,
    UnknownEconomyError,
    UnknownNameError,
    UnknownSectorError,
    did_you_mean,
)
from peyvand.variables import labelled
from peyvand.world.accounts import accounts

STATUSES = ("reported", "mirrored", "estimated", "assumed")
"""How a figure is known; the `_status` variables hold positions in this tuple."""

PROVENANCE_COLUMNS = ("variable", "economy", "sector", "status", "source", "licence", "url", "note")

REQUIRED = (
    "trade_flow", "tariff_rate", "value_added_share", "input_share", "final_share", "trade_elasticity",
)  # fmt: skip


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
                raise DataError(f"the labels of {dim} and {twin} must be the same, in the same order")
        for dim in ("exporter", "sector"):
            repeated = sorted({label for label in labels[dim] if labels[dim].count(label) > 1})
            if repeated:
                raise DataError(f"{dim} holds {', '.join(repeated)} more than once")
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
        """Read a World from a file written by `save` (netCDF 3, gzipped).

        Raises
        ------
        DataError
            If the file is absent, not a World, or damaged.
        """
        try:
            return cls.from_bytes(Path(path).read_bytes())
        except FileNotFoundError as error:
            raise DataError(f"no World file at {path}", hint="peyvand world build writes one") from error
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path} is not a World file: {error}", hint="peyvand world build writes one") from error

    @classmethod
    def from_bytes(cls, content: bytes) -> World:
        """The World in the bytes of its file."""
        with xr.open_dataset(io.BytesIO(gzip.decompress(content)), engine="scipy") as opened:
            data = opened.load()
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
            part.unlink(missing_ok=True)
            raise OutputError(
                f"cannot write {target}: {error.strerror}", hint="choose a folder you may write to"
            ) from error


@cache
def _embedded(name: str) -> World:
    shelf = files("peyvand.world").joinpath("embedded")
    held = sorted(entry.name.removesuffix(".nc.gz") for entry in shelf.iterdir() if entry.name.endswith(".nc.gz"))
    if name not in held:
        raise UnknownNameError(f"no World {name!r} ships with peyvand", hint=did_you_mean(name, held), name=name)
    return World.from_bytes(shelf.joinpath(f"{name}.nc.gz").read_bytes())


def blank_provenance() -> pd.DataFrame:
    """An empty provenance table with its columns."""
    return pd.DataFrame(columns=list(PROVENANCE_COLUMNS), dtype=str)
