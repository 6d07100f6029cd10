"""How many reports a second does the reader read on one core, and does its memory stay flat?

No tool reads Persian diplomatic news into records, so there is no peer to stand beside; the table compares the reader
with its own first step (levelling and words), which any reader must pay. The texts are denser than real reports.
"""

from __future__ import annotations

import resource
import time

from peyvand.news import read_text
from peyvand.news.words import Page

SENTENCES = (
    "وزیر امور خارجه {a} صبح امروز در دیدار با همتای {b} خود بر گسترش همکاری‌ها در زمینه‌های تجارت و ترانزیت تاکید کرد. ",
    "محمدجواد ظریف وزیر امور خارجه کشورمان نیز در این دیدار گفت: روابط {a} و {b} بر پایه احترام متقابل استوار است. ",
    "وی همچنین از مواضع {a} در سازمان ملل متحد تشکر کرد و خواستار اجرای توافقات شد. ",
    "دو طرف درباره تحولات منطقه و برگزاری کمیسیون مشترک اقتصادی تبادل نظر کردند.\n",
)
PAIRS = (("قزاقستان", "ایران"), ("ترکیه", "عراق"), ("روسیه", "چین"), ("پاکستان", "ازبکستان"))
BYTES = 2000


def main(size: str) -> None:
    """Read 100 (toy) or 3,000 reports of 2 kB and print processor time and the growth of memory."""
    texts = [_report(number) for number in range(100 if size == "toy" else 3000)]
    read_text(texts[0])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    words_s = _seconds(lambda: [Page.of(text) for text in texts])
    read_s = _seconds(lambda: [read_text(text) for text in texts] and None)
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{'step':28} {'reports/s':>10} {'ratio':>7}")
    print(f"{'words only':28} {len(texts) / words_s:10.0f} {1:7.1f}")
    print(f"{'whole reading':28} {len(texts) / read_s:10.0f} {read_s / words_s:7.1f}")
    print(f"memory grew by {grown_mb:.0f} MB over {len(texts)} reports kept in a list")
    _stream(2_000 if size == "toy" else 100_000)


def _stream(count: int) -> None:
    """Read many reports one after the other, each with names of its own, and print how memory grew between halves."""
    peaks = []
    for number in range(count):
        read_text(f"{number} {_report(number)[:600]} علی {number}زاده وزیر امور خارجه گفت: آماده‌ایم.")
        if number + 1 in (count // 10, count):
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(f"memory grew by {peaks[1] - peaks[0]:.0f} MB between report {count // 10} and report {count}, none kept")


def _report(number: int) -> str:
    text = ""
    while len(text.encode()) < BYTES:
        first, second = PAIRS[(number + len(text)) % len(PAIRS)]
        text += SENTENCES[len(text) % len(SENTENCES)].format(a=first, b=second)
    return text


def _seconds(work: object) -> float:
    start = time.process_time()
    work()  # type: ignore[operator]
    return time.process_time() - start


if __name__ == "__main__":
    main("full")
