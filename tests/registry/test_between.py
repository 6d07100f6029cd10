"""What happened between two parties: texts, standings, visits and events, each dated, none from the future."""

from __future__ import annotations

from datetime import date

from peyvand.registry.between import KINDS, between
from peyvand.registry.models import Event, Visit


def told(registry, one, other, on=date(2026, 11, 23)):
    with registry.reading() as connection:
        return between(connection, one, other, on=on)


def test_a_pair_has_its_texts_standings_visits_and_events_in_order(full):
    found = told(full, "IRN", "KAZ")
    assert {one.kind for one in found} == set(KINDS)
    days = [one.day for one in found]
    assert days[0] < "1996"
    assert [day[:4] for day in days] == sorted(day[:4] for day in days)
    assert ("2024-07-30", "event") in {(one.day, one.kind) for one in found}
    assert ("2025-12-11", "visit") in {(one.day, one.kind) for one in found}
    assert {one.party for one in found if one.kind == "standing"} == {"IRN", "KAZ"}


def test_it_is_the_same_from_either_side(full):
    assert told(full, "IRN", "KAZ") == told(full, "KAZ", "IRN")


def test_nothing_is_told_before_it_happened(full):
    assert all(one.day <= "2010-01-01" for one in told(full, "IRN", "KAZ", on=date(2010, 1, 1)))
    assert told(full, "IRN", "KAZ", on=date(1900, 1, 1)) == []


def test_what_organs_of_states_do_counts_and_third_parties_do_not(small):
    with small.change(who="tester", why="meetings") as change:
        change.add(
            Visit(code="v", guest="IRN", host="KAZ", from_on="2020", level="minister", title_en="x", title_fa="ایکس",
                  source="test"),
            Event(code="e", dated_on="2021-05", kind="MEET", title_en="y", title_fa="وای", by_party="TUR",
                  to_party="IRN", source="test"),
        )  # fmt: skip
    assert [(one.kind, one.code) for one in told(small, "IRN", "KAZ")] == [
        ("signed", "IRN-KAZ-TAX"), ("in_force", "IRN-KAZ-TAX"), ("visit", "v"),
    ]  # fmt: skip
    assert [one.code for one in told(small, "TUR", "IRN")] == ["e"]
