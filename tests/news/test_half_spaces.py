"""Web pages lose half-spaces: «همکاریهای», «میشود», «بینالمللی» must read as well as with them."""

from __future__ import annotations

import pytest

from peyvand.news import read_text
from peyvand.news.files import documents

EVERY = 5  # of the stored reports with half-spaces, one in so many is read
FEWEST = 5  # half-spaces that a report must hold to say something
LOST = {"countries": 0.99, "pacts": 0.98, "domains": 0.98, "acts": 0.95}
"""Share of what was read that stays when all half-spaces are lost (1.00, 1.00, 0.996 and 0.98 over all of them)."""


@pytest.fixture(scope="module")
def reports(data_folder):
    found = [one for one in documents([data_folder / "persian-political-news"]) if one.body.count("\u200c") >= FEWEST]
    assert len(found) > 300
    return found[::EVERY]


def facts(document, mark):
    """What is read where each half-space is `mark`, as sets of codes."""
    title, body = (text.replace("\u200c", mark) for text in (document.title, document.body))
    row = read_text(body, title=title, date=document.date).to_dict()
    return {
        "countries": set(row["countries"]),
        "pacts": set(row["pacts"]),
        "domains": set(row["domains"]),
        "acts": {(act["source"], act["target"], act["type"]) for act in row["acts"]},
        "is_diplomatic": {row["is_diplomatic"]},
    }


def test_half_spaces_that_became_blanks_make_no_difference(reports):
    for document in reports:
        assert facts(document, " ") == facts(document, "\u200c"), document.id


def test_lost_half_spaces_make_hardly_a_difference(reports):
    same, different = dict.fromkeys(LOST, 0), dict.fromkeys(LOST, 0)
    for document in reports:
        with_them, without = facts(document, "\u200c"), facts(document, "")
        for name in LOST:
            same[name] += len(with_them[name] & without[name])
            different[name] += len(with_them[name] ^ without[name])
    for name, floor in LOST.items():
        assert 2 * same[name] / (2 * same[name] + different[name]) >= floor, name


@pytest.mark.parametrize(
    ("written", "pact"),
    [("اف.ای.تی.اف", "FATF"), ("ان.پی.تی", "OTHER:NPT"), ("اف ای تی اف", "FATF"), ("ان‌پی‌تی", "OTHER:NPT")],
)
def test_initials_may_have_stops(written, pact):
    report = read_text(f"وزیر امور خارجه ایران در دیدار با وزیر امور خارجه ترکیه درباره {written} گفت‌وگو کرد.")
    assert [mention.code for mention in report.pacts] == [pact]
    assert report.quote(report.pacts[0].spans[0]) == written


def test_a_stop_without_a_blank_still_ends_a_sentence():
    report = read_text("وزیر امور خارجه ترکیه وارد تهران شد.وزیر امور خارجه ایران از او استقبال کرد.")
    assert {mention.code for mention in report.countries} == {"IRN", "TUR"}
