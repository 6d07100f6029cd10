"""Union files: what is read, and each thing that is refused with the line and the nearest right word."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peyvand.errors import ScenarioError
from peyvand.scenarios import (
    AgreementEffect,
    BorderCost,
    Scholars,
    Students,
    Tariff,
    TariffException,
    Transit,
    Union,
    Visa,
    open_scenario,
    parse_scenario,
    provision_from,
    read_scenario,
    shipped,
)
from peyvand.scenarios.provisions import KINDS, NOT_YET

HEAD = """title = { en = "Two", fa = "دو" }
members = ["IRN", "KAZ"]
"""
FULL = """title = { en = "A customs union", fa = "اتحادیهٔ گمرکی" }
world = "eurasia-2019"
as_of = 2020-06-30
members = ["IRN", "TKM", "UZB"]
kind = "customs-union"
phase_in_years = 3
leaves = []
external_tariff = { mining = 0.05, textiles_light = 0.1 }

[[provision]]
kind = "tariff"
cut_share = 1.0
except_sectors = ["agriculture_food"]
exceptions = [{ exporter = "IRN", importer = "UZB", cut_share = 0.5, sectors = ["mining"] }]

[[provision]]
kind = "border_cost"
fade_share = 0.25
cap_percent = 20
pairs = [["IRN", "TKM"]]

