"""The page: one sound file, both languages whole, nothing loaded from anywhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from tests.reports.runs import idle_run, made_run, world_of

from peyvand.locale import catalogue
from peyvand.reports.page import render
from peyvand.reports.tables import tables
from peyvand.run import simulate
from peyvand.scenarios import Union
from peyvand.trade.deficits import DEFICIT_RULES

VOID = {"meta", "link", "input", "br", "hr", "img"}
LATIN_ALLOWED = {
    "Tab", "SHA-256", "Apache-2.0", "Natural", "Earth", "provenance.csv", "eurasia-2019", "synthetic-7",
}  # fmt: skip
PERSIAN = re.compile(r"[\u0600-\u06ff]")
DYNAMIC = (
    "closure.", "closure_name.", "ladder.", "money.", "months.", "pairs.", "people.effect.", "people.flow.",
    "people.headline.", "sureness.column.", "sureness.source.", "table.", "unions.confirmed.", "unions.headline.",
    "unions.join.", "unions.lattice.", "unions.tile.", "unions.variant.", "variants.alone.",
)  # fmt: skip


class Tree(HTMLParser):
    """Checks that tags are balanced and gathers each language's text, code and Latin runs left out."""

    def __init__(self):
        super().__init__()
        self.open, self.text, self.attributes, self.ids = [], {"en": [], "fa": []}, [], []

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [known["id"]] if "id" in known else []
        if tag not in VOID:
            self.open.append((tag, known))

    def handle_startendtag(self, tag, attrs):
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [dict(attrs)["id"]] if "id" in dict(attrs) else []

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1][0] == tag, f"</{tag}> closes <{self.open[-1][0]}>"
        self.open.pop()

    def handle_data(self, data):
        page = next((attrs["lang"] for tag, attrs in self.open if "language" in attrs.get("class", "").split()), None)
        inner = [attrs["lang"] for _, attrs in self.open if "lang" in attrs]
        silent = any(tag in ("style", "script", "pre", "code") or "data-digits" in attrs for tag, attrs in self.open)
        if page and inner[-1] == page and not silent:
            self.text[page].append(data)


@pytest.fixture(scope="module")
def html():
    return render(made_run(), tables(made_run()))


@pytest.fixture(scope="module")
def tree(html):
    found = Tree()
    found.feed(html)
    found.close()
    return found


def test_tags_are_balanced_and_ids_are_unique(tree):
    assert tree.open == []
    assert len(tree.ids) == len(set(tree.ids))


def test_every_reference_inside_the_page_exists(tree):
    wanted = {value for _, name, value in tree.attributes if name == "data-detail"}
    wanted |= {value[1:] for _, name, value in tree.attributes if name == "href" and value.startswith("#")}
    assert wanted <= set(tree.ids)


def test_nothing_is_loaded_from_anywhere(html, tree):
    loads = {"src", "srcset", "data", "action", "poster", "background"}
    assert [(t, n) for t, n, _ in tree.attributes if n in loads] == []
    for tag, name, value in tree.attributes:
        if name in ("href", "xlink:href"):
            assert value.startswith("#") or re.fullmatch(r"[a-z.]+\.(csv|parquet|xlsx|json|toml)|data:,", value), (
                tag,
                value,
            )
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|https?://", html)


def test_the_page_is_small(html):
    assert len(html.encode()) < 1_000_000


def test_persian_holds_no_english_word(tree):
    words = re.findall(r"[A-Za-z][\w.-]*", " ".join(tree.text["fa"]))
    assert set(words) <= LATIN_ALLOWED


def test_persian_holds_no_latin_digit(tree):
    text = " ".join(tree.text["fa"])
    for allowed in ("eurasia-2019", "synthetic-7", "SHA-256", "Apache-2.0"):
        text = text.replace(allowed, "")
    assert re.findall(r"\S*[0-9]\S*", text) == []


def test_english_holds_no_persian_letter(tree):
    assert [text for text in tree.text["en"] if PERSIAN.search(text)] == []


def test_both_languages_have_the_same_parts(html):
    halves = html.split('<div class="language fa"')
    for part in ("<section", "<table", "<h2", 'class="tile"', 'class="border', "<template", "<button"):
        assert halves[0].count(part) == halves[1].count(part) > 0, part


