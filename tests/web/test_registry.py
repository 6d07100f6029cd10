"""The register in a browser: everybody reads, an editor changes, each change is audited; and the same as an API."""

from __future__ import annotations

import re

import pytest
from tests.web.conftest import csrf_of, sign_in

from peyvand.locale import LANGUAGES
from peyvand.registry.models import Agreement, Commitment, Step
from peyvand.registry.worth import price_of
from peyvand.reports.voice import Voice
from peyvand.web.pages.registry_shared import shown_day

PAGES = (
    "/registry", "/registry?q=حمل+و+نقل", "/registry?party=IRN&other=KAZ&state=signed&on=1404/02/25", "/registry/value",
    "/registry/agreements/IRN-EAEU", "/registry/commitments", "/registry/commitments?late=true&party=IRN",
    "/registry/memberships?on=2019-12-31", "/registry/heritage", "/registry/log",
)  # fmt: skip
STEP = {"agreement": "Caspian-status-2018", "party": "IRN", "source": "dolat.ir"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_the_register_opens(client, language, path):
    answer = client.get(f"/{language}{path}")
    assert answer.status_code == 200
    assert "<h1>" in answer.text
    assert "{" not in re.sub(r"<[^>]*>", "", answer.text.split("<main")[1].split("</main>")[0])


def test_an_agreement_shows_a_lane_for_every_parliament(client):
    page = client.get("/en/registry/agreements/IRN-EAEU").text
    assert page.count('<ol class="stages">') == 7
    for words in ("Guardian Council", "87 %", "day not published"):
        assert words in page
    picture = client.get("/fa/registry/ways/IRN-EAEU.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert 'direction="rtl"' in picture.text


def test_an_unknown_agreement_is_not_found(client):
    assert client.get("/en/registry/agreements/IRN-EAEUU").status_code == 404
    assert client.get("/en/registry/ways/nothing.svg").status_code == 404


def test_a_day_that_no_calendar_has_is_refused(client):
    answer = client.get("/fa/registry", params={"on": "1404/12/30"})
    assert answer.status_code == 422


def test_nobody_writes_without_an_account(client):
    for path in ("/en/registry/steps", "/en/registry/commitments", "/en/registry/rows/agreement"):
        token = csrf_of(client)
        assert client.post(path, data=STEP | {"step": "cabinet_bill", "csrf": token}).status_code == 401
        assert client.post(path, data=STEP | {"step": "cabinet_bill"}).status_code == 403
    assert client.get("/en/registry/rows/agreement/IRN-EAEU").status_code == 401


def test_a_reader_may_not_write(client):
    sign_in(client, "reader")
    token = csrf_of(client, "/en/registry")
    answer = client.post("/en/registry/steps", data=STEP | {"step": "cabinet_bill", "csrf": token})
    assert answer.status_code == 403


def test_an_editor_records_a_step_and_is_named_in_the_audit(client, app):
    sign_in(client)
    token = csrf_of(client, "/en/registry/agreements/Caspian-status-2018")
    refused = client.post("/en/registry/steps", data=STEP | {"step": "plenary", "csrf": token})
    assert refused.status_code == 422
    assert "record cabinet_bill first" in refused.text
    done = client.post(
        "/fa/registry/steps", data=STEP | {"step": "cabinet_bill", "done_on": "1404/01/15", "csrf": token}
    )
    assert done.headers["location"] == "/fa/registry/agreements/Caspian-status-2018#lanes"
    registry = app.state.site.registry
    newest = registry.log(limit=1)[0]
    assert (newest.who, newest.thing, newest.why) == ("the.editor", "step", "dolat.ir")
    assert registry.get(Step, newest.code).done_on == "2025-04-04"


def test_an_editor_adds_a_commitment_and_marks_it_kept(client, app):
    sign_in(client)
    page = "/en/registry/agreements/IRN-KAZ-road-2014"
    token = csrf_of(client, page)
    words = {"text_en": "Opens <b>day</b> and night", "text_fa": "گشایش شبانه‌روزی", "source": "rai.ir"}
    sent = {
        "agreement": "IRN-KAZ-road-2014",
        "by_party": "IRN",
        "to_party": "KAZ",
        "domain": "transit",
        "status": "planned",
    }
    assert client.post("/en/registry/commitments", data=sent | words | {"csrf": token}).status_code == 303
    assert "Opens &lt;b&gt;day&lt;/b&gt; and night" in client.get(page).text
    form = client.get("/en/registry/rows/commitment/IRN-KAZ-road-2014%232").text
    values = dict(re.findall(r'name="(\w+)"(?: required)? value="([^"]*)"', form))
    assert values["version"] == "1"
    row = {"code": "IRN-KAZ-road-2014#2", "version": "1", "status": "full", "why": "opened", "csrf": token}
    assert client.post("/en/registry/rows/commitment", data=row).status_code == 303
    held = app.state.site.registry.get(Commitment, "IRN-KAZ-road-2014#2")
    assert (held.status, held.version, held.due_on) == ("full", 2, None)


def test_two_editors_lose_no_update(client, app):
    """The second one, who read version 1, is told; what the first wrote stands."""
    sign_in(client)
    token = csrf_of(client, "/en/registry")
    row = {"code": "IRN-KAZ-road-2014", "version": "1", "csrf": token}
    first = client.post("/en/registry/rows/agreement", data=row | {"note": "first", "why": "a"})
    second = client.post("/en/registry/rows/agreement", data=row | {"note": "second", "why": "b"})
    assert (first.status_code, second.status_code) == (303, 409)
    assert "at version 2, not 1" in second.text
    assert app.state.site.registry.get(Agreement, "IRN-KAZ-road-2014").note == "first"


def test_a_broken_row_comes_back_with_its_rule_and_values(client, app):
    sign_in(client)
    token = csrf_of(client, "/en/registry")
    row = {"code": "IRN-X", "title_en": "X", "title_fa": "ایکس", "kind": "treaty", "domain": "magic", "source": "s"}
    answer = client.post("/en/registry/rows/agreement", data=row | {"why": "w", "csrf": token})
    assert answer.status_code == 422
    assert 'value="ایکس"' in answer.text
    assert "domain" in answer.text.split('role="alert"')[1][:300]
    done = client.post("/en/registry/rows/agreement", data=row | {"domain": "trade", "why": "w", "csrf": token})
    assert done.headers["location"] == "/en/registry/agreements/IRN-X"
    assert client.get("/en/registry/rows/nothing/new").status_code == 404


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("agreements?party=IRN&on=1404/02/25", "items"), ("agreements/IRN-EAEU", "lanes"),
        ("standings?pact=SCO", "items"), ("overdue?on=2030-01-01", "items"), ("heritage", "items"),
        ("value", "agreements"), ("rows/party/KAZ", "name_fa"),
    ],
)  # fmt: skip
def test_the_same_as_an_api(client, path, name):
    answer = client.get(f"/api/v1/registry/{path}")
    assert answer.status_code == 200
    assert answer.json()[name]


