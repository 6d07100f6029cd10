"""What does a stop cost, in hours and dollars?  Reported where CPMM or Doing Business say, else assumed by one rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from peyvand.corridors.compile.inputs import Inputs

CUSTOMS_UNION = frozenset({"ARM", "BLR", "KAZ", "KGZ", "RUS"})
BASE_YEAR = 2019
SUEZ_H = 14.0
_FERRY_PORT = "Kuryk"
_COLUMNS = (
    "pass_h", "pass_usd_per_t", "transfer_h", "transfer_usd_per_t", "gauge_change_usd_per_t", "stop_status",
    "stop_source",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reported:
    """What CPMM reports of a place: hours, dollars per shipment (NaN where none), and where it says so."""

    hours: float
    usd: float
    source: str


def stops(places: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """What passing, changing mode and changing gauge cost at each place, with status and source.

    Passing costs at a border crossing and in a canal; changing mode costs in ports and where rail meets road.
    """
    return pd.DataFrame([_stop(place, inputs) for _, place in places.iterrows()], columns=list(_COLUMNS))


def _stop(place: pd.Series, inputs: Inputs) -> dict[str, object]:
    kind = place["kind"]
    gauge = inputs.factor("gauge_change_usd").value / inputs.factor("shipment_t").value
    row: dict[str, object] = {"gauge_change_usd_per_t": round(gauge, 2), "stop_status": "assumed"}
    if kind in ("rail_crossing", "road_crossing"):
        return row | _crossing(place, inputs)
    if kind == "sea":
        canal = place["name"] == "Suez"
        source = "12 to 16 hours in convoy, as the canal's authority states; dues are in the freight rate"
        return (
            row
            | {"pass_h": SUEZ_H if canal else 0.0, "pass_usd_per_t": 0.0}
            | {"stop_source": source if canal else "open water"}
        )
    if kind in ("sea_port", "caspian_port"):
        return row | _port(place, inputs)
    hours, paid = inputs.factor("rail_crossing_hours"), inputs.factor("gauge_change_usd")
    return row | {
        "pass_h": 0.0,
        "pass_usd_per_t": 0.0,
        "transfer_h": hours.value,
        "transfer_usd_per_t": round(paid.value / inputs.factor("shipment_t").value, 2),
        "stop_source": f"reloading between rail and road as a stop at a CAREC rail crossing: {hours.source}",
    }


def _crossing(place: pd.Series, inputs: Inputs) -> dict[str, object]:
    reported = _reported(place["name"], inputs)
    mode = "rail" if place["kind"] == "rail_crossing" else "road"
    tonnes = inputs.factor("shipment_t").value
    hours, paid = inputs.factor(f"{mode}_crossing_hours"), inputs.factor(f"{mode}_usd_per_crossing")
    if reported is not None:
        usd = paid.value if np.isnan(reported.usd) else reported.usd
        unpaid = "; dollars assumed: CAREC mean" if np.isnan(reported.usd) else ""
        return _passing(reported.hours, usd / tonnes, "reported", reported.source + unpaid)
    if {place["economy"], place["neighbour"]} <= CUSTOMS_UNION:
        inside = inputs.border_compliance.query("place == 'Kazakhstan'").iloc[0]
        source = "inside the Eurasian Economic Union: Kazakhstan's hours to import in Doing Business 2020"
        usd_per_t = float(inside["import_usd"]) / inputs.factor("container_shipment_t").value
        return _passing(float(inside["import_h"]), usd_per_t, "assumed", source)
    return _passing(
        hours.value, paid.value / tonnes, "assumed", f"not in CPMM; mean of the CAREC crossings: {hours.source}"
    )


def _passing(hours: float, usd_per_t: float, status: str, source: str) -> dict[str, object]:
    return {
        "pass_h": round(hours, 1),
        "pass_usd_per_t": round(usd_per_t, 2),
        "transfer_h": np.nan,
        "transfer_usd_per_t": np.nan,
        "stop_status": status,
        "stop_source": source,
    }


def _reported(name: str, inputs: Inputs) -> Reported | None:
    """Hours and dollars of the crossing's sides added up: in 2019, or the year nobody waited longest (no closures)."""
    named = inputs.reported_crossings[inputs.reported_crossings["place"] == name]
    if named.empty:
        return None
    total_h, total_usd, said = 0.0, 0.0, []
    for _, side in named.iterrows():
        held = inputs.crossings
        held = held[(held[["crossing", "economy", "mode"]] == side[["crossing", "economy", "mode"]]).all(axis=1)]
        year, hours = _calmest(held[held["measure"] == "hours"])
        usd = _calmest(held[held["measure"] == "usd"])[1]
        total_h += hours
        total_usd += usd
        said.append(f"{side['crossing']} ({side['economy']}, {year})")
    partly = "" if len(named) > 1 else "; the other side is not reported and counts nothing"
    source = f"CAREC CPMM: {', '.join(said)}, mean of directions, calmest year{partly}"
    return Reported(total_h, total_usd, source)


def _calmest(rows: pd.DataFrame) -> tuple[int, float]:
    """The base year's mean over directions, else that of the year with the lowest; (0, NaN) without rows."""
    if rows.empty:
        return 0, np.nan
    by_year = rows.groupby("year")["value"].mean()
    year = BASE_YEAR if BASE_YEAR in by_year.index else int(np.asarray(by_year.index)[int(by_year.argmin())])
    return year, float(by_year.loc[year])


def _port(place: pd.Series, inputs: Inputs) -> dict[str, object]:
    held = inputs.border_compliance.set_index("economy")
    tonnes = inputs.factor("container_shipment_t").value
    usual = inputs.border_compliance.query("export_h > 1 and import_h > 1")[["export_usd", "import_usd"]].mean(axis=1)
    dollars, status = float(usual.median()) / tonnes, "assumed"
    reported = _reported(place["name"], inputs)
    if reported is not None:
        hours, status, source = reported.hours, "reported", reported.source
    elif place["kind"] == "caspian_port" and place["economy"] in ("KAZ", "TKM"):
        other = _reported(_FERRY_PORT, inputs)
        assert other is not None
        hours, source = other.hours, f"as {_FERRY_PORT}: {other.source}"
    else:
        rows = held.loc[[place["economy"]]] if place["economy"] in held.index else held.head(0)
        mean = rows[["export_h", "import_h"]].mean(axis=1).mean()
        source = f"Doing Business 2020: border compliance of {place['economy']}, both ways, port handling included"
        if not mean >= 1:
            usual_h = inputs.border_compliance.query("export_h > 1 and import_h > 1")[["export_h", "import_h"]]
            mean = usual_h.mean(axis=1).median()
            source = (
                "median of Doing Business 2020: border compliance, since none is reported for trade across its border"
            )
        else:
            dollars = rows[["export_usd", "import_usd"]].mean(axis=1).mean() / tonnes
        hours = mean
    return {
        "pass_h": 0.0,
        "pass_usd_per_t": 0.0,
        "transfer_h": round(float(hours), 1),
        "transfer_usd_per_t": round(float(dollars), 2),
        "stop_status": status,
        "stop_source": source,
    }