def test_the_answer_and_the_closure_come_first(tree):
    text = " ".join(" ".join(tree.text["en"]).split())
    answer = text.index("would raise its members’ real income")
    assert text.index("Trade deficits stay as they are") < text.index("The borders, today and in the union")
    assert answer < 900


def test_every_closure_has_its_words():
    for language in ("en", "fa"):
        for rule in DEFICIT_RULES:
            assert {f"report.closure.{rule}", f"report.closure_name.{rule}"} <= set(catalogue(language))


def test_no_word_of_the_report_is_idle():
    home = files("peyvand.reports")
    source = "".join(p.read_text("utf-8") for p in home.rglob("*") if p.suffix in (".py", ".j2"))
    keys = [key.removeprefix("report.") for key in catalogue("en") if key.startswith("report.")]
    idle = [
        key for key in keys if not key.startswith(DYNAMIC) and f'"{key}"' not in source and f"'{key}'" not in source
    ]
    assert idle == []


def test_disputed_lines_never_fade(html):
    for use in re.findall(r'<use href="#disputed-lines"[^>]*>', html):
        assert "style" not in use
    rule = re.search(r"\.disputed \{[^}]*\}", html).group()
    assert "--t" not in rule
    assert "dasharray" in rule


@pytest.mark.parametrize("scenario", ["eco-ten", "iran-kazakhstan"])
def test_each_neighbour_of_the_union_is_drawn_with_its_own_weights(scenario):
    run = made_run(scenario)
    html = render(run, tables(run))
    drawn = re.findall(
        r'data-pair="([A-Z-]+)" tabindex="0"[^>]*style="--a0:([\d.]+);--a1:([\d.]+);--b0:([\d.]+);--b1:([\d.]+)[;"]',
        html,
    )
    assert {pair for pair, *_ in drawn} >= {"IRN-KAZ"}
    for _, *weights in drawn:
        policy, policy_after, whole, whole_after = map(float, weights)
        assert 0 <= policy_after < policy <= 1
        assert 0 <= whole_after < whole <= 1


def test_a_union_that_agrees_on_nothing_says_so():
    run = idle_run()
    html = render(run, tables(run))
    assert "would change nobody’s real income" in html
    assert "درآمد واقعی هیچ‌کس را تغییر نمی‌دهد" in html


def test_titles_cannot_bring_markup_into_the_page():

    bad = Union(title={"en": "</title><script>alert(1)</script>", "fa": "<i>x</i>"}, members=("IRN", "KAZ"))
    run = simulate(bad, world=world_of())
    html = render(run, tables(run))
    assert "<script>alert" not in html
    assert html.count("<script>") == 1


def test_a_border_without_recorded_trade_is_drawn_closed():
    trio = ("IRN", "TKM", "KAZ")  # each two of them are neighbours, by land or by sea
    union = Union(title={"en": "Three neighbours", "fa": "سه همسایه"}, members=trio)
    run = simulate(union, world=world_of(zero_share=0.97))
    table = tables(run)["pairs"]
    closed = table[table["both_members"] & ~table["recorded"]]
    html = render(run, tables(run))
    assert len(closed) > 0
    assert html.count('class="border closed"') + html.count('class="border sea closed"') == 2 * len(closed)
    assert "No trade recorded in both directions" in html
    assert re.findall(r">\s*[+−]?nan\b", html) == []


def test_members_without_a_common_border_still_have_a_map():
    run = simulate(Union(title={"en": "Far apart", "fa": "دور از هم"}, members=("IRN", "USA")), world=world_of())
    html = render(run, tables(run))
    assert "Outside this map: <bdi>United States</bdi>." in html
    assert 'class="border' not in html


@pytest.mark.parametrize(
    ("scenario", "said"), [("visa-free-ten", "more journeys a year"), ("exchange-places", "5,000")]
)
def test_a_union_that_moves_people_only_speaks_of_them(scenario, said):
    run = simulate(scenario)
    html = render(run, tables(run))
    assert said in html
    assert "Who gains, who loses" not in html
    assert 'data-show="people"' in html
    assert "سفر، مهاجر و دانشجو" in html


def test_borders_close_to_people_fade_with_their_rules():
    html = render(run := simulate("visa-free-ten"), tables(run))
    shown = re.findall(r"--c0:([\d.]+);--c1:([\d.]+)", html)
    assert shown
    assert all(float(after) == 0 <= float(before) for before, after in shown)
    assert any(float(before) == 1 for before, _ in shown)
