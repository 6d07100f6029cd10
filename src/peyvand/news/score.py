"""How well does the reader do? The gold set's own scorer on the gold set's texts.

The folder of real data holds `persian-news-gold` (labels, scorer, one text) and `persian-political-news` (the other
texts).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from peyvand.errors import DataError
from peyvand.news.files import Document, documents
from peyvand.news.report import Report

GOLD = "persian-news-gold"
TEXTS = "persian-political-news"


def score(
    data: Path, *, gold: Path | None = None, resamples: int = 1000, read: Callable[[Document], Report] = Document.read
) -> dict[str, Any]:
    """Precision, recall, F1 with intervals per field, as the gold set's `score.py` counts them.

    Parameters
    ----------
    data : Path
        Folder that holds `persian-news-gold` and `persian-political-news`.
    gold : Path, optional
        Labels in the same form; by default the gold set's `dev.jsonl`.
    resamples : int
        Bootstrap resamples of the 95 % intervals; 0 for none.

    Raises
    ------
    DataError
        If a folder or file is missing.
    """
    folder = data / GOLD
    labels = gold or folder / "dev.jsonl"
    for needed in (labels, folder / "score.py", data / TEXTS):
        if not needed.exists():
            raise DataError(
                f"the gold set needs {str(needed)!r}", hint="give the folder of real data", path=str(needed)
            )
    scorer = _load(folder / "score.py")
    wanted = scorer.load(str(labels))
    found = predictions(documents([data / TEXTS, folder]), wanted, read)
    result: dict[str, Any] = scorer.score(wanted, found, resamples)
    return result


def predictions(
    texts: Iterable[Document], wanted: Iterable[str], read: Callable[[Document], Report] = Document.read
) -> dict[str, dict[str, Any]]:
    """The reader's record of each wanted document, by id."""
    names = set(wanted)
    return {document.id: read(document).to_dict() for document in texts if document.id in names and document.body}


def as_table(result: dict[str, Any]) -> list[tuple[str, float, float, float, str]]:
    """Rows (field, precision, recall, F1 or accuracy, 95 % interval) of a score."""
    table = [
        (name, one["precision"], one["recall"], one["f1"], "{}–{}".format(*one["f1_95"]) if one["f1_95"] else "")
        for name, one in result["fields"].items()
    ]
    for name, key in (("published", "exact"), ("is_diplomatic", "accuracy")):
        one = result[name]
        table.append((name, one["precision"], one["recall"], one[key], ""))
    return table


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("peyvand_gold_scorer", path)
    if spec is None or spec.loader is None:
        raise DataError(f"{str(path)!r} is no Python file", path=str(path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
