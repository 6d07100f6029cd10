"""How is work shared between the cores?  Blocks go to a few Python threads, each with single-threaded BLAS.

NumPy and BLAS release the interpreter's lock inside their loops, so threads over blocks of a panel gain, while a
threaded BLAS on blocks of a few hundred rows loses. `PEYVAND_THREADS` sets the number of threads.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import cache
from typing import TypeVar

from threadpoolctl import ThreadpoolController

Item = TypeVar("Item")
Answer = TypeVar("Answer")


FEW = 1 << 17
"""Below this number of cells handing work to a thread costs more than it saves."""


def each(work: Callable[[Item], Answer], items: Sequence[Item], *, cells: int = FEW) -> list[Answer]:
    """`[work(item) for item in items]`, in threads where several items, cores and `FEW` cells make it worth it."""
    if len(items) < 2 or cells < FEW or thread_count() < 2:
        return [work(item) for item in items]
    contexts = [copy_context() for _ in items]  # which warnings of NumPy are silenced goes along
    return list(_pool().map(lambda context, item: context.run(work, item), contexts, items))


def ranges(count: int, *, cells: int = FEW) -> list[slice]:
    """`count` things cut into one run per thread, or a single run where there are fewer than `FEW` cells."""
    parts = max(1, min(thread_count(), count)) if cells >= FEW else 1
    edges = [count * part // parts for part in range(parts + 1)]
    return [slice(start, stop) for start, stop in itertools.pairwise(edges)]


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """BLAS calls inside use one thread each: the threads are ours."""
    with _controller().limit(limits=1, user_api="blas"):
        yield


@cache
def thread_count() -> int:
    """Cores that this process may use, or PEYVAND_THREADS."""
    asked = os.environ.get("PEYVAND_THREADS", "")
    if asked.isdigit() and int(asked) > 0:
        return int(asked)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(thread_count(), thread_name_prefix="peyvand")


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
