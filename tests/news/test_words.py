"""Levelling keeps places; half-spaces, letters and digits make no difference."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peyvand.news.lexicon import Lexicon
from peyvand.news.words import Page, level, tokens


@given(st.text())
def test_levelling_keeps_every_place(text):
    assert len(level(text)) == len(text)


@given(st.text())
def test_words_stand_where_they_say(text):
    page = Page.of(text)
    assert list(page.starts) == sorted(page.starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(page.starts, page.ends, strict=True))
    assert all(first < last <= len(page.words) for first, last in ((s.first, s.last) for s in page.sentences))


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("كشورهاي", "کشورهای"),
        ("همكاري‌ها", "همکاریها"),
        ("همکاری ها", "همکاری‌ها"),
        ("آییـــن", "آیین"),
        ("مُذاکَره", "مذاکره"),
        ("٢٣ و ۲۳", "23 و 23"),
        ("رؤسای", "روسای"),
    ],
)
def test_ways_of_writing_are_one(written, plain):
    assert tokens(written) == tokens(plain)


@pytest.mark.parametrize(
    "written", ["وزیر امور خارجه", "وزیر امورخارجه", "وزیر\u200cامور\u200cخارجه", "وزیر  امور خارجه"]
)
def test_a_term_is_found_with_lost_and_doubled_spaces(written):
    hits = Lexicon([("وزیر امور خارجه", 1)]).find(tokens(f"دیدار {written} ایران"))
    assert [(hit.first, hit.last - hit.first > 0) for hit in hits] == [(1, True)]


def test_latin_terms_keep_their_blanks():
    """ "put in" is not Putin, and UN is not "un"."""
    assert not Lexicon([("Putin", 1)]).find(tokens("the clause was put in"))
    assert not Lexicon([("UN", 1)]).find(tokens("un autre"))


def test_the_longest_term_wins():
    hits = Lexicon([("سازمان ملل", "short"), ("شورای امنیت سازمان ملل", "long")]).find(
        tokens("شورای امنیت سازمان ملل متحد")
    )
    assert [hit.value for hit in hits] == ["long"]


@pytest.mark.parametrize(
    ("text", "count"),
    [("نرخ 3.5 درصد بود. بعد", 2), ("Mr. Smith met the U.S. envoy. He left.", 2), ("چرا؟ نه! بله", 3), ("", 0)],
)
def test_sentences(text, count):
    assert len(Page.of(text).sentences) == count
