"""How is a long sweep cut up, kept, handed out and taken up again?  Idempotent blocks.

A block is named by a hash of everything its figures depend on and by its own number. It is solved by any
`concurrent.futures` executor – threads, processes, or a Dask cluster's – and written to Parquet under a temporary name
that then takes the real one in a single step: a block is there whole or not at all. Whoever asks again finds it, and a
block that a killed worker left undone is solved once more, with the same result.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import fields, is_dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from peyvand.errors import ConvergenceError, unwritable
from peyvand.gravity.threads import one_blas_thread
from peyvand.trade.batch import Solved

FORMAT = "1"
ATTEMPTS = 3
"""So often is a block handed out whose worker died."""
PROCESSES_FROM = 2**13
"""Unions from which processes are worth their start."""

Progress = Callable[[float], None]


class Task(Protocol):
    """Work that can be sent away: solves one of its blocks."""

    def __call__(self, block: int) -> Solved: ...


def hash_of(*parts: Any) -> str:
    """A hash of arrays, plain values and dataclasses of them.

    >>> hash_of("a", 1) == hash_of("a", 1), hash_of("a", 1) == hash_of("a", 2)
    (True, False)
    """
    digest = sha256(FORMAT.encode())
    for part in parts:
        _update(digest, part)
    return digest.hexdigest()


def solve_blocks(
    task: Task,
    count: int,
    *,
    key: str,
    economies: tuple[str, ...],
    store: Path | None = None,
    executor: Executor | None = None,
    workers: int = 2,
    processes: bool = False,
    progress: Progress | None = None,
) -> Iterator[tuple[int, Solved]]:
    """Every block, those that are kept first, then the others as they come.

    Parameters
    ----------
    task : Task
    count : int
        Blocks.
    key : str
        Hash of everything that the figures depend on.
    economies : tuple of str
        Columns of the figures.
    store : Path, optional
        Folder of kept blocks.
    executor : Executor, optional
        Of the caller's, who shuts it down; else threads or `processes` of this machine.
    workers : int
        Of an executor of ours.
    progress : callable, optional
        Told the share of blocks that are there.

    Raises
    ------
    OutputError
        If a block cannot be written.
    ConvergenceError
        If a block's worker died `ATTEMPTS` times.
    """
    tell = progress or (lambda _: None)
    missing = []
    there = 0
    for block in range(count):
        kept = read_block(store, key, block, economies)
        if kept is None:
            missing.append(block)
            continue
        there += 1
        tell(there / count)
        yield block, kept
    for attempt in range(ATTEMPTS):
        if not missing:
            return
        lost: list[int] = []
        with _executor(executor, workers, processes=processes) as pool:
            futures: dict[Future[Solved], int] = {pool.submit(_alone, task, block): block for block in missing}
            try:
                for future in as_completed(futures):
                    block, error = futures[future], future.exception()
                    if error is not None and _worker_died(error):
                        lost.append(block)
                        continue
                    solved = future.result()
                    write_block(store, key, block, economies, solved)
                    there += 1
                    tell(there / count)
                    yield block, solved
            finally:
                for future in futures:
                    future.cancel()
        missing = sorted(lost)
        if missing and attempt == ATTEMPTS - 1:
            raise ConvergenceError(
                f"the workers of blocks {missing} died {ATTEMPTS} times",
                hint="is there enough memory? ask for fewer workers; what is done is kept",
            )


def read_block(store: Path | None, key: str, block: int, economies: tuple[str, ...]) -> Solved | None:
    """A kept block; None if there is none, or one that is damaged."""
    if store is None:
        return None
    try:
        table = pq.read_table(_path(store, key, block))
        about = json.loads(table.schema.metadata[b"peyvand"])
        columns = [table.column(f"welfare_hat_{code}").to_numpy() for code in economies]
        return Solved(
            numbers=table.column("union").to_numpy(),
            welfare_hat=np.column_stack(columns),
            residual=table.column("residual").to_numpy(),
            failed={int(number): why for number, why in about["failed"].items()},
        )
    except (OSError, KeyError, ValueError, TypeError, pa.ArrowException):
        return None


def write_block(store: Path | None, key: str, block: int, economies: tuple[str, ...], solved: Solved) -> None:
    """Keep a block, whole or not at all."""
    if store is None:
        return
    path = _path(store, key, block)
    columns: dict[str, Any] = {"union": solved.numbers, "residual": solved.residual}
    columns |= {f"welfare_hat_{code}": solved.welfare_hat[:, place] for place, code in enumerate(economies)}
    about = json.dumps({"key": key, "block": block, "failed": {str(at): why for at, why in solved.failed.items()}})
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        table = pa.table(columns).replace_schema_metadata({"peyvand": about})
        pq.write_table(table, part, compression="zstd", use_dictionary=False, write_statistics=False)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise unwritable(path, error) from error


def _path(store: Path, key: str, block: int) -> Path:
    return store / key[:24] / f"{block:05d}.parquet"


def _alone(task: Task, block: int) -> Solved:
    """A block with one BLAS thread: the blocks are what runs side by side."""
    with one_blas_thread():
        return task(block)


@contextmanager
def _executor(given: Executor | None, workers: int, *, processes: bool) -> Iterator[Executor]:
    """The caller's executor, left running; or one of ours."""
    if given is not None:
        yield given
    elif processes and workers > 1:
        ways = multiprocessing.get_all_start_methods()
        context = multiprocessing.get_context("fork" if "fork" in ways else None)
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            yield pool
    else:
        with ThreadPoolExecutor(max(1, workers)) as pool:
            yield pool


def _worker_died(error: BaseException) -> bool:
    """Whether an error says that the worker is gone, not that the work is wrong."""
    return isinstance(error, BrokenExecutor) or type(error).__name__ in ("KilledWorker", "CancelledError")


def _update(digest: Any, part: Any) -> None:
    if isinstance(part, np.ndarray):
        digest.update(f"array{part.dtype}{part.shape}".encode())
        digest.update(np.ascontiguousarray(part).tobytes())
    elif is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            digest.update(field.name.encode())
            _update(digest, getattr(part, field.name))
    elif isinstance(part, tuple | list):
        digest.update(f"list{len(part)}".encode())
        for item in part:
            _update(digest, item)
    else:
        digest.update(f"{type(part).__name__}:{part!r};".encode())
