"""Who computes? Processes beside the server: each takes the oldest work, says how far it is, and leaves its result.

The server watches them: one that dies is replaced. Work that is cancelled or takes too long ends with its process,
since a solver cannot be asked to stop in the middle of a product.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from multiprocessing.process import BaseProcess

from peyvand.errors import PeyvandError
from peyvand.registry import Registry
from peyvand.registry.facts import facts
from peyvand.run import simulate
from peyvand.scenarios import parse_scenario
from peyvand.web import queue, union_searches
from peyvand.web.holders import name_of_this_process
from peyvand.web.runs import clean_up, save
from peyvand.web.settings import Settings
from peyvand.world import World

IDLE_SECONDS = 0.25
NICENESS = 10
"""Pages come first: workers yield the processor to the server."""
_log = logging.getLogger(__name__)


class Stopped(BaseException):
    """The work is no longer wanted."""


class Workers:
    """The processes of one server.

    Parameters
    ----------
    settings : Settings
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._wanted = threading.Event()
        self._processes: list[BaseProcess] = []
        self._watch = threading.Thread(target=self._keep, name="peyvand-workers", daemon=True)

    def start(self) -> None:
        """Start the workers and the thread that watches over them."""
        if self._settings.workers:
            self._watch.start()

    def stop(self) -> None:
        """End the workers; what they were doing goes back into the line, for the next start or another server."""
        self._wanted.set()
        if self._watch.is_alive():
            self._watch.join(timeout=10)
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join(timeout=5)
            if process.is_alive():
                process.kill()
                process.join(timeout=5)
        if self._processes:
            with suppress(Exception), closing(Registry.open(self._settings.database)) as registry:
                queue.requeue_lost(registry.engine)

    def _keep(self) -> None:
        registry = Registry.open(self._settings.database)
        cleaned = 0.0
        while not self._wanted.wait(0.2):
            self._processes = [process for process in self._processes if process.is_alive()]
            while len(self._processes) < self._settings.workers:
                self._processes.append(_start(self._settings))
            with suppress(Exception):  # a database that is away comes back; the watch goes on
                queue.requeue_lost(registry.engine)
                if time.monotonic() - cleaned > 600:
                    clean_up(registry.engine, self._settings)
                    cleaned = time.monotonic()
        registry.close()


def work_forever(settings: Settings) -> None:
    """A worker's life: claim, compute, write, again; it ends with its parent."""
    with suppress(OSError):
        os.nice(NICENESS)
    registry, parent = Registry.open(settings.database), os.getppid()
    world = World.embedded(settings.world)
    me = name_of_this_process()
    while os.getppid() == parent:
        work = queue.claim(registry.engine, me)
        if work is None:
            time.sleep(IDLE_SECONDS)
            continue
        do(registry, settings, work, worker=me, world=world, give_up=lambda: os._exit(3))


def do(
    registry: Registry, settings: Settings, work: queue.Work, *, worker: str, world: World, give_up: Callable[[], None]
) -> None:
    """One piece of work, from its claim to its result or its error.

    Parameters
    ----------
    registry, settings, work
    worker : str
        Under which name it was claimed.
    world : World
    give_up : callable
        Called from the heart's thread when the work is cancelled or takes too long.
    """
    engine, over = registry.engine, threading.Event()

    def heart() -> None:
        until = time.monotonic() + settings.run_seconds
        while not over.wait(queue.BEAT_SECONDS):
            if time.monotonic() > until:
                queue.finish(engine, work.code, worker, error=_too_long(settings))
                give_up()
            elif not queue.beat(engine, work.code, worker):
                give_up()

    def progress(step: str) -> None:
        if not queue.beat(engine, work.code, worker, step=step):
            raise Stopped

    beating = threading.Thread(target=heart, daemon=True)
    beating.start()
    try:
        if work.kind == union_searches.KIND:
            answer = union_searches.answer_of(work.asked, world=world, progress=progress)
            progress("report")
            union_searches.save_answer(answer, settings.runs, work.code)
        else:
            union = parse_scenario(work.asked["scenario"])
            given = {"draws": work.asked["draws"], "seed": work.asked["seed"]}
            done = simulate(union, world=world, facts=facts(registry), progress=progress, **given)
            progress("report")
            save(done, settings, work.code)
        queue.finish(engine, work.code, worker)
    except Stopped:
        _log.info("%s is no longer wanted", work.code)
    except PeyvandError as error:
        said = {"key": error.key, "message": error.message, "hint": error.hint}
        queue.finish(engine, work.code, worker, error=said)
    except Exception:  # noqa: BLE001 – whatever it is, the run has failed and the worker goes on
        _log.exception("unforeseen error in %s", work.code)
        said = {"key": "error", "message": "the server met an error of its own", "hint": "the log has it"}
        queue.finish(engine, work.code, worker, error=said)
    finally:
        over.set()
        beating.join()


def _start(settings: Settings) -> BaseProcess:
    process = multiprocessing.get_context("spawn").Process(target=work_forever, args=(settings,), daemon=True)
    process.start()
    return process


def _too_long(settings: Settings) -> dict[str, str]:
    return {
        "key": "web.busy",
        "message": f"the run took longer than {settings.run_seconds:.0f} seconds",
        "hint": "ask for fewer draws, or for fewer provisions of the kind transit",
    }
