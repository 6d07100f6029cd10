"""A report in a browser: read by everyone, proposed and decided by an editor, kept in the register with its words."""

from __future__ import annotations

import re

import pytest
from tests.web.conftest import csrf_of, sign_in

from peyvand.locale import LANGUAGES
from peyvand.registry.models import Document, Event, EventSource

REPORT = (
    "به گزارش ایسنا، محمدجواد ظریف وزیر امور خارجه ایران با وزیر امور خارجه قزاقستان در تهران دیدار و گفت‌وگو کرد."
    " ایران و قزاقستان توافق کردند ترانزیت کالا را افزایش دهند. <script>alert(1)</script>"
)


def read(client, text=REPORT, language="en", **more):
    return client.post(f"/{language}/news", data={"csrf": csrf_of(client), "text": text, "date": "1398-04-13"}, **more)


def waiting_keys(client):
    return re.findall(r'id="p-([0-9a-f]{12})"', client.get("/en/news/queue").text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_anybody_may_have_a_report_read(client, language):
    assert client.get(f"/{language}/news").status_code == 200
    page = read(client, language=language).text
    assert re.search(r'<mark class="[a-z ]*countries[a-z ]*">قزاقستان</mark>', page)
    assert "<script>alert" not in page
    assert page.count("<blockquote") >= 2
    assert client.get(f"/{language}/news/queue").status_code == 200


def test_marks_leave_the_text_as_it_was(client):
    page = read(client).text
    shown = re.search(r'<div class="card report"[^>]*>(.*?)</div>', page, re.DOTALL)[1]
    text = re.sub(r"</?mark[^>]*>", "", shown)
    for sign, entity in (("<", "&lt;"), (">", "&gt;"), ("&", "&amp;")):
        text = text.replace(entity, sign)
    assert text == REPORT


def test_a_file_in_the_old_encoding_is_read_with_a_warning(client):
    old = {"file": ("news.txt", "وزير خارجه ايران با وزير خارجه قزاقستان ديدار كرد.".encode("cp1256", "replace"))}
    page = read(client, text="", files=old).text
    assert "windows-1256" in page
    assert re.search(r'<mark class="[a-z ]*countries', page)


@pytest.mark.parametrize("text", ["", "😀" * 500, "\u200f" * 1000, "<html>" * 2000, "«" * 3000])
def test_noise_is_no_error(client, text):
    assert read(client, text=text).status_code == 200


def test_a_stranger_cannot_propose_or_decide(client):
    token = csrf_of(client)
    assert client.post("/en/news/queue", data={"csrf": token, "text": REPORT}).status_code == 401
    assert client.post("/en/news/queue/abc", data={"csrf": token, "verdict": "accept"}).status_code == 401
    assert client.post("/en/news", data={"text": REPORT}).status_code == 403


def test_an_editor_accepts_what_a_report_proposes(client, app):
    sign_in(client)
    token = csrf_of(client, "/en/news")
    sent = {"csrf": token, "text": REPORT, "date": "1398-04-13"}
    assert client.post("/en/news/queue", data=sent).headers["location"] == "/en/news/queue"
    keys = waiting_keys(client)
    assert len(keys) >= 2
    client.post("/en/news/queue", data=sent)
    assert waiting_keys(client) == keys, "a known document changes nothing"
    done = client.post(f"/en/news/queue/{keys[0]}", data={"csrf": token, "verdict": "accept"})
    assert done.status_code == 303
    assert keys[0] not in waiting_keys(client)
    registry = app.state.site.registry
    event = registry.get(Event, f"news/{keys[0]}")
    assert (event.by_party, event.to_party, event.dated_on) == ("IRN", "KAZ", "2019-07-04")
    assert registry.rows(EventSource, event=event.code)[0].quote in REPORT
    assert registry.log(limit=1)[0].who == "the.editor"
    (held,) = [row for row in registry.rows(Document) if row.body == REPORT]
    page = client.get(f"/fa/news/documents/{held.sha256}")
    assert "<mark" in page.text


def test_a_correction_and_a_rejection(client, app):
    sign_in(client)
    token = csrf_of(client, "/en/news")
    client.post("/en/news/queue", data={"csrf": token, "text": REPORT, "date": "1398-04-13"})
    first, second, *_ = waiting_keys(client)
    wrong = client.post(f"/en/news/queue/{first}", data={"csrf": token, "verdict": "accept", "by": "Atlantis"})
    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.text
    assert first in waiting_keys(client), "what the register refuses waits as before"
    client.post(f"/en/news/queue/{first}", data={"csrf": token, "verdict": "accept", "by": "ترکیه"})
    assert app.state.site.registry.get(Event, f"news/{first}").by_party == "TUR"
    client.post(f"/en/news/queue/{second}", data={"csrf": token, "verdict": "reject"})
    assert {first, second} & set(waiting_keys(client)) == set()
    assert client.post(f"/en/news/queue/{first}", data={"csrf": token, "verdict": "reject"}).status_code in (404, 422)


@pytest.mark.parametrize("name", ["..%2f..%2fregistry", "0" * 64, "%2e%2e"])
def test_no_other_file_is_shown(client, name):
    assert client.get(f"/en/news/documents/{name}").status_code == 404


def test_the_same_as_an_api(client):
    answer = client.post("/api/v1/news/read", json={"text": REPORT, "date": "1398-04-13"})
    assert answer.status_code == 200
    assert set(answer.json()["countries"]) == {"IRN", "KAZ"}
    assert answer.json()["published"] == "2019-07-04"
    assert client.get("/api/v1/news/proposals").json()["total"] == 0
    assert client.post("/api/v1/news/read", json={"text": REPORT, "more": 1}).status_code == 422
