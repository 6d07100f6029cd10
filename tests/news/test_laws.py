"""Laws of reading, for any text: nothing breaks, spans hold, ways of writing make no difference."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peyvand.news import Report, read, read_text
from peyvand.news.show import marked, spans

MEETING = (
    "دیدار وزرای خارجه ایران و قزاقستان\n"
    "محمدجواد ظریف وزیر امور خارجه کشورمان با «بیبوت آتامکولف» وزیر امور خارجه قزاقستان دیدار و گفت‌وگو کرد.\n"
    "به گزارش ایسنا، دو طرف در این دیدار بر گسترش همکاری‌ها در زمینه‌های کشاورزی، ترانزیت و نفت و گاز تاکید کردند."
    " وزیر امور خارجه قزاقستان آمادگی کشورش را برای همکاری با ایران در حوزه ترانزیت اعلام کرد.\n"
    "وی از شرکت ایران در نشست سازمان همکاری شانگهای تشکر کرد."
)
PIECES = st.sampled_from(
    [
        *MEETING.split(" "),
        "«",
        "»",
        '"',
        "\u200f",
        "\u200c\u200c",
        "🙂",
        "\n",
        "۱۳۹۸",
        "٣",
        ":",
        "<p>",
        "\x00",
        "\ud7ff",
    ]
)
noise = st.one_of(st.text(), st.lists(PIECES, max_size=120).map(" ".join), st.lists(PIECES, max_size=80).map("".join))


def facts(report: Report) -> object:
    """What was read, without places and words."""
    row = report.to_dict()
    return (
        row["countries"],
        row["pacts"],
        sorted(row["domains"]),
        [(act["source"], act["target"], act["type"]) for act in row["acts"]],
        [(one["by"], one["to"], one["domain"], one["strength"]) for one in row["commitments"]],
        row["is_diplomatic"],
    )


@given(noise)
@settings(max_examples=300, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_breaks_and_every_span_holds(text):
    report = read(text)
    json.dumps(report.to_dict())
    for places in spans(report).values():
        assert all(0 <= start < end <= len(report.text) for start, end in places)
    assert len(marked(report).plain) == len(report.text)


@given(noise, noise)
@settings(max_examples=60, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
def test_the_same_text_gives_the_same_report(title, body):
    assert read_text(body, title=title) == read_text(body, title=title)


def test_the_meeting_is_read():
    report = read_text(MEETING)
    assert [mention.code for mention in report.countries] == ["IRN", "KAZ"]
    assert [mention.code for mention in report.pacts] == ["SCO"]
    assert {(one.country, one.role) for one in report.participants} == {
        ("IRN", "وزیر امور خارجه کشورمان"),
        ("KAZ", "وزیر امور خارجه قزاقستان"),
    }
    assert {"agriculture", "transit", "oil_gas"} <= {mention.code for mention in report.domains}
    assert {act.type for act in report.acts} == {"CONSULT", "AGREE", "SUPPORT"}
    assert ("KAZ", "IRN", "transit", "intent") in {(c.by, c.to, c.domain, c.strength) for c in report.commitments}
    assert report.is_diplomatic


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.translate(str.maketrans("یک", "يك")),
        lambda text: text.replace("\u200c", ""),
        lambda text: text.replace("\u200c", " "),
        lambda text: text.replace("\u200c", "\u200c\u200c"),
        lambda text: text.replace("همکاری", "همکـــاری"),
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: "\u200f" + text.replace("\n", "\r\n"),
        lambda text: text.replace("آ", "ا\u0653"),
    ],
    ids=[
        "arabic letters",
        "half-spaces lost",
        "as blanks",
        "doubled",
        "kashida",
        "hard blanks",
        "marks, CRLF",
        "split alef",
    ],
)
def test_ways_of_writing_make_no_difference(change):
    assert facts(read_text(change(MEETING))) == facts(read_text(MEETING))


def test_evidence_is_verbatim():
    report = read_text(MEETING)
    assert report.quote(report.countries[1].spans[0]) == "قزاقستان"
    assert all(row["evidence"] in report.text for row in report.to_dict()["acts"])


def test_negation_takes_an_act_away():
    said = "وزیر امور خارجه ترکیه گفت که ترکیه از ایران حمایت می‌کند."
    assert any(act.type == "SUPPORT" for act in read_text(said).acts)
    denied = "وزیر امور خارجه ترکیه در دیدار با همتای روس تشکر نکرد و گفت ترکیه با روسیه همراه است."
    assert not any(act.type == "SUPPORT" for act in read_text(denied).acts)


def test_what_is_announced_is_an_agreement_and_no_meeting():
    report = read_text("رئیس جمهور روسیه هفته آینده در مسکو با رئیس جمهور ترکیه دیدار خواهد کرد.")
    assert {act.type for act in report.acts} == {"AGREE"}


def test_experts_act_for_nobody():
    report = read_text(
        "نگاه کارشناس به آمریکا\nعلی محمدی کارشناس مسائل بین‌الملل گفت آمریکا باید تحریم‌های ظالمانه ایران را لغو کند."
    )
    assert not report.acts


def test_the_press_is_not_its_state():
    report = read_text(
        "به گزارش خبرگزاری فرانسه، وزیر خارجه عراق با وزیر خارجه سوریه در بغداد دیدار کرد. عراق و سوریه همسایه‌اند."
    )
    assert [mention.code for mention in report.countries] == ["IRQ", "SYR"]
