"""Every page opens in both languages, says what it must, and loads nothing from elsewhere."""

from __future__ import annotations

import re

import pytest

from peyvand.locale import LANGUAGES
from peyvand.web.rooms import ROOMS

ELSEWHERE = re.compile(r"""(?:src|href|action|srcset)=["'](?:https?:)?//""")
PAGES = ("/borders", "/borders/IRN-KAZ", "/borders/TUR-RUS", "/sources", "/sources/trade_flow", "/sign-in")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_in_both_languages(client, language, path):
    answer = client.get(f"/{language}{path}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f'<html lang="{language}" dir="{"rtl" if language == "fa" else "ltr"}"' in answer.text
    assert f'href="/{"en" if language == "fa" else "fa"}{path}"' in answer.text
    loaded = re.findall(r"<(?:script|link|img|iframe)[^>]*>", answer.text)
    assert [tag for tag in loaded if ELSEWHERE.search(tag)] == []


@pytest.mark.parametrize("room", [room for room in ROOMS if room.path], ids=lambda room: room.name)
def test_every_room_of_the_menu_opens(client, room):
    for language in LANGUAGES:
        assert client.get(f"/{language}{room.path}").status_code == 200


def test_the_door_speaks_the_readers_language(client):
    assert client.get("/", headers={"accept-language": "fa-IR,fa;q=0.9"}).headers["location"] == "/fa/"
    assert client.get("/", headers={"accept-language": "de"}).headers["location"] == "/en/"


def test_a_border_may_be_named_in_any_order_and_language(client):
    assert client.get("/fa/borders/iran-kazakhstan").headers["location"] == "/fa/borders/IRN-KAZ"
    chosen = client.get("/en/borders", params={"first": "ایران", "second": "TUR"})
    assert chosen.headers["location"] == "/en/borders/IRN-TUR"


def test_a_profile_has_every_cause_and_sector(client, app):
    page = client.get("/en/borders/IRN-KAZ").text
    assert page.count("<tr><th") >= len(app.state.site.today.world.sectors)
    assert "distance" in page
    assert "Shanghai Cooperation Organisation" in page
    assert "no visa" in page


def test_a_border_has_its_history_as_chart_table_and_list(client):
    for language, exports in (("en", "Exports of Kazakhstan"), ("fa", "صادرات قزاقستان")):
        page = client.get(f"/{language}/borders/IRN-KAZ").text
        past = page[page.index('id="history"') :]
        assert "<svg" in past
        assert exports in past
        assert "/registry/agreements/IRN-EAEU" in past
        assert client.get(f"/{language}/borders/KAZ-RUS").text.count("<polyline") == 3


@pytest.mark.parametrize("path", ["/borders/IRN-XXX", "/nowhere", "/borders/IRN-IRN", "/sources/nothing"])
def test_an_unknown_address_is_a_page_with_a_way_out(client, path):
    answer = client.get(f"/en{path}")
    assert answer.status_code == 404
    assert 'role="alert"' in answer.text


def test_files_are_kept_forever_and_travel_packed(client):
    page = client.get("/en/borders").text
    name = re.search(r"/static/report-[0-9a-f]{12}\.css", page).group()
    answer = client.get(name)
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert client.get("/static/report-000000000000.css").status_code == 404


def test_health(client):
    held = client.get("/health").json()
    assert held["status"] == "ok"
    assert held["registry_revision"] == "0004"


@pytest.mark.parametrize("path", ["/en/borders", "/fa/corridors", "/api/v1/borders", "/health"])
def test_head_answers_as_get_without_the_body(client, path):
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]
    assert head.headers["content-security-policy"] == whole.headers["content-security-policy"]
    assert client.head("/en/nowhere").status_code == 404


def test_a_profile_says_which_way_goods_go(client):
    page = client.get("/en/borders/IRN-KAZ").text
    assert 'id="transit"' in page
    assert "from Tehran to Almaty" in page
    assert "/en/corridors?origin=Tehran&amp;destination=Almaty" in page


def test_the_foot_leads_to_the_sources(client):
    foot = re.search(r"<footer>.*?</footer>", client.get("/fa/borders").text).group()
    assert '<a href="/fa/sources">' in foot


def test_a_border_says_what_binds_the_two():
    from types import SimpleNamespace

    from peyvand.web.pages.borders import bound_in_words
    from peyvand.world import World

    site = SimpleNamespace(today=SimpleNamespace(world=World.embedded()))
    assert bound_in_words(site, ("KAZ", "RUS"), "en").endswith("Eurasian Economic Union (reported)")
    assert "۲۰۱۹" in bound_in_words(site, ("IRN", "TUR"), "fa")
    assert "اکو" in bound_in_words(site, ("IRN", "TUR"), "fa")