[[provision]]
kind = "border_cost"
cut_percent = 3
sectors = ["textiles_light"]
pairs = [["UZB", "TKM"]]
"""


def test_a_full_file_is_read_as_it_says():
    union = parse_scenario(FULL)
    assert union.as_of == date(2020, 6, 30)
    assert union.members == ("IRN", "TKM", "UZB")
    assert union.kind == "customs-union"
    assert union.external_tariff == {"mining": 0.05, "textiles_light": 0.1}
    tariff, fade, cut = union.provisions
    assert isinstance(tariff, Tariff)
    assert tariff.exceptions[0].sectors == ("mining",)
    assert isinstance(fade, BorderCost)
    assert (fade.fade_share, fade.cap, cut.cut_percent) == (0.25, 20.0, 3.0)


def test_defaults_are_few_and_plain():
    union = parse_scenario(HEAD)
    assert (union.kind, union.world, union.as_of, union.phase_in_years) == ("free-trade-area", "eurasia-2019", None, 0)
    assert union.provisions == ()
    assert BorderCost(fade_share=0.1).cap == 25.0


@pytest.mark.parametrize("text", [HEAD, FULL, *(open_scenario(name).to_toml() for name in shipped())])
def test_writing_and_reading_gives_the_same_union(text):
    union = parse_scenario(text)
    again = parse_scenario(union.to_toml())
    assert again == union
    assert again.to_toml() == union.to_toml()


def test_a_union_made_in_python_is_the_union_of_its_file():
    made = Union(
        title={"en": "Two", "fa": "دو"},
        members=["IRN", "KAZ"],
        provisions=[Tariff(cut_share=0.5), AgreementEffect(estimate="x", sectors=["mining"])],
    )
    assert parse_scenario(made.to_toml()) == made
    assert made != parse_scenario(HEAD)
    assert made.with_members(["IRN", "UZB"]).members == ("IRN", "UZB")
    assert made.with_members(["IRN", "UZB"]).provisions == made.provisions


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_are_clear(name):
    union = open_scenario(name)
    assert union.title["en"]
    assert union.title["fa"]
    assert {type(provision) for provision in union.provisions} in (
        {Tariff, BorderCost},
        {Transit},
        {Visa},
        {Students, Scholars},
    )


def test_a_file_saved_by_windows_is_read(tmp_path):
    path = tmp_path / "union.toml"
    path.write_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode())
    assert read_scenario(path) == parse_scenario(HEAD)


def test_a_provision_fragment_is_checked_as_in_a_file():
    assert provision_from({"kind": "border_cost", "cut_percent": 3}) == BorderCost(cut_percent=3)
    with pytest.raises(ScenarioError, match="no key 'cut_percnt'"):
        provision_from({"kind": "border_cost", "cut_percnt": 3})


# -- what is refused: text, part of the message, part of the hint ------------------------------------------------------
TARIFF = HEAD + '[[provision]]\nkind = "tariff"\n'
BORDER = HEAD + '[[provision]]\nkind = "border_cost"\n'
REFUSED = {
    "unknown key": (HEAD + 'membres = ["IRN"]\n', "line 3: no key 'membres'", "members"),
    "unknown key of a provision": (
        TARIFF + "cut_shar = 1.0\n",
        "line 5: no key 'cut_shar' in provision 1",
        "cut_share",
    ),
    "key of another provision": (
        TARIFF + "cut_share = 1.0\nfade_share = 0.1\n",
        "no key 'fade_share'",
        "a key of border_cost",
    ),
    "missing title": ('members = ["IRN", "KAZ"]\n', "'title' is missing", "fa ="),
    "missing title language": (
        'title = { en = "x" }\nmembers = ["IRN", "KAZ"]\n',
        "line 1: the title is missing in fa",
        "fa =",
    ),
    "empty title": ('title = { en = "x", fa = " " }\nmembers = ["IRN", "KAZ"]\n', "missing in fa", "fa ="),
    "title in a third language": (
        'title = { en = "x", fa = "x", ru = "x" }\nmembers = ["IRN", "KAZ"]\n',
        "'ru'",
        "",
    ),
    "no members": ('title = { en = "x", fa = "x" }\nmembers = []\n', "line 2: the member list is empty", "IRN"),
    "members missing": ('title = { en = "x", fa = "x" }\n', "'members' is missing", "IRN"),
    "one member": ('title = { en = "x", fa = "x" }\nmembers = ["IRN"]\n', "the only member", "two"),
    "a member twice": (
        'title = { en = "x", fa = "x" }\nmembers = ["IRN", "KAZ", "IRN"]\n',
        "IRN is a member twice",
        "once",
    ),
    "members as a word": ('title = { en = "x", fa = "x" }\nmembers = "IRN"\n', "line 2: members = 'IRN'", "IRN"),
    "unknown kind of union": (
        HEAD + 'kind = "free-trade-aria"\n',
        "kind cannot be 'free-trade-aria'",
        "free-trade-area",
    ),
    "unknown kind of provision": (HEAD + '[[provision]]\nkind = "tarif"\n', "no provision of kind 'tarif'", "tariff"),
    "provision without a kind": (HEAD + "[[provision]]\ncut_share = 1.0\n", "does not say its kind", "tariff"),
    "share above one": (TARIFF + "cut_share = 1.5\n", "line 5: cut_share = 1.5", ""),
    "share in words": (TARIFF + 'cut_share = "all"\n', "line 5: cut_share = 'all'", ""),
    "share missing": (TARIFF, "line 3: 'cut_share' is missing in provision 1", "1.0"),
    "two ways at once": (BORDER + "fade_share = 0.1\ncut_percent = 2\n", "either fade_share or cut_percent", "one way"),
    "no way at all": (BORDER, "either fade_share or cut_percent", "one way"),
    "cap without a fade": (BORDER + "cut_percent = 2\ncap_percent = 3\n", "cap_percent caps fade_share", ""),
    "cut of everything": (BORDER + "cut_percent = 100\n", "cut_percent = 100", ""),
    "agreement without sectors": (
        HEAD + '[[provision]]\nkind = "agreement"\nestimate = "x"\n',
        "'sectors' is missing",
        "sectors",
    ),
    "a pair of three": (BORDER + 'fade_share = 0.1\npairs = [["IRN", "KAZ", "UZB"]]\n', "pairs", ""),
    "date in quotes": (HEAD + 'as_of = "2019-12-31"\n', "line 3: as_of = '2019-12-31'", "without quotes"),
    "date with a time": (HEAD + "as_of = 2019-12-31T10:00:00\n", "a day, without a time", "2019-12-31"),
    "no such day": (HEAD + "as_of = 2019-02-30\n", "line 3: 2019-02-30 is no day", "2019-12-31"),
    "no such month": (HEAD + "as_of = 2019-13-45\n", "line 3: 2019-13-45 is no day", "year-month-day"),
    "day first": (HEAD + "as_of = 31-12-2019\n", "line 3: 31-12-2019 is no day", "year-month-day"),
    "slashes": (HEAD + "as_of = 2019/12/31\nleaves = []\n", "line 3: 2019/12/31 is no day", "2019-12-31"),
    "a decimal comma": (BORDER + "fade_share = 0,25\n", "line 5: fade_share = 0,25", "point"),
    "Persian digits": (BORDER + "fade_share = ۱\n", "line 5: fade_share = ۱", "0 to 9"),
    "text without quotes": (HEAD + "world = eurasia\n", "is not TOML", "quotes"),
    "a rate that is no number": (
        TARIFF + "cut_share = nan\n",
        "cut_share = nan in provision 1: should be a finite",
        "1.0",
    ),
    "a table for a list": (HEAD + "leaves = { a = 1 }\n", "should be a list", "EAEU"),
    "true for a number": (TARIFF + "cut_share = true\n", "cut_share = true in provision 1: should be a number", "1.0"),
    "a number for a table": (HEAD + "provision = [1]\n", "should be a table", "[[provision]]"),
    "a pair of one": (BORDER + 'fade_share = 0.1\npairs = [["IRN"]]\n', "pairs in provision 1", "two members"),
    "a common tariff in words": (
        HEAD + 'kind = "customs-union"\nexternal_tariff = "mine"\n',
        "external_tariff = 'mine' in the file: should be 'own', 'average', 'minimum' or a table",
        "mining",
    ),
    "a common tariff in one number": (
        HEAD + 'kind = "customs-union"\nexternal_tariff = 0.05\n',
        "line 4: external_tariff = 0.05 in the file: should be 'own', 'average', 'minimum' or a table",
        "mining",
    ),
    "a common rate in words": (
        HEAD + 'kind = "customs-union"\nexternal_tariff = { mining = "low" }\n',
        "the union: line 4: mining = 'low' in the file: should be a number",
        "",
    ),
    "negative phase-in": (HEAD + "phase_in_years = -1\n", "line 3: phase_in_years = -1", ""),
    "half a year of phase-in": (HEAD + "phase_in_years = 2.5\n", "phase_in_years = 2.5", ""),
    "customs union without a tariff": (HEAD + 'kind = "customs-union"\n', "needs external_tariff", "own"),
    "free trade with a common tariff": (HEAD + 'external_tariff = "own"\n', "has no external_tariff", "customs-union"),
    "shared revenue outside a customs union": (
        HEAD + "revenue_shares = { IRN = 0.5, KAZ = 0.5 }\n",
        "a free-trade-area shares no revenue",
        "customs-union",
    ),
    "revenue that is not all shared out": (
        HEAD + 'kind = "customs-union"\nexternal_tariff = "own"\nrevenue_shares = { IRN = 0.5, KAZ = 0.4 }\n',
        "revenue_shares sum to 0.9",
        "sum to 1",
    ),
    "an unknown key of revenue": (
        HEAD + 'kind = "customs-union"\nexternal_tariff = "own"\nrevenue_shares = "wealth"\n',
        "revenue_shares = 'wealth'",
        "population",
    ),
    "rules of origin in a customs union": (
        HEAD + 'kind = "customs-union"\nexternal_tariff = "own"\n'
        '[[provision]]\nkind = "rules_of_origin"\ncompliance_cost_percent = 3\n',
        "asks for no rules of origin",
        "free-trade-area",
    ),
    "not TOML": ('members = ["IRN", "KAZ"\n', "is not TOML", "quotes"),
    "a key twice": (HEAD + 'members = ["IRN", "UZB"]\n', 'line 3: members = ["IRN", "UZB"] says a key twice', "once"),
    "a key twice amid others": (HEAD + "leaves = []\nleaves = []\nworld = 'x'\n", "line 4: leaves = []", "once"),
    "a table twice": (HEAD + "[title]\nen = 'x'\n", "line 3: [title] says a key twice", "once"),
    "a key of a table twice": (HEAD + "external_tariff = { mining = 1, mining = 2 }\n", "line 3: ", "once"),
    "a number too deep": ("x = " + "[" * 2000 + "]" * 2000, "is not TOML", ""),
}


@pytest.mark.parametrize(("text", "message", "hint"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_clear_is_refused_with_a_hint(text, message, hint):
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text)
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")


WRONG = ("1", '"x"', "true", "nan", "-inf", "-1.5", "[1]", "{ a = 1 }", "2019-01-01", '[["IRN", "KAZ"]]', "99.5")
KEYS = {
    HEAD: ("as_of", "kind", "phase_in_years", "leaves", "external_tariff", "revenue_shares", "world", "provision"),
    HEAD + 'kind = "customs-union"\n': ("external_tariff", "external_tariff.mining"),
    TARIFF: ("cut_share", "sectors", "except_sectors", "pairs", "exceptions"),
    HEAD + '[[provision]]\nkind = "sensitive_list"\n': ("economy", "sectors", "share", "cut_share"),
    HEAD + '[[provision]]\nkind = "rules_of_origin"\n': ("compliance_cost_percent", "use_share", "pairs"),
    BORDER: ("fade_share", "cut_percent", "cap_percent"),
}


@pytest.mark.parametrize("value", WRONG)
@pytest.mark.parametrize(("head", "key"), [(head, key) for head, keys in KEYS.items() for key in keys])
def test_no_wrong_value_is_answered_in_the_words_of_our_libraries(head, key, value):
    said = ""
    try:
        parse_scenario(f"{head}{key} = {value}\n")
    except ScenarioError as error:
        said = str(error)
    assert not re.search(r"input should|dictionary|instance of|literal\[|dict\[|tuple|datetime", said)


@pytest.mark.parametrize("kind", NOT_YET)
def test_what_later_rooms_will_simulate_is_refused_clearly(kind):
    with pytest.raises(ScenarioError, match=f"'{kind}' are not simulated yet") as caught:
        parse_scenario(HEAD + f'[[provision]]\nkind = "{kind}"\n')
    assert all(known in caught.value.hint for known in KINDS)


def test_all_unclear_things_are_said_at_once_in_the_order_of_the_file():
    text = 'title = { en = "x", fa = "x" }\nmembers = []\nkindd = 1\n[[provision]]\nkind = "tariff"\ncut_share = 2\n'
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text, name="union.toml")
    assert [problem[:6] for problem in caught.value.context["problems"]] == ["line 2", "line 3", "line 6"]
    assert caught.value.message.startswith("union.toml: \n- line 2")


def test_python_gets_the_same_refusals():
    with pytest.raises(ScenarioError, match="KAZ is a member twice"):
        Union(title={"en": "x", "fa": "x"}, members=["KAZ", "KAZ"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not UTF-8 text (line 1)"),
        (HEAD.encode("utf-16"), "not UTF-8 text"),
        ('world = "é"'.encode("latin-1"), "not UTF-8 text"),
        (b"title\0", "not a text file"),
        (b"", "'title' is missing"),
    ],
)
def test_files_that_are_not_union_files(tmp_path, content, message):
    path = tmp_path / "union.toml"
    path.write_bytes(content)
    with pytest.raises(ScenarioError) as caught:
        read_scenario(path)
    assert message in caught.value.message
    assert "union.toml" in caught.value.message


def test_a_file_that_is_not_there_a_folder_and_a_giant(tmp_path):
    with pytest.raises(ScenarioError, match="no file") as caught:
        read_scenario(tmp_path / "eco-tan.toml")
    assert "eco-ten" in caught.value.hint
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_scenario(tmp_path)
    (tmp_path / "giant.toml").write_bytes(b"#" * 1_000_001)
    with pytest.raises(ScenarioError, match="larger than"):
        read_scenario(tmp_path / "giant.toml")
    with pytest.raises(ScenarioError, match="no scenario 'eco-tan'") as caught:
        open_scenario("eco-tan")
    assert "eco-ten" in caught.value.hint


# -- a law: any union survives its file --------------------------------------------------------------------------------
NAMES = st.sampled_from(["IRN", "KAZ", "ایران", "Côte d'Ivoire", 'a "quoted" name', "back\\slash"])
SCOPES = {
    "sectors": st.lists(st.sampled_from(["mining", "all"]), min_size=1, max_size=2, unique=True),
    "except_sectors": st.lists(st.just("oil_gas"), max_size=1),
    "pairs": st.lists(st.tuples(NAMES, NAMES), max_size=2),
}
SHARES = st.floats(0, 1)
EXCEPTIONS = st.lists(st.builds(TariffException, exporter=NAMES, importer=NAMES, cut_share=SHARES), max_size=2)
PROVISIONS = st.one_of(
    st.builds(Tariff, cut_share=SHARES, exceptions=EXCEPTIONS, **SCOPES),
    st.builds(BorderCost, fade_share=SHARES, cap_percent=st.none() | st.floats(0.1, 1000), **SCOPES),
    st.builds(BorderCost, cut_percent=st.floats(0, 99), **SCOPES),
    st.builds(AgreementEffect, estimate=NAMES, **SCOPES),
)
KINDS_AND_TARIFFS = st.one_of(
    st.tuples(st.sampled_from(["partial-scope", "free-trade-area"]), st.none()),
    st.tuples(st.just("customs-union"), st.just("own") | st.dictionaries(NAMES, st.floats(0, 5), max_size=3)),
)


@settings(max_examples=60, deadline=None)
@given(
    members=st.lists(NAMES, min_size=2, max_size=4, unique=True),
    provisions=st.lists(PROVISIONS, max_size=3),
    kind=KINDS_AND_TARIFFS,
    as_of=st.none() | st.dates(date(1995, 1, 1), date(2030, 1, 1)),
    years=st.integers(0, 50),
    title=st.text(min_size=1).filter(str.strip),
)
def test_any_union_survives_its_file(members, provisions, kind, as_of, years, title):
    made = Union(
        title={"en": title, "fa": "اتحادیه"},
        members=members,
        provisions=provisions,
        kind=kind[0],
        external_tariff=kind[1],
        as_of=as_of,
        phase_in_years=years,
        leaves=members[:1],
    )
    assert parse_scenario(made.to_toml()) == made
