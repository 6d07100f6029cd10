"""The API: its document, its one shape of errors, and requests made up from the document itself."""

from __future__ import annotations

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from peyvand.web import create_app
from peyvand.web.problems import MEDIA_TYPE

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = int(5 * float(os.environ.get("PEYVAND_TEST_SIZE", "1")))


@pytest.mark.slow
def test_made_up_requests_are_answered_as_the_document_says(app):
    """No answer of 5xx but a full line, none outside the document, for requests made up from it."""
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path.endswith("/events"):
            continue
        tried += 1

        @given(case=operation.as_strategy())
        @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def answers_as_written(case):
            case.call_and_validate(checks=CHECKS)

        answers_as_written()
    assert tried >= 12


# -- one shape of errors -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("get", "/borders/IRN/XXX", None, 404),
        ("get", "/borders/IRN/IRN", None, 404),
        ("get", "/runs/00000000000000000000", None, 404),
        ("get", "/runs/short", None, 422),
        ("get", "/scenarios/nothing", None, 404),
        ("get", "/borders?limit=0", None, 422),
        ("post", "/runs", {"file": "members = 3"}, 422),
        ("post", "/runs", {"scenario": "eco-tne"}, 404),
        ("post", "/runs", {"scenari": "eco-ten"}, 422),
        ("post", "/scenarios/check", {"file": "\0"}, 422),
        ("put", "/runs", None, 405),
        ("get", "/nothing", None, 404),
    ],
)
def test_every_refusal_has_the_one_shape(client, method, path, body, status):
    answer = client.request(method, f"/api/v1{path}", json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == MEDIA_TYPE
    held = answer.json()
    assert held["status"] == status
    assert held["type"].startswith("urn:peyvand:error:")
    assert held["title"]
    assert held["detail"]


def test_a_refusal_speaks_the_readers_language(client):
    path = "/api/v1/borders/IRN/XXX"
    titles = {client.get(path, headers={"accept-language": language}).json()["title"] for language in ("en", "fa")}
    assert titles == {"Unknown economy", "اقتصاد ناشناخته"}
    assert client.get(f"{path}?language=fa").json()["title"] == "اقتصاد ناشناخته"


@pytest.mark.parametrize("content", [b"{", b"[]", b'"x"', b"\xff\xfe", b"{" * 5000, b""])
def test_a_malformed_body_is_refused(client, content):
    answer = client.post("/api/v1/runs", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == MEDIA_TYPE


# -- what it answers -----------------------------------------------------------------------------------------------
def test_pages_of_a_list_hold_each_item_once(client):
    address, seen = "/api/v1/borders?limit=60", []
    while address:
        page = client.get(address).json()
        seen += [(row["economy"], row["partner"]) for row in page["items"]]
        address = page["next"]
    assert len(seen) == len(set(seen)) == page["total"] == 20 * 19 / 2


def test_a_program_asks_for_a_run_and_takes_its_tables(client, app):
    from peyvand.web import queue, worker

    asked = client.post("/api/v1/runs", json={"scenario": "iran-kazakhstan", "draws": 0})
    assert asked.status_code == 202
    code, site = asked.json()["code"], app.state.site
    work = queue.claim(site.registry.engine, "me")
    worker.do(site.registry, site.settings, work, worker="me", world=site.today.world, give_up=pytest.fail)
    assert client.get(f"/api/v1/runs/{code}").json()["state"] == "done"
    rows = client.get(f"/api/v1/runs/{code}/tables/economies", params={"limit": 500}).json()
    assert {row["economy"] for row in rows["items"] if row["member"]} == {"IRN", "KAZ"}
    assert client.get(f"/api/v1/runs/{code}/tables/nothing").status_code == 404
    record = client.get(f"/api/v1/runs/{code}/files/run.json")
    assert record.json()["members"] == ["IRN", "KAZ"]
    assert client.get("/api/v1/runs", params={"state": "done"}).json()["total"] == 1
    with client.stream("GET", f"/api/v1/runs/{code}/events") as stream:
        assert '"state": "done"' in "".join(stream.iter_text())


def test_a_full_line_is_a_503_with_a_hint(app, today):
    from dataclasses import replace

    app = create_app(replace(app.state.site.settings, most_waiting_each=0), today=today)
    with TestClient(app) as browser:
        answer = browser.post("/api/v1/runs", json={"scenario": "eco-ten"})
    assert answer.status_code == 503
    assert "enough" in answer.json()["detail"]


def test_a_borders_history_is_open_to_programs(client):
    held = client.get("/api/v1/borders/KAZ/IRN/history").json()
    assert (held["economy"], held["partner"]) == ("KAZ", "IRN")
    turned = client.get("/api/v1/borders/IRN/KAZ/history").json()
    assert [year["exports_musd"] for year in held["years"]] == [year["imports_musd"] for year in turned["years"]]
    assert {"signed", "standing", "visit"} <= {one["kind"] for one in held["happened"]}
    assert client.get("/api/v1/borders/KAZ/KAZ/history").status_code == 404


def test_a_refusal_speaks_the_readers_language_as_far_as_it_is_translated(client):
    refused = client.get("/api/v1/borders/IRN/KZA", headers={"accept-language": "fa"})
    assert refused.headers["content-language"] == "fa"
    assert refused.json()["detail"].startswith("اقتصادی به نام «KZA»")
    assert "«KAZ»" in refused.json()["hint"]
    english = client.get("/api/v1/borders/IRN/KZA").json()
    assert english["detail"].startswith("no economy 'KZA'")
    foreign = client.get("/api/v1/borders?limit=many", headers={"accept-language": "fa"})  # pydantic's own words
    assert foreign.headers["content-language"] == "en"


def test_a_borders_parts_have_their_intervals(client):
    found = client.get("/api/v1/borders/IRN/KAZ").json()
    parts, ends = found["border"]["parts_log_points"], found["part_intervals_log_points"]
    assert set(parts) == set(ends)
    assert all(low <= parts[name] <= high for name, (low, high) in ends.items())
    assert sum(parts.values()) == pytest.approx(found["border"]["thickness_log_points"])
    assert found["agreement_kind"] is None  # the made-up World of these tests knows of no agreements
