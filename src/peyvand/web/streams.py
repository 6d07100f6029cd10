"""How does a browser follow a run? Events sent as they happen; one look at the database serves all who wait."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.concurrency import run_in_threadpool

from peyvand.errors import BusyError
from peyvand.locale import Language, text
from peyvand.registry import Registry
from peyvand.run import STEPS
from peyvand.web import queue

LOOK_SECONDS, QUIET_SECONDS = 0.3, 15.0
ORDER = (*STEPS, "unions", "report")


class Streams:
    """Everybody who waits for a run of this server.

    Parameters
    ----------
    registry : Registry
    most : int
        How many may wait at one time.
    """

    def __init__(self, registry: Registry, *, most: int) -> None:
        self._registry = registry
        self._most = most
        self._waiting: Counter[str] = Counter()
        self._known: dict[str, queue.Work] = {}
        self._news = asyncio.Condition()
        self._looking: asyncio.Task[None] | None = None

    def enter(self, code: str) -> None:
        """Take a place.

        Raises
        ------
        BusyError
            If too many wait already.
        """
        if sum(self._waiting.values()) >= self._most:
            raise BusyError("too many browsers wait for runs", hint="reload the page in a minute")
        self._waiting[code] += 1

    async def follow(self, code: str, language: Language) -> AsyncIterator[str]:
        """The events of one run as text of an event stream, until it is over; `enter` came before."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        said = ""
        try:
            while True:
                now = self._known.get(code)
                event = progress_event(now, language) if now else ""
                if event and event != said:
                    said = event
                    yield event
                if now and now.over:
                    return
                try:
                    async with self._news:
                        await asyncio.wait_for(self._news.wait(), QUIET_SECONDS)
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            self._waiting[code] -= 1
            if self._waiting[code] <= 0:
                del self._waiting[code]
                self._known.pop(code, None)

    async def close(self) -> None:
        """Stop looking."""
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking

    async def _look(self) -> None:
        while self._waiting:
            found = await run_in_threadpool(queue.states, self._registry.engine, set(self._waiting))
            if found != {code: self._known.get(code) for code in found}:
                self._known.update(found)
                async with self._news:
                    self._news.notify_all()
            await asyncio.sleep(LOOK_SECONDS)


def progress_event(work: queue.Work, language: Language) -> str:
    """One event: the state, the step in words, and how far it is (0 to 1)."""
    return f"event: progress\ndata: {json.dumps(progress_of(work, language), ensure_ascii=False)}\n\n"


def progress_of(work: queue.Work, language: Language) -> dict[str, str | float]:
    """How far a run is, in words and as a share."""
    if work.state == "running" and work.step:
        words, share = text(f"steps.{work.step}", language), ORDER.index(work.step) / len(ORDER)
    else:
        words, share = text(f"web.state.{work.state}", language), float(work.state == "done")
    return {"state": work.state, "step": words, "share": round(share, 3)}
