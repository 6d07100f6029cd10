"""Design a union on the map: who, what they agree on, what that means; then run it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from peyvand.errors import NotFoundError, PeyvandError, ScenarioError
from peyvand.locale import error_title
from peyvand.registry.facts import facts
from peyvand.reports.borders import MOVABLE_CAP
from peyvand.scenarios import open_scenario, parse_scenario, shipped
from peyvand.scenarios.provisions import DEFAULT_CAP_PERCENT
from peyvand.web import choices, queue
from peyvand.web.form import DEFAULT_DRAWS, DRAWS, REGIMES, Fields, fields_of, read_form, union_of
from peyvand.web.pictures import world_map
from peyvand.web.preview import preview
from peyvand.web.runs import CODE, KIND, ask_run
from peyvand.web.show import said_in, show
from peyvand.web.site import Site, language_of, site_of, voice_of

router = APIRouter()


@router.get("/designer")
def designer(request: Request, scenario: str = "", run: str = "") -> Response:
    """The controls: empty, with members given, as a scenario that ships, or as an earlier run."""
    site = site_of(request)
    if scenario:
        if scenario not in shipped():
            raise ScenarioError(f"no scenario {scenario!r} ships with peyvand", hint=", ".join(shipped()))
        return _page(request, _fields(site, open_scenario(scenario).text))
    if CODE.fullmatch(run):
        work = queue.get(site.registry.engine, run)
        if work.kind != KIND:
            raise NotFoundError(f"{run} is no run of one union", hint="follow a link of the list of runs")
        return _page(request, _fields(site, work.asked["scenario"], draws=work.asked["draws"]))
    members = [code for code in request.query_params.getlist("members") if code in site.today.codes]
    return _page(request, Fields(members=tuple(dict.fromkeys(members))))


@router.post("/designer")
async def ask(request: Request) -> Response:
    """Put the union into the line and lead to its run; or show the controls again with what is not clear."""
    site, form = site_of(request), await request.form()
    fields = Fields()
    try:
        fields = read_form(form)
        client = request.client.host if request.client else ""
        work = await run_in_threadpool(_ask, site, fields, client)
    except PeyvandError as error:
        return await run_in_threadpool(_page, request, fields, problem=error)
    return RedirectResponse(f"/{language_of(request)}/runs/{work.code}/", status_code=303)


@router.post("/designer/check")
async def check(request: Request) -> Response:
    """What the controls say, in words, and what it would do to the borders on the map."""
    site, form, language = site_of(request), await request.form(), language_of(request)
    voice = voice_of(request)

    def look() -> dict[str, Any]:
        union = union_of(read_form(form), voices=site.voices, world=site.today.world.name)
        seen = preview(union, site, language)
        said = {name: [str(voice.prose(line)) for line in getattr(seen, name)] for name in ("says", "warnings")}
        return {"clear": True, **said, "borders": seen.borders, "file": union.to_toml()}

    try:
        return JSONResponse(await run_in_threadpool(look))
    except PeyvandError as error:
        title = error_title(error.key, language)
        message, hint = said_in(language, error.message), said_in(language, error.hint) if error.hint else ""
        return JSONResponse({"clear": False, "title": title, "message": message, "hint": hint})


def _ask(site: Site, fields: Fields, client: str) -> queue.Work:
    world = site.today.world
    union = union_of(fields, voices=site.voices, world=world.name)
    return ask_run(site.registry, site.settings, union=union, world=world, client=client, draws=fields.draws)


def _fields(site: Site, written: str, *, draws: int = DEFAULT_DRAWS) -> Fields:
    names = [crossing.name for crossing in choices.crossings()]
    return fields_of(parse_scenario(written), voices=site.voices, crossings=names, draws=draws)


def _page(request: Request, fields: Fields, problem: PeyvandError | None = None) -> Response:
    site, voice = site_of(request), voice_of(request)
    if fields.file:
        try:
            members = site.today.world.resolve_economies(parse_scenario(fields.file).members)
        except PeyvandError:
            members = ()
    else:
        members = fields.members
    drawn = world_map(site.today)
    return show(
        request,
        "designer.html.j2",
        status=422 if problem else 200,
        fields=fields,
        members=members,
        problem=problem,
        drawn=drawn,
        economies=sorted(
            voice.names, key=lambda code: (code not in drawn.region, choices.alphabetical(voice.name(code)))
        ),
        sectors=site.today.world.sectors,
        pacts=choices.pacts(site.registry, site.today, voice),
        scenarios=choices.scenarios(voice),
        crossings=choices.crossings(),
        customs_unions=choices.customs_unions(facts(site.registry), site.today, voice),
        estimates=choices.estimate_choices(),
        simulated=choices.simulated,
        regimes=REGIMES,
        draws=DRAWS,
        cap=voice.percent(DEFAULT_CAP_PERCENT, 0, sign=False),
        most_fading=MOVABLE_CAP,
    )
