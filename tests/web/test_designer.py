"""The controls say exactly one union; what is not clear is said in place; names from outside stay text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData
from tests.reports.runs import SECTORS
from tests.web.conftest import csrf_of

from peyvand.errors import ScenarioError
from peyvand.reports.voice import Voice
from peyvand.scenarios import open_scenario, shipped
from peyvand.web import queue, worker
from peyvand.web.choices import crossings
from peyvand.web.form import Fields, fields_of, read_form, union_of

NAMES = {"IRN": "Iran", "KAZ": "Kazakhstan", "TUR": "Türkiye", "UZB": "Uzbekistan", "TKM": "Turkmenistan"}
VOICES = {language: Voice(language, NAMES) for language in ("en", "fa")}
CROSSINGS = [crossing.name for crossing in crossings()]
WORLD = "eurasia-2019"
percent = st.integers(0, 100).map(float)


@st.composite
def drawn_fields(draw):
    """Controls as a reader may leave them."""
    agreement = draw(st.booleans())
    members = draw(st.lists(st.sampled_from(sorted(NAMES)), min_size=2, unique=True))
    cut = draw(st.none() | percent)
    return Fields(
        members=tuple(code for code in NAMES if code in members),
        title_en=draw(st.sampled_from(["", "Ours"])),
        kind=draw(st.sampled_from(["free-trade-area", "customs-union", "partial-scope"])),
        external_tariff=draw(st.sampled_from(["own", "average", "minimum"])),
        phase_in_years=draw(st.integers(0, 50)),
        way="agreement" if agreement else "provisions",
        estimate="eu-accession-2004-2013",
        tariff_cut_percent=cut,
        sector_cuts={} if cut is None else draw(st.dictionaries(st.sampled_from(SECTORS), percent, max_size=4)),
        fade_percent=draw(st.none() | percent),
        crossings=tuple(draw(st.lists(st.sampled_from(CROSSINGS), max_size=3, unique=True))),
        crossing_hours=draw(st.integers(0, 240).map(float)),
    )


@given(fields=drawn_fields())
def test_controls_and_unions_say_the_same(fields):
    """A union read back into the controls, or into its file, is the same union."""
    union = union_of(fields, voices=VOICES, world=WORLD)
    back = fields_of(union, voices=VOICES, crossings=CROSSINGS)
    assert union_of(back, voices=VOICES, world=WORLD) == union


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_union_opens_in_the_designer(name, client):
    union = open_scenario(name)
    back = fields_of(union, voices=VOICES, crossings=CROSSINGS)
    assert sorted(union_of(back, voices=VOICES, world=WORLD).members) == sorted(union.members)
    assert client.get(f"/fa/designer?scenario={name}").status_code == 200


def test_simple_unions_need_no_file():
    assert not fields_of(open_scenario("eco-ten"), voices=VOICES, crossings=CROSSINGS).file
    assert fields_of(open_scenario("iran-eaeu"), voices=VOICES, crossings=CROSSINGS).file


def test_persian_digits_are_numbers():
    said = [("members", "IRN"), ("members", "KAZ"), ("tariff_on", "on"), ("tariff_cut", "۵۰"), ("phase_in_years", "۱۰")]
    fields = read_form(FormData(said))
    assert fields.tariff_cut_percent == 50
    assert fields.phase_in_years == 10


@pytest.mark.parametrize("written", ["much", "nan", "inf", "1e400", "--1", "1;2"])
def test_what_is_no_number_is_refused(written):
    with pytest.raises(ScenarioError, match="number"):
        read_form(FormData([("tariff_on", "on"), ("tariff_cut", written)]))


@pytest.mark.parametrize(("written", "draws"), [("", 100), ("0", 0), ("7", 100), ("300", 300), ("9999", 300)])
def test_draws_are_those_on_offer(written, draws):
    assert read_form(FormData([("draws", written)])).draws == draws


# -- over the wire -------------------------------------------------------------------------------------------------
def form(client, **said):
    return {"csrf": csrf_of(client, "/en/designer"), "way": "provisions", "kind": "free-trade-area"} | said


def test_a_drawn_union_is_put_in_the_line(client):
    sent = form(client, members=["IRN", "KAZ"], tariff_on="on", tariff_cut="100", phase_in_years="5")
    answer = client.post("/en/designer", data=sent)
    assert answer.status_code == 303
    page = client.get(answer.headers["location"])
    assert "A union of Iran and Kazakhstan" in page.text
    code = answer.headers["location"].split("/")[3]
    again = client.get(f"/en/designer?run={code}").text
    assert 'value="IRN" checked' in again
    assert 'name="draws" value="100" checked' in again


def test_a_union_is_drawn_as_often_as_asked(client, app):
    place = client.post("/en/designer", data=form(client, members=["IRN", "KAZ"], draws="300")).headers["location"]
    code = place.split("/")[3]
    assert queue.get(app.state.site.registry.engine, code).asked["draws"] == 300
    assert 'name="draws" value="300" checked' in client.get(f"/fa/designer?run={code}").text
    assert client.get("/en/designer?run=" + "0" * 20).status_code == 404


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"members": ["IRN"]}, "at least two"),
        ({"members": ["IRN", "XXX"]}, "XXX"),
        ({"members": ["IRN", "KAZ"], "tariff_on": "on", "tariff_cut": "200"}, "1"),
        ({"members": ["IRN", "KAZ"], "mode": "file", "file": "title = 3"}, "title"),
        ({"members": ["IRN", "KAZ"], "phase_in_years": "-1"}, "phase_in_years"),
        ({"members": ["IRN", "KAZ"], "kind": "empire"}, "kind"),
        ({"members": ["IRN", "KAZ"], "way": "agreement", "estimate": "mine"}, "mine"),
        ({"members": ["IRN", "KAZ"], "crossings_on": "on", "crossings": "Nowhere"}, "Nowhere"),
    ],
)
def test_what_is_not_clear_is_said_in_place(client, said, word):
    answer = client.post("/en/designer", data=form(client, **said))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert word in answer.text
    told = client.post("/en/designer/check", data=form(client, **said)).json()
    assert told["clear"] is False
    assert word in told["message"] + told["hint"]


def test_the_check_says_the_union_and_draws_thinner_borders(client, app):
    sent = form(client, members=["IRN", "TKM", "KAZ"], tariff_on="on", tariff_cut="100", fade_on="on", fade="25")
    told = client.post("/fa/designer/check", data=sent).json()
    assert told["clear"]
    assert told["says"]
    from peyvand.web.pictures import world_map

    today = {line.key: line for line in world_map(app.state.site.today).lines}
    assert {"IRN-TKM", "KAZ-TKM"} <= set(told["borders"])
    for key, (movable, whole) in told["borders"].items():
        assert movable < today[key].movable
        assert whole < today[key].whole


def test_a_name_is_only_text_wherever_it_is_shown(client, app):
    name = """<script>alert(1)</script>"><img src=x onerror=alert(1)>'; DROP TABLE job; --"""
    answer = client.post("/en/designer", data=form(client, members=["IRN", "KAZ"], title_en=name))
    assert answer.status_code == 303
    code = answer.headers["location"].split("/")[3]
    site = app.state.site
    work = queue.claim(site.registry.engine, "me")
    worker.do(site.registry, site.settings, work, worker="me", world=site.today.world, give_up=pytest.fail)
    for path in (f"/en/runs/{code}/", "/en/runs", f"/en/designer?run={code}", f"/fa/runs/{code}/"):
        page = client.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
    report = client.get(f"/en/runs/{code}/report.html").text
    assert "<script>alert" not in report