def test_the_api_searches_and_tells_what_changed(client):
    assert {"thing": "agreement", "code": "ECO-TTFA"} in client.get(
        "/api/v1/registry/search", params={"q": "حمل و نقل", "limit": 50}
    ).json()
    assert client.get("/api/v1/registry/log?limit=3").json()[0]["who"] == "peyvand"


def test_a_page_of_the_list_leads_to_the_next(client):
    first = client.get("/api/v1/registry/agreements?limit=50").json()
    assert (len(first["items"]), first["total"]) == (50, 82)
    assert len(client.get(first["next"]).json()["items"]) == 32


def test_an_editor_changes_a_row_by_the_api(client):
    row = {"columns": {"code": "KAZ.enu", "kind": "university", "name_en": "ENU", "name_fa": "دانشگاه", "source": "s"}}
    row["columns"]["state"] = "KAZ"
    assert client.post("/api/v1/registry/rows/party", json=row | {"why": "new"}).status_code == 401
    sign_in(client)
    headers = {"x-csrf-token": csrf_of(client, "/en/registry")}
    post = lambda body: client.post("/api/v1/registry/rows/party", json=body, headers=headers)  # noqa: E731
    assert post(row | {"why": ""}).status_code == 422
    assert post(row | {"why": "new"}).status_code == 201
    patch = {"columns": {"name_en": "Eurasian"}, "version": 1, "why": "whole name"}
    url = "/api/v1/registry/rows/party/KAZ.enu"
    assert client.patch(url, json=patch, headers=headers).json()["version"] == 2
    assert client.patch(url, json=patch, headers=headers).status_code == 409


