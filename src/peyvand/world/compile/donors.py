"""Whose technology stands in?  Cost, output and final-demand shares of donor tables, summed to the eleven sectors.

Donors: each economy of WIOD's 2013 release for 2011 (Timmer et al. 2015), its members of the EU as one, its rest of the
world, and Uzbekistan 2022 (Statistics Agency of Uzbekistan).  They are priors: balancing moves them to each economy's
own output, expenditure and GDP.

WIOD's industries c2 (mining), c9 (chemicals) and c30 (business services) straddle two sectors.  Their output is divided
evenly, which leaves cost shares as they are; what each user buys of them is divided as Uzbekistan's users do
(`estimated`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from peyvand.world.compile.concordance import REST, SECTORS, SERVICES, economies, sector_of

EU = "EU27"
UZBEKISTAN = "UZB"
_BUSINESS = ("J62", "J63", "M69", "M70", "M71", "M72", "M73", "M74", "M75", "N77", "N78", "N79", "N80", "N81", "N82")
_ENGINEERING = "M71"
_STRADDLING = {"c2": ("B05", "B06", "B07", "B08", "B09"), "c9": ("C20", "C21"), "c30": _BUSINESS}
"""WIOD's industries that straddle two sectors, and Uzbekistan's products that they hold."""
FINAL = "final"


def donor_shares(*, wiod: dict[str, pd.DataFrame], uzbekistan: dict[str, pd.DataFrame]) -> xr.Dataset:
    """Shares of every donor over (donor, sector), and `input_share` over (donor, input_sector, sector).

    Parameters
    ----------
    wiod : dict of DataFrame
        `use`, `output`, `final` and `trade` of one year, from `peyvand.sources.wiod`.
    uzbekistan : dict of DataFrame
        `sectors` and `use` from `peyvand.sources.uzbekistan_io`.

    Returns
    -------
    Dataset
        `input_share` (of output), `value_added_share`, `output_share`, `final_share`, `export_share` (sums to one over
        the three services; zero for goods).
    """
    home = _uzbek_flows(uzbekistan)
    divide = _division_by_user(uzbekistan)
    donors = {UZBEKISTAN: home} | _wiod_flows(wiod, divide)
    shares = xr.concat([_shares(flows) for flows in donors.values()], pd.Index(donors, name="donor"))
    return _with_uzbek_extraction(shares)


def _with_uzbek_extraction(shares: xr.Dataset) -> xr.Dataset:
    """WIOD's rest of the world buys a quarter of its oil's worth in oil: Uzbekistan's extraction stands in for it."""
    columns = shares[["input_share", "value_added_share"]]
    theirs = (columns["donor"] == REST) & columns["sector"].isin(["oil_gas", "mining"])
    return shares.assign(columns.where(~theirs, columns.sel(donor=UZBEKISTAN, drop=True)).data_vars)


def engineering_part_of_business(uzbekistan: dict[str, pd.DataFrame]) -> float:
    """Architecture and engineering (M71) in the output of business services, Uzbekistan 2022."""
    output = uzbekistan["sectors"].set_index("sector")["output_muzs"]
    return float(output[_ENGINEERING] / output[list(_BUSINESS)].sum())


def _shares(flows: xr.Dataset) -> xr.Dataset:
    """From flows in money to shares."""
    cost = flows["use"].sum("input_sector") + flows["value_added"]
    services = flows["exports"].where(flows["sector"].isin(SERVICES), 0.0)
    final = flows["final"].clip(min=0.0)
    return xr.Dataset(
        {
            "input_share": flows["use"] / cost,
            "value_added_share": flows["value_added"] / cost,
            "output_share": flows["output"] / flows["output"].sum(),
            "final_share": final / final.sum(),
            "export_share": services / services.sum(),
        }
    )


# -- Uzbekistan 2022 ---------------------------------------------------------------------------------------------------
def _uzbek_flows(uzbekistan: dict[str, pd.DataFrame]) -> xr.Dataset:
    products = uzbekistan["sectors"]
    money = ["output_muzs", "value_added_muzs", "final_muzs", "exports_muzs"]
    sums = products.groupby(products["sector"].map(_uzbek_sector))[money].sum()
    use = uzbekistan["use"]
    keys = [use["input_sector"].map(_uzbek_sector), use["sector"].map(_uzbek_sector)]
    return _dataset(
        use=use.groupby(keys)["use_muzs"].sum().unstack(fill_value=0),
        output=sums["output_muzs"],
        value_added=sums["value_added_muzs"],
        final=sums["final_muzs"] - sums["exports_muzs"],
        exports=sums["exports_muzs"],
    )


