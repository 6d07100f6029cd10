"""From files, folders, JSON lines and streams to documents, one at a time.

Nothing here fails on a bad byte: encodings are tried in turn (UTF-8, UTF-16 by its mark, windows-1256), and what could
not be read is named in the document's warnings.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from peyvand.errors import DataError
from peyvand.news.html import is_html, read_html
from peyvand.news.reader import read_text
from peyvand.news.report import NewsWarning, Report

LARGEST = 4_000_000  # bytes of one text that are read
SAMPLE = 4_000  # bytes or characters by which an encoding is told
WIDE = 8  # characters from which it may be told as UTF-16
TEXTS = frozenset({".txt", ".html", ".htm", ".md", ".text"})
ROWS = frozenset({".jsonl", ".ndjson"})


@dataclass(frozen=True, slots=True)
class Document:
    """A text to read, with what stood beside it."""

    id: str
    body: str
    title: str = ""
    date: str | None = None
    warnings: tuple[NewsWarning, ...] = ()

    def read(self, *, home: str = "IRN") -> Report:
        """The report of this document."""
        report = read_text(self.body, title=self.title, date=self.date, report_id=self.id, home=home)
        return report.with_warnings(self.warnings)


def read(source: str | Path, *, title: str = "", date: str | None = None, home: str = "IRN") -> Report:
    """Read one report from a text, a web page's markup, or a file.

    Parameters
    ----------
    source : str or Path
        A Path is a file; a str is the text itself, or HTML.
    title, date : str
        Headline and day of publication where they stand apart; the day may be Jalali.
    home : str
        ISO 3166-1 alpha-3 of the state whose press it is: «کشورمان», and offices without a country.

    Raises
    ------
    DataError
        If the file is not there. Whatever stands in it is read, with warnings.

    Examples
    --------
    >>> report = read("وزیر امور خارجه قزاقستان صبح امروز در تهران با محمدجواد ظریف دیدار و گفت‌وگو کرد.")
    >>> [mention.code for mention in report.countries], report.acts[0].type
    (['KAZ', 'IRN'], 'CONSULT')
    """
    if isinstance(source, Path):
        document = _document(source)
        return document.read(home=home)
    return _from_text("", source, title=title, date=date).read(home=home)


def documents(paths: Iterable[Path | str]) -> Iterator[Document]:
    """Documents in files, folders (searched through), JSON-lines files, or standard input (`-`).

    Raises
    ------
    DataError
        If a path is not there.
    """
    for path in paths:
        if str(path) == "-":
            yield from _from_stream(sys.stdin.buffer)
            continue
        place = Path(path)
        if place.is_dir():
            yield from documents(
                sorted(p for p in place.rglob("*") if p.suffix.lower() in TEXTS | ROWS and p.is_file())
            )
        elif place.suffix.lower() in ROWS:
            with _open(place) as stream:
                yield from _rows(stream, place.name)
        else:
            yield _document(place)


def decode(raw: bytes) -> tuple[str, tuple[NewsWarning, ...]]:
    """Bytes as text: UTF-8, UTF-16 or UTF-32 with or without a mark, UTF-8 read as Latin, else windows-1256.

    >>> decode("ایران".encode("cp1256", "replace"))[1][0].key
    'encoding'
    >>> decode("وزیر خارجه ایران".encode("utf-16-le"))[0]
    'وزیر خارجه ایران'
    """
    if raw[:4] in {b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"}:
        return raw.decode("utf-32", "replace"), ()
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return raw.decode("utf-16", "replace"), ()
    if (wide := _utf_16(raw)) is not None:
        return raw.decode(wide, "replace"), (NewsWarning("encoding", f"{wide} without its mark"),)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    else:
        mended = _mended(text)
        return (text, ()) if mended is None else (mended, (NewsWarning("encoding", "utf-8 read as latin"),))
    repaired = raw.decode("utf-8", "replace")
    if repaired.count("\ufffd") * 50 < len(repaired):  # a few broken bytes in UTF-8
        return repaired, (NewsWarning("encoding", "utf-8 with broken bytes"),)
    return raw.decode("cp1256", "replace"), (NewsWarning("encoding", "windows-1256"),)


def _utf_16(raw: bytes) -> str | None:
    """Which UTF-16 it is, if every second byte is one of the few that Persian, Latin and their signs begin with."""
    start = raw[:SAMPLE]
    for name, high, low in (("utf-16-le", start[1::2], start[0::2]), ("utf-16-be", start[0::2], start[1::2])):
        if len(high) >= WIDE and sum(map(high.count, _HIGH)) > 0.95 * len(high) and len(set(low)) > len(set(high)):
            return name
    return None


def _mended(text: str) -> str | None:
    """UTF-8 that somebody read as Latin: «ÙˆØ²ÛŒØ±» for «وزیر»; None if the text is sound."""
    start = text[:SAMPLE]
    if 5 * sum(map(start.count, _SPOILT)) < len(start):
        return None
    for name in ("cp1252", "latin-1"):
        try:
            return text.encode(name).decode("utf-8")
        except UnicodeError:
            continue
    return text.encode("cp1252", "replace").decode("utf-8", "replace")


def _document(path: Path) -> Document:
    with _open(path) as stream:
        raw = stream.read(LARGEST + 1)
    text, warnings = decode(raw[:LARGEST])
    if len(raw) > LARGEST:
        warnings = (*warnings, NewsWarning("too_long", path.name))
    return _from_text(path.stem, text, warnings=warnings)


def _from_text(
    name: str, text: str, *, title: str = "", date: str | None = None, warnings: tuple[NewsWarning, ...] = ()
) -> Document:
    if not is_html(text):
        return Document(name, text, title, date, warnings)
    page = read_html(text)
    if page.extractor == "plain":
        warnings = (*warnings, NewsWarning("plain_html", name))
    return Document(name, page.body, title or page.title, date or page.date, warnings)


def _from_stream(stream: IO[bytes]) -> Iterator[Document]:
    """JSON lines if the first line is an object, else one text."""
    first = stream.readline(LARGEST)
    if first.lstrip().startswith(b"{"):
        yield from _rows(_chain(first, stream), "-")
    else:
        text, warnings = decode(first + stream.read(LARGEST))
        yield _from_text("-", text, warnings=warnings)


def _chain(first: bytes, stream: IO[bytes]) -> Iterator[bytes]:
    yield first
    yield from stream


def _rows(lines: Iterable[bytes], name: str) -> Iterator[Document]:
    """One document per row: `id` or `source_id`, `title`, `body` or `text`, perhaps `jalali_date` or `date`."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        text, warnings = decode(line)
        try:
            row: Any = json.loads(text)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            yield Document(f"{name}:{number}", "", warnings=(*warnings, NewsWarning("row", f"{name}:{number}")))
            continue
        found = next(
            (row[key] for key in ("id", "source_id", "news_id") if row.get(key) is not None), f"{name}:{number}"
        )
        body = _word(row.get("body") if row.get("body") is not None else row.get("text"))
        date = _word(row.get("jalali_date") or row.get("date")) or None
        document = _from_text(str(found), body, title=_word(row.get("title")), date=date, warnings=warnings)
        yield document


def _word(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _open(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise DataError(
            f"no report at {str(path)!r}: {error.strerror}",
            hint="a file, a folder, or - for standard input",
            path=str(path),
        ) from error


_HIGH = (b"\x00", b"\x06", b"\x20", b"\xfb", b"\xfe")
_SPOILT = ("Ø", "Ù", "Ú", "Û")