def test_the_table_says_who_the_parties_are(client):
    page = client.get("/en/registry").text
    row = re.search(r'<tr><th[^>]*><a href="[^"]*/IRN-EAEU">.*?</tr>', page).group()
    assert "<bdi>Iran</bdi>" in row
    assert "<bdi>Eurasian Economic Union</bdi>" in row
    assert "Armenia" not in row
    many = re.search(r'<tr><th[^>]*><a href="[^"]*/CICA-Almaty-2002">.*?</tr>', page).group()
    assert 'title="Afghanistan, Azerbaijan, China, Egypt, ' in many
    assert re.search(r"<bdi>China</bdi> and <bdi[^>]*>11</bdi> more", many)
    assert "اتحادیهٔ اقتصادی اوراسیا" in client.get("/fa/registry").text


def test_a_coarse_date_keeps_its_era_out_of_what_the_digit_switch_rewrites():
    assert shown_day(Voice("fa"), "1996-05") == '<bdi><span class="n">۱۹۹۶/۰۵</span> م.</bdi>'
    assert shown_day(Voice("en"), "1996-05") == '<bdi><span class="n">1996-05</span></bdi>'


# -- worth ---------------------------------------------------------------------------------------------------------
def test_every_commitment_has_a_price_or_the_reason_why_not(client):
    """Those of the Iran–EAEU agreement name a cut and are priced; the others say what is missing."""
    page = client.get("/en/registry/commitments").text
    assert '/en/registry/value#IRN-EAEU"' in page
    assert "nothing says by how much" in page
    assert "nothing is owed" in page
    value = client.get("/fa/registry/value").text
    assert "آنچه قیمتی ندارد، و چرا" in value
    assert 'id="IRN-EAEU"' in value
    told = client.get("/api/v1/registry/value").json()
    assert [row["agreement"] for row in told["agreements"]] == ["IRN-EAEU"]


def test_a_promise_is_priced_once_an_editor_says_by_how_much(client, app):
    registry = app.state.site.registry
    code = next(row.code for row in registry.rows(Commitment) if row.by_party == "KAZ" and not row.provision
                and row.status not in ("full", "dropped") and row.to_party == "IRN")  # fmt: skip
    held = registry.get(Commitment, code)
    economies = app.state.site.today.codes
    assert price_of(registry, held, economies=economies) == "no_figure"
    sign_in(client)
    sent = {"csrf": csrf_of(client, "/en/registry"), "code": code, "version": str(held.version), "why": "article 3"}
    sent["provision"] = '{"kind": "tariff", "cut_share": 0.5}'
    assert client.post("/en/registry/rows/commitment", data=sent).status_code == 303
    assert price_of(registry, registry.get(Commitment, code), economies=economies) == "priced"
    assert price_of(registry, registry.get(Commitment, code), economies=["DEU", "FRA"]) == "outside"
    assert f'/en/registry/value#{held.agreement}"' in client.get("/en/registry/commitments").text
