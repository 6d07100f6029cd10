"""What did the reader draw? The designer's controls to a union file, and back where the controls can say all of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from starlette.datastructures import FormData

from peyvand.errors import PeyvandError, ScenarioError
from peyvand.locale import LANGUAGES, text
from peyvand.reports.voice import Voice
from peyvand.scenarios import Union, parse_scenario, provision_from
from peyvand.scenarios.provisions import KINDS, AgreementEffect, BorderCost, Tariff, Transit

REGIMES = ("free", "on_arrival", "e_visa", "eta", "required")
DRAWS, DEFAULT_DRAWS = (0, 100, 300), 100
"""What the designer offers for the intervals, from quick to careful."""
MOST_NAMED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """The controls as they stand; the defaults are those of a first visit.

    Parameters
    ----------
    members : tuple of str
        Codes, in the order in which they were chosen.
    title_en, title_fa : str
        One stands for both; where both are empty the union is named after its members.
    kind, external_tariff, leaves, phase_in_years
        As in a union file.
    way : {"provisions", "agreement"}
        Say tariffs and paperwork apart, or take the whole effect that an estimate found.
    tariff_cut_percent : float or None
        Of all sectors that `sector_cuts` does not name; None: tariffs stay.
    sector_cuts : dict
        Cuts of single sectors, per cent.
    fade_percent : float or None
        Of the paperwork at borders; None: it stays.
    crossings, crossing_hours
        The longest wait at these crossings and ports.
    estimate : str
        Of `way = "agreement"`.
    visa_regime : str
        Between members; empty: as it is.
    places_per_year : int
        Students that each pair of members exchanges; 0: none more.
    draws : int
        For the intervals, one of `DRAWS`; not part of the union.
    file : str
        A union file in TOML, which says more than the controls can; empty: the controls count.
    """

    members: tuple[str, ...] = ()
    title_en: str = ""
    title_fa: str = ""
    kind: str = "free-trade-area"
    external_tariff: str = "own"
    leaves: tuple[str, ...] = ()
    phase_in_years: int = 5
    way: Literal["provisions", "agreement"] = "provisions"
    tariff_cut_percent: float | None = 100.0
    sector_cuts: dict[str, float] = field(default_factory=dict)
    fade_percent: float | None = 25.0
    crossings: tuple[str, ...] = ()
    crossing_hours: float = 6.0
    estimate: str = ""
    visa_regime: str = ""
    places_per_year: int = 0
    draws: int = DEFAULT_DRAWS
    file: str = ""


def read_form(form: FormData | Mapping[str, str]) -> Fields:
    """The controls of a sent form.

    Raises
    ------
    ScenarioError
        If a number is none.
    """
    several = form.getlist if isinstance(form, FormData) else (lambda _: [])
    said = {name: str(form.get(name, "")).strip() for name in form}
    cuts = {
        name.removeprefix("cut."): _number(value, name)
        for name, value in said.items()
        if name.startswith("cut.") and value
    }
    return Fields(
        members=tuple(dict.fromkeys(map(str, several("members")))),
        title_en=said.get("title_en", "")[:200],
        title_fa=said.get("title_fa", "")[:200],
        kind=said.get("kind") or "free-trade-area",
        external_tariff=said.get("external_tariff") or "own",
        leaves=tuple(map(str, several("leaves"))),
        phase_in_years=int(_number(said.get("phase_in_years") or "0", "phase_in_years")),
        way="agreement" if said.get("way") == "agreement" else "provisions",
        tariff_cut_percent=_number(said.get("tariff_cut") or "0", "tariff_cut") if "tariff_on" in said else None,
        sector_cuts=cuts if "tariff_on" in said else {},
        fade_percent=_number(said.get("fade") or "0", "fade") if "fade_on" in said else None,
        crossings=tuple(dict.fromkeys(map(str, several("crossings")))) if "crossings_on" in said else (),
        crossing_hours=_number(said.get("crossing_hours") or "6", "crossing_hours"),
        estimate=said.get("estimate", ""),
        visa_regime=said.get("visa_regime", ""),
        places_per_year=int(_number(said.get("places_per_year") or "0", "places_per_year")),
        draws=_draws(said.get("draws", "")),
        file=str(form.get("file", "")) if said.get("mode") == "file" else "",
    )


def union_of(fields: Fields, *, voices: Mapping[Any, Voice], world: str) -> Union:
    """The union that the controls, or the file in their place, say.

    Raises
    ------
    ScenarioError
        With what is not clear.
    """
    if fields.file:
        return parse_scenario(fields.file.replace("\r\n", "\n"))
    if len(fields.members) < 2:
        raise ScenarioError("a union has at least two members", hint="choose them on the map or in the list")
    customs = fields.kind == "customs-union"
    place = {code: at for at, code in enumerate(voices["en"].names)}  # the same union, in whichever order it was drawn
    members = tuple(sorted(fields.members, key=lambda code: place.get(code, len(place))))
    return Union(
        title=_title(fields, members, voices),
        members=members,
        kind=cast("Any", fields.kind),
        world=world,
        phase_in_years=fields.phase_in_years,
        leaves=fields.leaves if customs else (),
        external_tariff=cast("Any", fields.external_tariff) if customs else None,
        provisions=tuple(provision_from(said) for said in _provisions(fields)),
    )


def fields_of(
    union: Union, *, voices: Mapping[Any, Voice], crossings: Iterable[str], draws: int = DEFAULT_DRAWS
) -> Fields:
    """The controls that say this union; its file where the controls cannot say all of it.

    Parameters
    ----------
    union : Union
    voices : mapping
        By language.
    crossings : iterable of str
        The names that the controls offer.
    draws : int
        With how many draws it was asked.
    """
    shown = replace(_read_back(union), draws=_draws(str(draws)))
    try:
        again = union_of(shown, voices=voices, world=union.world)
        same = again.with_members(union.members) == union and set(shown.crossings) <= set(crossings)
    except PeyvandError:
        same = False
    return shown if same else Fields(members=union.members, draws=shown.draws, file=union.text)


def _provisions(fields: Fields) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = []
    if fields.way == "agreement":
        said.append({"kind": "agreement", "estimate": fields.estimate, "sectors": ["all"]})
    else:
        if fields.tariff_cut_percent is not None:
            said += _tariffs(fields.tariff_cut_percent, fields.sector_cuts)
        if fields.fade_percent:
            said.append({"kind": "border_cost", "fade_share": fields.fade_percent / 100})
    if fields.crossings:
        hours = {"crossings": list(fields.crossings), "max_dwell_time_h": fields.crossing_hours}
        said.append({"kind": "transit"} | hours)
    if fields.visa_regime and "visa" in KINDS:
        said.append({"kind": "visa", "regime": fields.visa_regime})
    if fields.places_per_year and "students" in KINDS:
        said.append({"kind": "students", "places_per_year": fields.places_per_year})
    return said


def _tariffs(cut_percent: float, by_sector: Mapping[str, float]) -> list[dict[str, Any]]:
    """One provision for all sectors but those named, then one for each other cut."""
    apart = {sector: cut for sector, cut in by_sector.items() if cut != cut_percent}
    said: list[dict[str, Any]] = []
    if cut_percent:
        rest = {"except_sectors": list(apart)} if apart else {}
        said.append({"kind": "tariff", "cut_share": cut_percent / 100} | rest)
    for cut in dict.fromkeys(apart.values()):
        if cut:
            sectors = [sector for sector, own in apart.items() if own == cut]
            said.append({"kind": "tariff", "cut_share": cut / 100, "sectors": sectors})
    return said


def _read_back(union: Union) -> Fields:
    """What of a union the controls can show; `fields_of` says whether it is all."""
    said: dict[str, Any] = {"tariff_cut_percent": None, "fade_percent": None}
    cuts: dict[str, float] = {}
    for provision in union.provisions:
        kind = str(provision.kind)
        if isinstance(provision, Tariff) and provision.sectors == ("all",):
            said["tariff_cut_percent"] = round(100 * provision.cut_share, 6)
            cuts |= dict.fromkeys(provision.except_sectors, 0.0)
        elif isinstance(provision, Tariff):
            cuts |= dict.fromkeys(provision.sectors, round(100 * provision.cut_share, 6))
        elif isinstance(provision, BorderCost) and provision.fade_share is not None:
            said["fade_percent"] = round(100 * provision.fade_share, 6)
        elif isinstance(provision, Transit):
            said |= {"crossings": provision.crossings, "crossing_hours": provision.max_dwell_time_h or 0.0}
        elif isinstance(provision, AgreementEffect):
            said |= {"way": "agreement", "estimate": provision.estimate}
        elif kind == "visa":
            said["visa_regime"] = getattr(provision, "regime", "")
        elif kind == "students":
            said["places_per_year"] = getattr(provision, "places_per_year", 0)
    return Fields(
        members=union.members,
        title_en=union.title["en"],
        title_fa=union.title["fa"],
        kind=union.kind,
        external_tariff=union.external_tariff if isinstance(union.external_tariff, str) else "own",
        leaves=union.leaves,
        phase_in_years=union.phase_in_years,
        sector_cuts=cuts,
        **said,
    )


def _title(fields: Fields, members: tuple[str, ...], voices: Mapping[Any, Voice]) -> dict[Any, str]:
    """The reader's own title, or one from the members' names, in each language."""
    if fields.title_en or fields.title_fa:
        return {"en": fields.title_en or fields.title_fa, "fa": fields.title_fa or fields.title_en}
    made = {}
    for language in LANGUAGES:
        names = [voices[language].name(code) for code in members]
        if len(names) > MOST_NAMED:
            shown = voices[language].n(len(names)).striptags()
            made[language] = text("web.designer.union_of_many", language, count=shown)
        else:
            comma = text("report.list.comma", language)
            listed = text("report.list.last", language, first=comma.join(names[:-1]), last=names[-1])
            made[language] = text("web.designer.union_of", language, names=listed)
    return made


def _draws(written: str) -> int:
    """The smallest number on offer that is not below what was asked; the usual one where nothing was."""
    asked = _number(written or str(DEFAULT_DRAWS), "draws")
    return next((draws for draws in DRAWS if draws >= asked), DRAWS[-1])


def _number(written: str, name: str) -> float:
    latin = written.translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹٫", "0123456789."))
    try:
        value = float(latin)
    except ValueError:
        raise ScenarioError(f"{name} is {written[:40]!r}, not a number", hint="write digits, as in 25") from None
    if not abs(value) <= 1e9:  # also refuses nan
        raise ScenarioError(f"{name} is {written[:40]!r}, which is no sensible number", hint="write digits, as in 25")
    return value
