"""Legal paths and dates: the laws they keep, and real cases."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peyvand.errors import RegistryDateError, UnknownRowError
from peyvand.locale import catalogue
from peyvand.registry.dates import first_day, jalali, last_day, read_date, show_date
from peyvand.registry.paths import State, Taken, advance, allowed, path, paths, refuse, replay

DAYS = st.dates(date(1825, 1, 1), date(2090, 1, 1))
NOWRUZ = {1370: 21, 1375: 20, 1391: 20, 1399: 20, 1400: 21, 1403: 20, 1404: 21, 1408: 20}
"""Days of March on which Nowruz fell, as published by the Calendar Center of the University of Tehran."""


@given(DAYS)
def test_a_day_goes_to_the_jalali_calendar_and_back(day):
    assert read_date(jalali(day)) == day.isoformat()
    assert read_date(day.isoformat()) == day.isoformat()


@given(DAYS, st.sampled_from([4, 7, 10]))
def test_a_partial_date_holds_its_days(day, precision):
    partial = day.isoformat()[:precision]
    assert first_day(partial) <= day <= last_day(partial)
    assert read_date(partial) == partial


@pytest.mark.parametrize("year", NOWRUZ)
def test_nowruz_falls_on_its_day(year):
    assert read_date(f"{year}/1/1") == f"{year + 621}-03-{NOWRUZ[year]}"


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("۳۰ اسفند ۱۴۰۳", "2025-03-20"),
        ("30/12/1403", "2025-03-20"),
        ("١٤٠٤/٠٢/٢٥", "2025-05-15"),
        ("1404-02-25", "2025-05-15"),
        ("15.05.2025", "2025-05-15"),
        ("۱۵ فروردين ۱۴۰۰", "2021-04-04"),
        ("2025", "2025"),
    ],
)
def test_dates_are_read_as_people_write_them(written, iso):
    assert read_date(written) == iso


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("۳۰ اسفند ۱۴۰۲", "1402 is a common year"),
        ("1402/7/31", "not a day of the calendar"),
        ("2023-02-29", "not a day of the calendar"),
        ("1402", "has no day"),
        ("1402/05", "has no day"),
        ("soon", "is not a date"),
        ("", "is not a date"),
        ("0001-01-01", "outside 1800-2200"),
    ],
)
def test_what_is_no_day_is_refused_with_the_reason(written, why):
    with pytest.raises(RegistryDateError, match=why):
        read_date(written)


def test_dates_are_shown_in_the_readers_calendar():
    assert show_date("2025-05-15", "fa") == "۲۵ اردیبهشت ۱۴۰۴"
    assert show_date(None, "fa") == "؟"


def test_every_step_actor_and_proof_has_its_words():
    for way in paths().values():
        assert way.source
        for step in way.steps:
            for kind, key in (("step", step.step), ("actor", step.actor), ("proof", step.proof)):
                assert f"registry.{kind}.{key}" in catalogue("fa"), (way.code, key)


def test_paths_are_whole():
    """Needs and returns name steps of the same path that stand before; the order on the page is a possible one."""
    for way in paths().values():
        names = [step.step for step in way.steps]
        assert len(names) == len(set(names))
        for place, step in enumerate(way.steps):
            assert set(step.needs) <= set(names[:place]), (way.code, step.step)
            assert step.returns_to is None or step.returns_to in names[:place]
        state, refusal = replay(way, [Taken(name) for name in names])
        assert refusal is None
        assert state.reached == "in_force"


@given(st.sampled_from(sorted(paths())), st.lists(st.integers(0, 8), max_size=14), st.data())
def test_whatever_is_taken_its_needs_stand(code, choices, data):
    way, state = path(code), State()
    for choice in choices:
        step = way.steps[choice % len(way.steps)]
        taken = Taken(step.step, data.draw(st.sampled_from(["done", "returned", "rejected"])))
        if refuse(way, state, taken) is None:
            state = advance(way, state, taken)
        standing = {one.step for one in state.standing}
        assert all(set(way[name].needs) <= standing for name in standing)
        assert len(standing) == len(state.standing)
        if state.rejected:
            assert allowed(way, state) == []


def test_a_text_sent_back_by_the_guardian_council_goes_through_the_plenary_again():
    way = path("IRN")
    steps = [Taken(name) for name in ("signed", "cabinet_bill", "plenary")] + [Taken("guardian_council", "returned")]
    state, refusal = replay(way, steps)
    assert refusal is None
    assert [step.step for step in state.standing] == ["signed", "cabinet_bill"]
    assert refuse(way, state, Taken("promulgated")).rule == "step.needs"
    again, refusal = replay(way, [*steps, Taken("plenary"), Taken("guardian_council"), Taken("promulgated")])
    assert refusal is None
    assert again.reached == "promulgated"


def test_an_unknown_path_offers_the_nearest():
    with pytest.raises(UnknownRowError, match="did you mean 'IRN'"):
        path("IRNN")
    with pytest.raises(UnknownRowError, match="plenary"):
        path("IRN")["plenery"]
