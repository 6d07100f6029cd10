"""The report in a real browser: both languages, wide and narrow; the borders fade when the slider moves."""

from __future__ import annotations

import re

import pytest
from tests.reports.runs import made_run

from peyvand.reports.write import write

pytestmark = pytest.mark.browser

LANGUAGES = ("en", "fa")
WIDTHS = (1280, 390)
MOVE = """(input, value) => { input.value = value; input.dispatchEvent(new Event("input", { bubbles: true })); }"""
LINES = """elements => elements.map(element => { const style = getComputedStyle(element);
  return { width: parseFloat(style.strokeWidth), opacity: parseFloat(style.opacity) }; })"""


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return write(made_run(), tmp_path_factory.mktemp("report") / "out")


@pytest.fixture
def show(browser, report):
    """Opens the report from its file; complaints of the page and every request are kept."""
    pages = []

    def open_page(language="en", width=1280, **options):
        page = browser.new_page(viewport={"width": width, "height": 900}, **options)
        page.complaints, page.requests = [], []
        page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("request", lambda request: page.requests.append(request.url))
        page.goto(f"{report.as_uri()}#{language}")
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()


def seen_text(page):
    return page.locator("body").inner_text()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_overflows_and_nothing_is_loaded(show, language, width):
    page = show(language, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide = page.evaluate(
        """width => [...document.querySelectorAll("main *, header *")]
        .filter(e => !e.closest(".scroll, .code, svg") && e.getClientRects().length)
        .filter(e => { const box = e.getBoundingClientRect(); return box.right > width + 1 || box.left < -1; })
        .map(e => e.className || e.tagName)""",
        width,
    )
    assert wide == []
    assert page.complaints == []
    assert [url for url in page.requests if not url.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_direction_and_digits_follow_the_language(show, language):
    page = show(language)
    assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "fa" else "ltr")
    assert page.evaluate("document.documentElement.lang") == language
    foreign = re.compile("[0-9]" if language == "fa" else "[۰-۹]")
    numbers = texts(page, f".language.{language} .n")
    assert len(numbers) > 300
    assert [text for text in numbers if foreign.search(text)] == []


def texts(page, selector):
    """What every element says, those of a chart (SVG) too."""
    return page.locator(selector).evaluate_all("all => all.map(e => e.textContent)")


def test_persian_minus_stands_before_its_number(show):
    page = show("fa")
    gap = page.evaluate(
        """() => {
        const cells = [...document.querySelectorAll(".language.fa td .n")];
        const text = cells.find(cell => cell.textContent.startsWith("−")).firstChild;
        const left = at => { const range = document.createRange(); range.setStart(text, at); range.setEnd(text, at + 1);
          return range.getBoundingClientRect().left; };
        return left(1) - left(0); }"""
    )
    assert gap > 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("mode", ["movable", "whole"])
def test_the_slider_fades_every_member_border_and_grows_every_arc(show, language, mode):
    page = show(language)
    here = page.locator(f".language.{language} .map")
    here.locator(f"input[value={mode}]").check()
    borders, arcs = here.locator(".border .line"), here.locator(".arc .line")
    assert borders.count() >= 15
    assert arcs.count() >= 10
    slider = here.locator("input[type=range]")
    states = []
    for value in (0, 50, 100):
        slider.evaluate(MOVE, value)
        states.append([group.evaluate_all(LINES) for group in (borders, arcs)])
    for before, after in ((0, 1), (1, 2)):
        for old, new in zip(states[before][0], states[after][0], strict=True):
            assert new["width"] < old["width"]
            assert new["opacity"] < old["opacity"]
        for old, new in zip(states[before][1], states[after][1], strict=True):
            assert new["width"] > old["width"]
            assert new["opacity"] > old["opacity"]


def test_the_slider_obeys_the_keyboard_and_moves_the_figures(show):
    page = show("en")
    slider, trade = page.locator(".language.en input[type=range]"), page.locator(".language.en .readout .moving").nth(1)
    first = trade.inner_text()
    slider.focus()
    page.keyboard.press("End")
    last = trade.inner_text()
    assert last != first
    tile = page.locator(".language.en .tile").nth(1).inner_text()
    assert first in tile
    assert last in tile
    page.keyboard.press("Home")
    assert trade.inner_text() == first


def test_disputed_lines_never_fade(show):
    page = show("en")
    slider, line = page.locator(".language.en input[type=range]"), page.locator(".language.en .disputed")
    slider.evaluate(MOVE, 0)
    before = line.evaluate_all(LINES)
    slider.evaluate(MOVE, 100)
    assert line.evaluate_all(LINES) == before


def test_play_runs_to_the_union(show):
    page = show("en")
    page.locator(".language.en .play").click()
    done = "document.querySelector('.language.en .play').getAttribute('aria-pressed') === 'false'"
    page.wait_for_function(done, timeout=15_000)
    assert page.locator(".language.en input[type=range]").input_value() == "100"


def test_play_jumps_for_those_who_want_no_motion(show):
    page = show("en", reduced_motion="reduce")
    page.locator(".language.en .play").click()
    assert page.locator(".language.en input[type=range]").input_value() == "100"


def test_the_language_switch_and_back(show):
    page = show("en")
    page.locator("[data-switch=language]:visible").click()
    assert page.evaluate("document.documentElement.dir") == "rtl"
    assert page.locator(".language.en").is_hidden()
    assert "درآمد واقعی" in seen_text(page)
    page.locator("[data-switch=language]:visible").click()
    assert page.evaluate("document.documentElement.dir") == "ltr"
    assert page.complaints == []


def test_digits_and_calendar_switch_on_their_own(show):
    page = show("fa")
    closing = page.locator(".language.fa time.d").first
    assert closing.inner_text() == "۱۰ دی ۱۳۹۸"
    page.locator(".language.fa [data-switch=calendar]").click()
    assert closing.inner_text() == "۳۱ دسامبر ۲۰۱۹"
    page.locator(".language.fa [data-switch=digits]").click()
    assert closing.inner_text() == "31 دسامبر 2019"
    assert not re.search("[۰-۹]", " ".join(texts(page, ".language.fa .n")))
    page.locator(".language.fa [data-switch=digits]").click()
    assert closing.inner_text() == "۳۱ دسامبر ۲۰۱۹"


def test_nothing_covers_the_map_until_a_figure_is_asked_for(show):
    page = show("en")
    here = page.locator(".language.en .map")
    panel, canvas = here.locator(".detail-panel"), here.locator("svg").first.bounding_box()
    assert panel.is_hidden()
    middle = canvas["x"] + canvas["width"] / 2
    for pair in ("IRN-TUR", "KAZ-KGZ"):  # far in the west, far in the east
        border = here.locator(f".border[data-pair='{pair}']").first
        border.focus()
        west = border.bounding_box()["x"] < middle
        box = panel.bounding_box()
        assert (box["x"] > middle) == west


@pytest.mark.parametrize("language", LANGUAGES)
def test_steps_of_the_legend_stay_on_one_line_on_a_phone(show, language):
    page = show(language, 390)
    tops = page.locator(f".language.{language} .for-movable .step").evaluate_all(
        "steps => steps.map(step => Math.round(step.getBoundingClientRect().top))"
    )
    assert len(tops) == 3
    assert len(set(tops)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_wider_than_a_phone_says_so(show, language):
    assert page_hints(show(language, 390), language) > 3
    assert page_hints(show(language, 1280), language) == 0


def page_hints(page, language):
    return sum(hint.is_visible() for hint in page.locator(f".language.{language} .swipe").all())


@pytest.mark.parametrize("language", LANGUAGES)
def test_details_come_by_keyboard_and_by_pointer(show, language):
    page = show(language)
    here = page.locator(f".language.{language} .map")
    panel = here.locator(".detail-panel")
    border = here.locator(".border[data-pair='IRN-TKM']")
    border.focus()
    first = panel.inner_text()
    assert border.get_attribute("aria-label") in first
    here.locator(".arc .touch").first.dispatch_event("click", {})
    here.locator(".arc").first.dispatch_event("click", {})
    assert panel.inner_text() != first
    foreign = "[0-9]" if language == "fa" else "[۰-۹]"
    assert not re.search(foreign, panel.inner_text())


def test_tables_sort_by_their_numbers(show):
    page = show("fa")
    table = page.locator(".language.fa .sortable").first
    heading = table.locator("thead th").nth(2)
    values = """table => [...table.tBodies[0].rows].map(row => +row.cells[2].dataset.v)"""
    heading.locator("button").click()
    falling = table.evaluate(values)
    assert heading.get_attribute("aria-sort") == "descending"
    assert falling == sorted(falling, reverse=True)
    heading.locator("button").click()
    assert table.evaluate(values) == sorted(falling)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(show, scheme):
    """WCAG AA: 4.5 to 1 for running text, in light and dark."""
    page = show("en", color_scheme=scheme)
    pairs = page.evaluate(
        """() => { const rgb = value => value.match(/[\\d.]+/g).map(Number);
        const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
          if (c.length === 3 || c[3] === 1) return c.slice(0, 3); } return [255, 255, 255]; };
        return ["h1", ".lead", ".kicker", ".tile dt", ".tile .note", ".bars .gain .value", ".bars .loss .value",
          "tr.outsider td", ".legend", ".play", ".switch.strong", ".map figcaption"].map(s => {
          const e = document.querySelector(".language.en " + s);
          return [s, rgb(getComputedStyle(e).color).slice(0, 3), ground(e)]; }); }"""
    )
    for name, ink, paper in pairs:
        high, low = sorted((luminance(ink), luminance(paper)), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5, name


def luminance(colour):
    linear = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_print_shows_whole_tables_and_no_switches(show, language):
    page = show(language, width=700)  # A4 less its margins
    page.emulate_media(media="print")
    here = page.locator(f".language.{language}")
    assert here.locator(".switches").is_hidden()
    assert here.locator(".controls").is_hidden()
    assert here.locator(".scroll").first.evaluate("e => e.scrollHeight <= e.clientHeight + 1")
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
