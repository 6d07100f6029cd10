"""What is no World: files of other kinds, broken figures, arrays that cannot be read; each refused with a hint."""

from __future__ import annotations

import errno
import gzip
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from numpy.testing import assert_array_equal
from tests.worlds import small_world

from peyvand.errors import DataError, OutputError, UnknownNameError, unwritable
from peyvand.world import World, check, problems
from peyvand.world.from_tables import world_from_arrays
from peyvand.world.world import shipped


def other_netcdf():
    return bytes(xr.Dataset({"x": ("a", [1.0])}).to_netcdf(engine="scipy"))


WHOLE = small_world().to_bytes()
NOT_WORLDS = {
    "empty": (b"", "it is empty"),
    "gzip of nothing": (gzip.compress(b""), "holds no netCDF"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "holds no netCDF"),
    "a page": (b"<!doctype html>", "holds no netCDF"),
    "netCDF 4": (b"\x89HDF\r\n\x1a\n", "netCDF 4"),
    "netCDF of something else": (gzip.compress(other_netcdf()), "without a World's provenance"),
    "half a gzip": (WHOLE[: len(WHOLE) // 2], "damaged"),
    "half a netCDF": (gzip.decompress(WHOLE)[:3000], "damaged"),
    "gzip with a broken middle": (WHOLE[:100] + b"\xff" * 500, "damaged"),
}


@pytest.mark.parametrize(("content", "said"), NOT_WORLDS.values(), ids=NOT_WORLDS)
def test_a_file_that_is_no_world_is_refused_in_our_words(content, said, tmp_path):
    path = tmp_path / "void.nc"
    path.write_bytes(content)
    with pytest.raises(DataError, match="not a World file") as caught:
        World.load(path)
    assert said in caught.value.message
    assert caught.value.message.startswith(str(path))
    assert "pip install" not in str(caught.value)


def test_a_world_may_be_plain_netcdf(tmp_path):
    world = small_world()
    (tmp_path / "plain.nc").write_bytes(gzip.decompress(world.to_bytes()))
    assert World.load(tmp_path / "plain.nc").data_hash == world.data_hash


def test_open_takes_a_name_or_a_path(tmp_path):
    small_world().save(tmp_path / "mine.nc.gz")
    assert World.open(shipped()[0]).name == shipped()[0]
    assert World.open(tmp_path / "mine.nc.gz").data_hash == small_world().data_hash
    with pytest.raises(UnknownNameError, match="no World 'eurasia-2091'") as caught:
        World.open("eurasia-2091")
    assert "did you mean 'eurasia-2019'" in caught.value.hint
    with pytest.raises(DataError, match="no World file"):
        World.open("eurasia-2091.nc.gz")
    with pytest.raises(DataError, match="cannot be read"):
        World.open(tmp_path)


# -- broken figures ----------------------------------------------------------------------------------------------------
def moved(name, value):
    array = small_world()[name].copy(deep=True)
    array[dict.fromkeys(array.dims, 0) | ({"importer": 1} if "importer" in array.dims else {})] = value
    return small_world().replace(**{name: array})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("trade_flow", -5.0, "trade_flow must not be negative: AAA AAB sector_1 = -5"),
        ("trade_flow", np.nan, "trade_flow must be finite: AAA AAB sector_1 = nan"),
        ("tariff_rate", 70.0, "share from 0 to 20"),
        ("trade_elasticity", 0.0, "trade_elasticity must be positive"),
        ("value_added_share", 0.99, "must sum to 1"),
        ("final_share", 0.99, "final_share must sum to 1"),
    ],
)
def test_a_broken_rule_names_its_rows_and_has_a_hint(name, value, said):
    with pytest.raises(DataError) as caught:
        check(moved(name, value))
    assert said in caught.value.message
    assert caught.value.hint
    assert all(problem.hint for problem in caught.value.context["problems"])


# -- arrays ------------------------------------------------------------------------------------------------------------
def made(economies=("AAA", "BBB"), **given):
    n = len(economies)
    flow = np.full((n, n, 1), 1.0)
    return world_from_arrays(
        economies=economies,
        sectors=["goods"],
        name="made",
        base_year=2019,
        **{"trade_flow": flow, "trade_elasticity": 5.0} | given,
    )


def test_the_arrays_of_these_tests_make_a_world():
    assert_array_equal(made()["final_share"], 1.0)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"trade_flow": np.full((2, 2, 1), "7.5")}, "trade_flow must hold numbers, not"),
        ({"trade_elasticity": "five"}, "trade_elasticity must hold numbers"),
        ({"trade_flow": np.full((2, 2, 1), None)}, "trade_flow must hold numbers"),
        ({"trade_flow": [[[1.0], [1.0]], [[1.0]]]}, "rows of different lengths"),
        ({"trade_flow": np.ones((2, 3, 1))}, "must have the shape (2, 2, 1)"),
        ({"trade_flow": np.zeros((2, 2, 1))}, "value_added must be positive"),
        ({"economies": []}, "at least one exporter"),
        ({"economies": ["AAA", "AAA"]}, "more than once"),
        ({"trade_flow": xr.DataArray(np.ones((1, 2, 1)), dims=("exporter", "importer", "sector"),
          coords={"exporter": ["AAA"], "importer": ["AAA", "BBB"], "sector": ["goods"]})}, "lacks BBB along exporter"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("error")
def test_arrays_that_make_no_world_are_refused_with_a_hint(given, said):
    with pytest.raises(DataError) as caught:
        made(**given)
    assert said in caught.value.message
    assert caught.value.hint


# -- what the system refuses to write ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EDQUOT, "free some space"),
        (errno.EACCES, "that you may write to"),
        (errno.EROFS, "that you may write to"),
        (errno.ENAMETOOLONG, "shorter"),
        (errno.ENOTDIR, "under a folder"),
    ],
)
def test_the_hint_fits_the_trouble(number, said):
    assert said in unwritable(Path("out"), OSError(number, "no"), say=", with --out").hint


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match=r"file is a file, not a folder"):
        small_world().save(tmp_path / "file" / "world.nc.gz")


def test_tariffs_in_per_cent_are_refused_and_one_of_five_hundred_per_cent_is_not():
    world = small_world()
    tariff = world["tariff_rate"]
    with pytest.raises(DataError, match="below 1 in the mean") as caught:
        check(world.replace(tariff_rate=(100 * tariff).clip(max=15)))
    assert caught.value.hint == "a tariff of 10% is 0.1"
    rice = tariff.copy(deep=True)
    rice[{"exporter": 0, "importer": 1, "sector": 0}] = 5.13
    assert not [problem for problem in problems(world.replace(tariff_rate=rice)) if "tariff_rate" in problem.rule]