def _division_by_user(uzbekistan: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """How each using sector (and final demand) divides WIOD's straddling industries: {wiod code: user × sector}."""
    products, use = uzbekistan["sectors"], uzbekistan["use"]
    at_home = (products["final_muzs"] - products["exports_muzs"]).clip(lower=0.0)
    final = pd.DataFrame({"product": products["sector"], "user": FINAL, "value": at_home})
    used = pd.DataFrame(
        {"product": use["input_sector"], "user": use["sector"].map(_uzbek_sector), "value": use["use_muzs"]}
    )
    bought = pd.concat([used, final])
    found = {}
    for code, parts in _STRADDLING.items():
        rows = bought[bought["product"].str.startswith(parts)]
        table = rows.groupby([rows["user"], rows["product"].map(_uzbek_sector)])["value"].sum().unstack(fill_value=0)
        found[code] = table.div(table.sum(axis=1), axis=0)
    return found


def _uzbek_sector(code: str) -> str:
    """The sector of a product code such as `B06.1`, by its first three characters."""
    held = sector_of("uzbekistan")
    return held[code[:3] if code[:3] in held else code[:1]][0]


# -- WIOD 2011 ---------------------------------------------------------------------------------------------------------
def _wiod_flows(wiod: dict[str, pd.DataFrame], divide: dict[str, pd.DataFrame]) -> dict[str, xr.Dataset]:
    """The flows of each WIOD economy, of the EU's members as one, and of the rest of the world."""
    members = next(economy.members for economy in economies() if economy.code == EU)
    group = dict.fromkeys(members, EU)
    output, use, final, trade = (wiod[name].replace({"economy": group, "exporter": group, "importer": group})
                                 for name in ("output", "use", "final", "trade"))  # fmt: skip
    abroad = trade[trade["exporter"] != trade["importer"]]
    made = _divide_output(output.groupby(["economy", "sector"])["output_musd"].sum())
    sold = _divide_output(abroad.groupby(["exporter", "sector"])["trade_musd"].sum())
    used = use.rename(columns={"sector": "user", "use_musd": "value"})
    spent = final.rename(columns={"sector": "input_sector", "final_musd": "value"}).assign(user=FINAL)
    bought = _divide_inputs(pd.concat([used, spent]), divide)
    found = {}
    for code, rows in bought.groupby("economy"):
        table = rows.groupby(["sector", "user"])["value"].sum().unstack(fill_value=0)
        inputs = table.drop(columns=FINAL)
        found[str(code)] = _dataset(
            use=inputs,
            output=made[code],
            value_added=(made[code] - inputs.sum()).clip(lower=0.0),
            final=table[FINAL],
            exports=sold[code],
        )
    return found


def _divide_output(values: pd.Series) -> pd.Series:
    """Values by (economy, WIOD industry) as values by (economy, sector); straddling industries evenly."""
    frame = values.rename("value").rename_axis(["economy", "industry"]).reset_index()
    frame["sector"] = frame["industry"].map(sector_of("wiod"))
    frame["value"] = frame["value"] / frame["sector"].map(len)
    return frame.explode("sector").groupby(["economy", "sector"])["value"].sum()


def _divide_inputs(bought: pd.DataFrame, divide: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Purchases by (WIOD input, WIOD user) as purchases by (sector, user sector or final)."""
    users = sector_of("wiod") | {FINAL: (FINAL,)}
    frame = bought.assign(user=bought["user"].map(users))
    frame["value"] = frame["value"] / frame["user"].map(len)
    frame = frame.explode("user")
    plain = frame[~frame["input_sector"].isin(divide)]
    parts = [plain.assign(sector=plain["input_sector"].map(lambda code: sector_of("wiod")[code][0]))]
    for code, table in divide.items():
        rows = frame[frame["input_sector"] == code]
        parts += [
            rows.assign(sector=sector, value=rows["value"] * rows["user"].map(table[sector]))
            for sector in table.columns.astype(str)
        ]
    return pd.concat(parts)[["economy", "sector", "user", "value"]]


def _dataset(*, use: pd.DataFrame, **columns: pd.Series) -> xr.Dataset:
    """One donor's flows over the eleven sectors."""
    square = use.reindex(index=SECTORS, columns=SECTORS, fill_value=0.0).to_numpy(float)
    coords = {"sector": list(SECTORS), "input_sector": list(SECTORS)}
    arrays = {name: ("sector", series.reindex(SECTORS).fillna(0.0).to_numpy(float)) for name, series in columns.items()}
    return xr.Dataset({"use": (("input_sector", "sector"), np.maximum(square, 0.0)), **arrays}, coords)
