"""Routes and the worth of an hour, in the browser and by the API."""

from __future__ import annotations

import re

import pytest

from peyvand.locale import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_routes_are_found_in_both_languages(client, language):
    page = client.get(f"/{language}/corridors", params={"origin": "تهران", "destination": "Almaty"}).text
    assert page.count('class="route"') >= 3
    assert "route-1" in page
    assert ("سرخس" if language == "fa" else "Sarakhs") in page
    assert ("ریل" if language == "fa" else "rail 1520") in page


def test_the_empty_form_shows_an_example_and_an_answered_one_speaks_the_readers_language(client):
    empty = client.get("/fa/corridors").text
    assert 'placeholder="مانند آلماتی"' in empty
    assert "origin=Almaty&amp;destination=Bandar%20Abbas" in empty
    answered = client.get("/fa/corridors", params={"origin": "Almaty", "destination": "Bandar Abbas"}).text
    assert 'value="بندرعباس"' in answered


def test_what_is_wrong_is_said_on_the_page(client):
    page = client.get("/en/corridors", params={"origin": "Tehrn", "destination": "Almaty"}).text
    assert "did you mean" in page
    assert 'value="Tehrn"' in page
    persian = client.get("/fa/corridors", params={"origin": "Tehrn", "destination": "Almaty"}).text
    assert re.search(r'role="alert"><b>[آ-ی \u200c]+</b> <span>جایی به نام «Tehrn» در شبکهٔ', persian)
    assert "آیا منظورتان «Tehran»" in persian
    closed = client.get("/en/corridors", params={"origin": "Lahore", "destination": "Wagah"}).text
    assert "closed" in closed
    around = {"origin": "Tehran", "destination": "Almaty", "avoid": "Incheh Borun، Sarakhs", "by": "time"}
    legs = client.get("/en/corridors", params=around | {"via": "Farap (rail)"}).text
    assert "<bdi>Farap (rail)</bdi>" in legs
    assert "<bdi>Sarakhs (rail)</bdi>" not in legs


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_hour_has_its_worth(client, language):
    page = client.get(f"/{language}/corridors/value", params={"of": "IRN"}).text
    assert page.count("<tr><th") >= 20
    ours, everyones = (client.get(f"/{language}/corridors/value", params={"of": of}).text for of in ("", "all"))
    assert client.get(f"/{language}/corridors/value").text.count("<tr><th") == ours.count("<tr><th") >= 20
    first = [re.search(r"<tr><th[^>]*><bdi>([^<]*)", page).group(1) for page in (ours, everyones)]
    assert first[1] != first[0]
    assert client.get(f"/{language}/corridors/value", params={"links": "true"}).status_code == 200


def test_the_api_speaks_of_routes_and_values(client):
    ask = {"origin": "Tehran", "destination": "Almaty", "k": 2, "avoid": ["Sarakhs", "AZE"]}
    answer = client.get("/api/v1/corridors/routes", params=ask).json()
    assert len(answer["routes"]) == 2
    assert answer["routes"][0]["diagram"][-1]["hours"] == pytest.approx(answer["routes"][0]["hours"])
    assert "Sarakhs (rail)" not in answer["routes"][0]["places"]
    wrong = client.get("/api/v1/corridors/routes", params={"origin": "Tehrn", "destination": "Almaty"})
    assert wrong.status_code in (400, 404, 422)
    places = client.get("/api/v1/corridors/places", params={"limit": 500}).json()
    assert places["total"] == len(places["items"]) == 293
    assert client.get("/api/v1/corridors/links", params={"limit": 5}).json()["next"]
    values = client.get("/api/v1/corridors/value", params={"owner": "link", "economy": "KAZ", "limit": 3}).json()[
        "items"
    ]
    assert [row["gain_musd"] for row in values] == sorted((row["gain_musd"] for row in values), reverse=True)
