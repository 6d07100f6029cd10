"""What fields is a report about, and what is only said in passing?"""

from __future__ import annotations

from collections import Counter

import pytest

from peyvand.news import read_text
from peyvand.news.domains import fields
from peyvand.news.lexicon import alternatives, rows
from peyvand.news.words import tokens

MEETING = "وزیر امور خارجه ایران در دیدار با وزیر امور خارجه ترکیه در تهران "


def domains(text):
    return {mention.code for mention in read_text(text).domains}


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("درباره صادرات برق، ترانزیت کالا و لغو روادید گفت‌وگو کرد.", {"other_energy", "transit", "travel_visas"}),
        ("درباره حقابه هیرمند و گرد و غبار گفت‌وگو کرد.", {"environment_water"}),
        ("بر همکاری در زمینه‌های شیلات، معادن و هتلداری تاکید کرد.", {"agriculture", "mining"}),
        ("درباره روابط کارگزاری بانک‌ها و پیمان پولی دوجانبه گفت‌وگو کرد.", {"banking_finance"}),
        ("درباره استرداد مجرمان و خدمات کنسولی گفت‌وگو کرد.", {"consular_legal"}),
        ("درباره واکسن، دارو و تجهیزات پزشکی گفت‌وگو کرد.", {"pharma_health"}),
    ],
)
def test_fields_of_talks(said, wanted):
    assert wanted <= domains(MEETING + said)


def test_the_name_of_an_office_is_no_subject():
    """Whom one meets says little of what one speaks of."""
    report = MEETING.replace("وزیر امور خارجه ترکیه", "وزیر کشاورزی ترکیه") + "درباره گذرنامه و روادید گفت‌وگو کرد."
    assert "agriculture" not in domains(report)


def test_the_name_of_a_state_or_a_pact_is_no_field():
    found = domains(MEETING.replace("ترکیه", "فدراسیون روسیه") + "درباره آژانس بین‌المللی انرژی اتمی گفت‌وگو کرد.")
    assert not found & {"culture", "other_energy"}


def test_economic_war_is_neither_war_nor_trade():
    found = domains(MEETING + "گفت: جنگ اقتصادی و تحریم‌های اقتصادی آمریکا محکوم است.")
    assert found == {"politics_other"}


def test_a_single_word_beside_many_of_another_field_is_no_subject():
    text = MEETING + "درباره تحولات منطقه و برجام گفت‌وگو کرد.\n" + "وی از برجام و تحریم‌ها گفت. " * 20 + "پنبه خوب است."
    assert domains(text) == {"politics_other"}


def test_the_table_of_words_is_whole():
    """Four columns, known weights, and no term twice in one field."""
    seen = Counter()
    for domain, weight, theme, cell in rows("domains.tsv"):
        assert weight in {"1", "2"}
        assert theme
        seen.update((domain, tokens(word)) for word in alternatives(cell))
    assert [term for term, count in seen.items() if count > 1] == []
    assert len(fields()) == 17 + 1  # those of the gold set
    assert sum(seen.values()) > 2500
