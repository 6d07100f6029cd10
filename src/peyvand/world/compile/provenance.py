"""Where does each figure come from?  The provenance table of the embedded World, one row per group of figures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from peyvand.sources import (
    baci,
    comtrade,
    country_names,
    deep_agreements,
    energy,
    facts,
    geodist,
    icio,
    sanctions,
    treaties,
    uzbekistan_io,
    uzbekistan_trade,
    wdi,
    wiod,
    wits,
    wto_services,
)
from peyvand.sources.table import Source
from peyvand.world.compile.concordance import Economy
from peyvand.world.compile.tariffs import EAEU
from peyvand.world.world import PROVENANCE_COLUMNS, STATUSES

_DONORS = {"UZB": uzbekistan_io.UZBEKISTAN_IO}


def provenance(economies: tuple[Economy, ...], duty: xr.Dataset) -> pd.DataFrame:
    """Rows with the columns of `PROVENANCE_COLUMNS`; `*` stands for all.

    Parameters
    ----------
    duty : Dataset
        `tariff_status`, for the rows of tariffs.
    """
    rows = [*_general()]
    for economy in economies:
        rows += [_flow_row(economy), *_tariff_rows(economy, duty), *_cost_rows(economy)]
    return pd.DataFrame(rows, columns=list(PROVENANCE_COLUMNS))


def _row(
    variable: str, economy: str, sector: str, status: str, sources: tuple[Source, ...], note: str = ""
) -> tuple[str, ...]:
    names = "; ".join(f"{source.publisher}: {source.title}" for source in sources) or "peyvand"
    licences = "; ".join(dict.fromkeys(source.licence for source in sources))
    urls = "; ".join(dict.fromkeys(source.url for source in sources))
    return variable, economy, sector, status, names, licences, urls, note


def _general() -> list[tuple[str, ...]]:
    services = "transport_services engineering_services other_services"
    return [
        _row(
            "trade_flow", "*", services, "estimated", (icio.ICIO, wiod.WIOD, wto_services.WTO_SERVICES),
            "ICIO's total of all services of each pair, divided by the WTO's items of imports and donors' exports",
        ),
        _row(
            "trade_flow", "*", "oil_gas mining metals_minerals", "assumed", (),
            "where pipelines and gold go, who sold oil to whom under sanctions (ties.csv, each row with its source); "
            "oil and gas pumped in six economies with hardly any (World Factbook, estimates of 2020 and 2023)",
        ),
        _row("tariff_rate", "*", services, "reported", (icio.ICIO,), "services carry no tariff"),
        _row(
            "trade_elasticity", "*", "*", "assumed", (icio.ELASTICITIES,),
            "median over eight published sets, each drawn into 1–15 (Caliendo and Parro have 64.85 for petroleum)",
        ),
        _row("trade_elasticity_se", "*", "*", "assumed", (icio.ELASTICITIES,), "s.d. of the logarithm over the sets"),
        _row("gdp_musd population", "*", "*", "reported", (wdi.WDI,)),
        _row("gdp_musd", "TWN", "*", "estimated", (icio.ICIO, wdi.WDI), "output at Korea's ratio of GDP to output"),
        _row(
            "population", "TWN", "*", "reported", (),
            "23,603,121 registered at the end of 2019, its Ministry of the Interior",
        ),
        _row(
            "distance_km contiguous common_language capital_latitude capital_longitude", "*", "*", "reported",
            (geodist.GEODIST,), "blocs: members weighted by population; the capital of a member named in economies.csv",
        ),
        _row(
            "agreement agreement_kind", "*", "*", "reported", (deep_agreements.DEEP_AGREEMENTS, treaties.DESTA),
            "in force on 31 December 2019: notified to the WTO by 2016, dated by DESTA since; free_trade.csv for the "
            "region; the interim agreement of the Eurasian union and Iran is a partial scope",
        ),
        _row(
            "agreement agreement_kind", "AZE BLR KGZ TKM UZB", "*", "assumed", (treaties.DESTA,),
            "between Azerbaijan and BLR, KGZ, TKM, UZB, and TKM with UZB: signed, entry into force undated",
        ),
        _row("language_proximity", "*", "*", "assumed", (), "shared levels of Glottolog's classification over four"),
        _row("sanctioned", "*", "*", "reported", (sanctions.GSDB,), "flag only, of trade sanctions in place in 2019"),
        _row("name_en name_fa", "*", "*", "reported", (country_names.CLDR,), "blocs: peyvand"),
        _row("trade_flow_cv", "*", "*", "estimated", (), "errors of the held-out split of TUR, KAZ and PAK"),
    ]  # fmt: skip


def _flow_row(economy: Economy) -> tuple[str, ...]:
    if economy.kind == "split":
        sources = (
            icio.ICIO,
            wdi.WDI,
            wits.WITS,
            baci.BACI,
            deep_agreements.DEEP_AGREEMENTS,
            comtrade.COMTRADE,
            wto_services.WTO_SERVICES,
            energy.ENERGY,
            *((facts.FACTS,) if economy.code == "IRN" else ()),
            *((uzbekistan_io.UZBEKISTAN_IO, uzbekistan_trade.UZBEKISTAN_TRADE) if economy.code == "UZB" else ()),
        )
        return _row(
            "trade_flow", economy.code, "*", "estimated", sources,
            "split out of ICIO's rest of the world; goods totals at customs values (WDI, imports less 5 % freight)",
        )  # fmt: skip
    if economy.kind == "rest":
        return _row("trade_flow", economy.code, "*", "estimated", (icio.ICIO,), "what the split economies leave")
    members = f"sum of {' '.join(economy.members)}" if len(economy.members) > 1 else ""
    return _row("trade_flow", economy.code, "goods", "reported", (icio.ICIO,), members)


def _tariff_rows(economy: Economy, duty: xr.Dataset) -> list[tuple[str, ...]]:
    """As an importer: the status of most exporters' goods."""
    status = duty["tariff_status"].sel(importer=economy.code).isel(sector=0).to_numpy()
    word = STATUSES[int(np.bincount(status).argmax())]
    sources: tuple[Source, ...] = (icio.TARIFFS,)
    note = "rounded averages, no industry above 30 %; on split economies and the rest the middle of the other rates"
    if economy.code == "UZB":
        sources, note = (uzbekistan_trade.UZBEKISTAN_TRADE, treaties.DESTA), "chapters of 2025; 0 with free trade"
    elif economy.code in EAEU:
        note = (
            "Kazakhstan's rates: the common tariff of the Eurasian union; 0 with free trade; without the interim "
            "agreement with Iran, in force from 27 October 2019"
        )
    elif economy.kind in ("split", "rest"):
        like = {
            "TKM": "as Tajikistan; ",
            "IRQ": "as Qatar; ",
            "IRN": "of 2011, before the reform; without the interim agreement with the Eurasian union; ",
        }
        sources, note = (wits.WITS, treaties.DESTA), f"{like.get(economy.code, '')}averages by stage; 0 with free trade"
    return [_row("tariff_rate", economy.code, "goods", word, sources, note)]


def _cost_rows(economy: Economy) -> list[tuple[str, ...]]:
    source = _DONORS.get(economy.donor, wiod.WIOD)
    own = economy.donor in (economy.code, *economy.members)
    donor = "own table" if own else f"donor: {'rest of the world of WIOD' if economy.donor == 'ROW' else economy.donor}"
    note = f"{donor}, balanced to output, expenditure and GDP"
    names = "value_added_share input_share final_share"
    return [_row(names, economy.code, "*", "estimated", (source, wdi.WDI), note)]
