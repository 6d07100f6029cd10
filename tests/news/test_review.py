"""The review queue: nothing is lost or overwritten, one event has two sources, corrections are read again."""

from __future__ import annotations

import json

import pytest

from peyvand.errors import DataError
from peyvand.news import JsonLines, Queue, read_text
from peyvand.news.review import proposals, same_event

ISNA = "به گزارش ایسنا، محمدجواد ظریف وزیر امور خارجه ایران با وزیر امور خارجه قزاقستان در تهران دیدار و گفت‌وگو کرد."
FARS = (
    "به گزارش فارس، وزیر امور خارجه قزاقستان در تهران با ظریف وزیر امور خارجه ایران دیدار کرد."
    " ایران و قزاقستان همسایه‌اند."
)


@pytest.fixture
def queue(tmp_path):
    opened = Queue(tmp_path / "queue")
    opened.add(read_text(ISNA, date="1398-04-13"))
    return opened


def consult(queue):
    return next(one for one in queue if one.values.get("type") == "CONSULT")


def test_a_report_proposes_its_acts_with_words(queue):
    one = consult(queue)
    assert {one.values["by"], one.values["to"]} == {"IRN", "KAZ"}
    assert one.sources[0].quote in ISNA
    assert one.sources[0].published == "2019-07-04"
    assert one.sources[0].agency == "ایسنا"


def test_the_same_document_is_proposed_once(queue):
    before = list(queue)
    assert queue.add(read_text(ISNA, date="1398-04-13")) == []
    assert list(queue) == before


def test_one_event_from_two_agencies_has_two_sources(queue):
    queue.add(read_text(FARS, date="1398-04-14"))
    assert len([one for one in queue if one.values.get("type") == "CONSULT"]) == 1
    assert {source.agency for source in consult(queue).sources} == {"ایسنا", "فارس"}


def test_another_week_is_another_event(queue):
    queue.add(read_text(FARS, date="1398-04-24"))
    assert len([one for one in queue if one.values.get("type") == "CONSULT"]) == 2


def test_sources_without_persons_need_days():
    texts = [
        "وزیر امور خارجه روسیه با وزیر امور خارجه ترکیه دیدار کرد.",
        "دیدار وزیر امور خارجه ترکیه با وزیر امور خارجه روسیه در مسکو",
    ]
    one, other = (proposals(read_text(text), text)[0] for text in texts)
    assert not same_event(one, other)
    dated = [proposals(read_text(text, date="1398-04-13"), text)[0] for text in texts]
    assert same_event(*dated)


@pytest.mark.parametrize("verdict", ["accept", "reject"])
def test_decisions_outlive_the_program(queue, verdict):
    key = consult(queue).key
    queue.decide(key, verdict, who="سارا", why="خواندم")
    again = Queue(queue.folder)
    assert next(one for one in again if one.key == key).verdict == verdict
    assert key not in {one.key for one in again.waiting()}
    accepted = queue.folder / "accepted.jsonl"
    assert accepted.exists() == (verdict == "accept")


def test_a_correction_is_kept_and_read_again(queue):
    key = consult(queue).key
    decided = queue.decide(key, "correct", who="سارا", values={"type": "AGREE"})
    assert decided.values["type"] == "AGREE"
    row = json.loads((queue.folder / "accepted.jsonl").read_text(encoding="utf-8"))
    assert (row["values"]["type"], row["who"]) == ("AGREE", "سارا")
    assert [holds for _, holds in queue.check_corrections()] == [False]


def test_accepted_records_go_to_the_given_register(tmp_path):
    opened = Queue(tmp_path / "queue", JsonLines(tmp_path / "elsewhere.jsonl"))
    (one, *_) = opened.add(read_text(ISNA))
    opened.decide(one.key, "accept", who="سارا")
    assert (tmp_path / "elsewhere.jsonl").exists()


def test_refusals(queue):
    key = consult(queue).key
    with pytest.raises(DataError, match="no proposal"):
        queue.decide("nothing", "accept", who="سارا")
    with pytest.raises(DataError, match="changes nothing"):
        queue.decide(key, "correct", who="سارا", values={"type": "CONSULT"})
    queue.decide(key, "reject", who="سارا")
    with pytest.raises(DataError, match="is decided"):
        queue.decide(key, "accept", who="سارا")
    with (queue.folder / "queue.jsonl").open("a") as stream:
        stream.write("{cut")
    with pytest.raises(DataError, match="is not a JSON object"):
        Queue(queue.folder)
