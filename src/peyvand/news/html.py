"""The text of a web page: by trafilatura where it is installed (`pip install peyvand[news]`), else its visible words.

Spans count in the extracted text, which the Report keeps.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from importlib import import_module
from typing import Any

LONGEST = 2_000_000  # characters of markup that are read

_TAG = re.compile(r"<\s*(?:!doctype|html|head|body|div|p|article|br|h[1-6]|span|table)\b", re.IGNORECASE)
_BLOATED = re.compile(r"<([a-zA-Z][a-zA-Z0-9]{0,20})\s[^<>]{3000,}>?")  # tags that parsers read in quadratic time
_SKIPPED = frozenset(
    {"script", "style", "noscript", "template", "svg", "nav", "footer", "form", "select", "button", "iframe"}
)
_BLOCKS = frozenset(
    {"p", "div", "br", "h1", "h2", "h3", "h4", "li", "tr", "article", "section", "header", "td", "blockquote"}
)
_VOID = frozenset({"br", "img", "hr", "input", "meta", "link", "source", "wbr"})


@dataclass(frozen=True, slots=True)
class WebPage:
    """Title, body and date of a page, and by which extractor."""

    title: str
    body: str
    date: str | None
    extractor: str


def is_html(text: str) -> bool:
    """Markup near the beginning."""
    return bool(_TAG.search(text[:4000]))


def read_html(markup: str) -> WebPage:
    """The report on a web page, without its menus and scripts."""
    markup = _BLOATED.sub(r"<\1>", markup)[:LONGEST]
    plain = _plain(markup)
    extract = _trafilatura()
    if extract is None:
        return plain
    try:
        found: Any = extract(markup, include_comments=False, include_tables=False, with_metadata=True)
    except Exception:  # noqa: BLE001
        found = None  # a hostile page may break any parser: the plain reading stands
    body = (getattr(found, "text", None) or "") if found is not None else ""
    if len(body) < min(200, len(plain.body) // 4):  # very short pages are not articles to it
        return plain
    title = getattr(found, "title", None) or plain.title
    return WebPage(title if title not in body[:300] else "", body, getattr(found, "date", None), "trafilatura")


def _trafilatura() -> Callable[..., Any] | None:
    try:
        extract: Callable[..., Any] = import_module("trafilatura").bare_extraction
    except ImportError:
        return None
    return extract


def _plain(markup: str) -> WebPage:
    words = _Words()
    try:
        words.feed(markup)
        words.close()
    except (AssertionError, ValueError):  # html.parser on broken declarations: what was read so far stands
        pass
    lines = (re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in "".join(words.parts).splitlines())
    body = "\n".join(line for line in lines if line)
    title = " ".join("".join(words.title).split())
    return WebPage("" if title and title in body[:600] else title, body, None, "plain")


class _Words(HTMLParser):
    """Collects the visible words; blocks end a line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.title: list[str] = []
        self._skipping: str | None = None
        self._depth = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._skipping:
            self._depth += tag == self._skipping
        elif tag in _SKIPPED and tag not in _VOID:
            self._skipping, self._depth = tag, 1
        elif tag == "title":
            self._in_title = True
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._skipping:
            self._depth -= tag == self._skipping
            if self._depth == 0:
                self._skipping = None
        elif tag == "title":
            self._in_title = False
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
        elif not self._skipping:
            self.parts.append(data)
