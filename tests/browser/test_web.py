"""The whole way in a real browser, in both languages: draw a union, run it, move the slider, open a pair, sign in."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.browser.test_report import LINES, MOVE
from tests.browser.web_server import PASSWORD, serving

from peyvand.web.rooms import ROOMS

pytestmark = pytest.mark.browser

LANGUAGES = ("en", "fa")
DRAWN = ("IRN", "KAZ", "UZB", "TKM", "TUR")
INSIDE = ("IRN-TKM", "IRN-TUR", "KAZ-UZB", "TKM-UZB", "KAZ-TKM")
ROOM_PAGES = [room.path for room in ROOMS if room.path]
MORE_PAGES = (
    "/borders/IRN-TUR", "/runs", "/sign-in", "/sources/trade_flow", "/nowhere",
    "/corridors?origin=Almaty&destination=Bandar+Abbas", "/corridors?origin=Tehrn&destination=Almaty",
    "/corridors/value", "/registry/agreements/IRN-EAEU", "/registry/commitments", "/registry/memberships",
    "/registry/value", "/registry/heritage", "/registry/log",
)  # fmt: skip
REPORT = "تهران - وزیران امور خارجهٔ ایران و قزاقستان یادداشت تفاهم همکاری در حمل‌ونقل ترانزیتی را در آستانه امضا کردند."


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("web")) as address:
        yield address


@pytest.fixture
def open_page(browser, server):
    """Opens a path; complaints of the page and requests that leave the machine are kept and must be none."""
    pages = []

    def opened(path, width=1280, **options):
        page = browser.new_page(viewport={"width": width, "height": 900}, **options)
        page.complaints, page.requests = [], []
        page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("request", lambda request: page.requests.append(request.url))
        page.set_default_timeout(20_000)
        page.goto(server + path)
        pages.append(page)
        return page

    yield opened
    for page in pages:
        assert page.complaints == []
        assert [url for url in page.requests if not url.startswith((server, "data:", "blob:"))] == []
        page.close()


def serious(page):
    """What axe calls serious or critical, with the elements it means."""
    found = Axe().run(page).response["violations"]
    return [
        (rule["id"], [node["html"][:160] for node in rule["nodes"][:3]])
        for rule in found
        if rule["impact"] in ("serious", "critical")
    ]


def sound_and_narrow(page):
    """Nothing serious by axe, and nothing wider than the screen."""
    assert serious(page) == []
    for width in (1920, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1280, "height": 900})


def draw_and_run(page):
    for code in DRAWN:
        page.locator(f".land[data-code={code}]").click()
    page.locator("[name=crossings_on]").check()
    page.locator("[name=crossings]:visible").first.check()
    page.locator("#says li").nth(3).wait_for()
    page.locator(".run-bar button").click()
    page.wait_for_selector(".tools", timeout=90_000)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_way(open_page, language, tmp_path):
    page = open_page(f"/{language}/designer")
    draw_and_run(page)
    assert re.search(rf"/{language}/runs/[0-9a-f]{{20}}/$", page.url)

    slider, here = page.locator(".map input[type=range]"), page.locator(".map")
    lines = [here.locator(f".border[data-pair='{pair}'] .line").first for pair in INSIDE]
    slider.evaluate(MOVE, 0)
    before = [line.evaluate_all(LINES)[0] for line in lines]
    slider.evaluate(MOVE, 100)
    after = [line.evaluate_all(LINES)[0] for line in lines]
    for old, new in zip(before, after, strict=True):
        assert new["width"] < old["width"]
        assert new["opacity"] < old["opacity"]
    assert serious(page) == []

    with page.expect_download() as download:
        page.locator(".tools a[href='report.html']").click()
    download.value.save_as(tmp_path / "report.html")
    assert "<svg" in (tmp_path / "report.html").read_text(encoding="utf-8")

    page.goto(page.url.split("/runs/")[0] + "/borders/IRN-KAZ")
    assert page.locator("h1 .n").count() == 1
    page.goto(page.url.split("/borders/")[0] + "/sign-in")
    page.fill("#name", "the.editor")
    page.fill("#password", PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_selector(".account")
    assert "the.editor" in page.locator(".account").inner_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_of_the_designer_fades_what_is_drawn_and_nothing_else(open_page, language):
    page = open_page(f"/{language}/designer")
    for code in DRAWN:
        page.locator(f".land[data-code={code}]").click()
    page.locator("#says li").nth(3).wait_for()
    slider, here = page.locator(".map input[type=range]"), page.locator(".map")
    lines = {pair: here.locator(f".border[data-pair='{pair}'] .line").first for pair in (*INSIDE, "AFG-TJK", "KAZ-RUS")}
    states = []
    for value in (0, 100):
        slider.evaluate(MOVE, value)
        states.append({pair: line.evaluate_all(LINES)[0]["width"] for pair, line in lines.items()})
    for pair in lines:
        assert (states[1][pair] < states[0][pair]) == (pair in INSIDE), pair


def test_a_run_may_be_cancelled_while_it_is_on_its_way(open_page):
    page = open_page("/en/designer")
    page.select_option("#preset", index=1)
    page.locator("[name=title_en]").fill("Not to be run to its end")
    page.locator("#says li").nth(3).wait_for()
    page.locator(".run-bar button").click()
    page.locator("#progress button").click()
    page.wait_for_selector("a.button[href*='designer?run=']")
    assert "cancelled" in page.locator("main").inner_text()


def test_everything_works_without_scripts(open_page):
    page = open_page("/en/designer", java_script_enabled=False)
    for code in ("IRN", "KAZ"):
        page.locator(f"[name=members][value={code}]").check()
    page.locator(".run-bar button").click()
    page.wait_for_selector(".tools, noscript, #progress", state="attached")
    assert "/runs/" in page.url


@pytest.mark.parametrize("path", [*ROOM_PAGES, *MORE_PAGES])
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_serious_and_nothing_overflows(open_page, language, path):
    page = open_page(f"/{language}{path}")
    page.complaints = [words for words in page.complaints if path != "/nowhere"]  # a browser complains of any 404
    sound_and_narrow(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_unions_and_the_news_answer_is_open_to_everyone_too(open_page, language):
    page = open_page(f"/{language}/news")
    page.fill("#text", REPORT)
    page.locator("form.card button[type=submit]").click()
    page.wait_for_selector("#read mark")
    sound_and_narrow(page)
    page.goto(page.url.split("/news")[0] + "/unions")
    for code in ("IRN", "KAZ", "UZB"):
        page.locator(f"form.card [name=members][value={code}]").check()
    for code in page.locator("form.card [name=members]:checked").evaluate_all("boxes => boxes.map(box => box.value)"):
        if code not in ("IRN", "KAZ", "UZB"):
            page.locator(f"form.card [name=members][value={code}]").uncheck()
    page.locator("form.card button[type=submit]").last.click()
    page.wait_for_selector("a[href='unions.json']", timeout=120_000)
    sound_and_narrow(page)


def test_the_first_page_is_light_and_quick(browser, server):
    """At most 300 kB over the wire, and at work within a second on this machine."""
    page = browser.new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(f"{server}/fa/")
    page.wait_for_load_state("networkidle")
    timing = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    page.close()
    assert sum(sizes) <= 300_000
    assert timing <= 1000


def test_choices_of_digits_calendar_and_theme_are_kept(open_page):
    page = open_page("/fa/borders/IRN-KAZ")
    page.locator("[data-switch=digits]").click()
    page.locator("[data-switch=theme]").click()
    theme = page.evaluate("document.documentElement.dataset.theme")
    page.goto(page.url.replace("IRN-KAZ", "IRN-TUR"))
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert not re.search("[۰-۹]", " ".join(page.locator("main .n").all_text_contents()))


def test_the_menu_and_the_form_are_reached_by_keyboard(open_page):
    page = open_page("/en/sign-in")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "name"


def test_members_are_taken_on_the_map_by_keyboard(open_page):
    """One stop for the whole map; arrows go to the next country, space takes it in or out."""
    page = open_page("/en/designer")
    assert page.locator(".land[tabindex='0']").count() == 1
    page.locator(".land[data-code=IRN]").focus()
    page.keyboard.press(" ")
    assert page.locator("input[name=members][value=IRN]").is_checked()
    page.keyboard.press("ArrowUp")
    page.keyboard.press(" ")
    chosen = page.evaluate("document.activeElement.dataset.code")
    assert chosen != "IRN"
    assert page.locator(f"input[name=members][value={chosen}]").is_checked()
    assert page.locator(f".land[data-code={chosen}]").get_attribute("aria-checked") == "true"
    page.keyboard.press("ArrowDown")
    page.keyboard.press(" ")
    page.keyboard.press(" ")
    assert page.locator("input[name=members]:checked").count() == 2


def test_a_report_becomes_a_commitment_of_the_register(open_page, data_folder):
    """Sign in, paste a report of the gold set, accept a commitment under an agreement, find it and the values."""
    report = (data_folder / "persian-news-gold" / "zamar-663611.txt").read_text(encoding="utf-8")
    page = open_page("/fa/sign-in?next=/news")
    page.fill("#name", "the.editor")
    page.fill("#password", PASSWORD)
    page.locator("main button[type=submit]").click()
    page.fill("#text", report)
    page.locator("form.card button[type=submit]").click()
    assert page.locator("#read mark").count() > 10
    page.locator("form[action$='/news/queue'] button").click()
    promise = page.locator("#decided > li", has_text="تعهد").first
    quote = promise.locator("blockquote").first.inner_text().strip()
    promise.locator("summary").click()
    promise.locator("input[name=agreement]").fill("IRN-KAZ-roadmap-2014")
    waiting = page.locator("#decided > li").count()
    promise.locator("button[value=accept]").click()
    page.wait_for_url("**/news/queue#decided")
    assert page.locator("#decided > li").count() == waiting - 1
    page.goto(page.url.split("/news/")[0] + "/registry/commitments")
    kept = page.locator("main tbody tr", has_text=quote)
    assert "جایی گفته نشده تعرفه" in kept.inner_text()  # the report names no figure, and none is made up
    page.goto(page.url.replace("/commitments", "/value"))
    assert "۱" in page.locator("main table").first.inner_text()  # what has a price stands first, ranked
    assert "جایی گفته نشده تعرفه" in page.locator("main tbody tr", has_text=quote).inner_text()
