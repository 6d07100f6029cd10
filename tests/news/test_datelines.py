"""Whence an agency reports is no party, and a post abroad is one even in few words."""

from __future__ import annotations

import pytest

from peyvand.news import read_text

SAID = "وزیر امور خارجه ایران در وین با وزیر امور خارجه اتریش دیدار کرد.\nوی گفت روابط تهران و وین خوب است."


@pytest.mark.parametrize("line", ["لندن- ایرنا- ", "لندن - ایسنا - ", "لندن (ایسنا) - ", "لندن، ایرنا: "])
def test_a_dateline_is_no_party(line):
    assert {mention.code for mention in read_text(line + SAID).countries} == {"IRN", "AUT"}


def test_a_capital_that_speaks_is_a_party():
    report = read_text("وزیر امور خارجه ایران گفت: لندن - مسکو راهی دراز است. لندن باید از تهران عذرخواهی کند. " + SAID)
    assert "GBR" in {mention.code for mention in report.countries}


def test_a_post_abroad_is_enough():
    report = read_text("حسین اکبری سفیر ایران در سوریه با وزیر اقتصاد این کشور درباره خط اعتباری گفت‌وگو کرد.")
    assert {mention.code for mention in report.countries} == {"IRN", "SYR"}
    assert "banking_finance" in {mention.code for mention in report.domains}


def test_a_role_ends_with_its_state():
    report = read_text(
        "به گزارش خبرنگار حوزه سیاست خارجی خبرگزاری تسنیم، ناصر کنعانی سخنگوی وزارت امور خارجه جمهوری اسلامی ایران"
        " اقدام اخیر کانادا را محکوم کرد."
    )
    assert [(one.name, one.role) for one in report.participants] == [
        ("ناصر کنعانی", "سخنگوی وزارت امور خارجه جمهوری اسلامی ایران")
    ]
    assert report.agency == "تسنیم"
