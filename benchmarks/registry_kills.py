"""Does an import survive kill -9?  Importers are killed at random moments; what they had acknowledged must stand.

Each importer writes batches of forty rows and says a batch's number once its change has returned. After the kills the
register is opened again: no batch is halved, none that was acknowledged is missing, and the audit chain is whole.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

SIZES = {"toy": 5, "full": 200}
ROWS = 40

NURSERY = f"""
import json, os, random, signal, sys, time
from peyvand.registry import Registry
from peyvand.registry.exchange import import_tables

where, kills, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

def write_on(batch, tell):
    registry = Registry.open(where)
    os.write(tell, b"ready\\n")
    while True:
        rows = [
            {{"code": f"{{batch}}/{{number}}", "dated_on": "2024-07-30", "kind": "MEET", "title_en": "x" * 200,
             "title_fa": "دیدار", "source": "test"}}
            for number in range({ROWS})
        ]
        import_tables(registry, {{"event": rows}}, why=f"batch {{batch}}", who="importer")
        os.write(tell, f"{{batch}}\\n".encode())
        batch += 1

chance, acknowledged, batch = random.Random(seed), [], 0
for _ in range(kills):
    hear, tell = os.pipe()
    child = os.fork()
    if not child:
        write_on(batch, tell)
    os.close(tell)
    said = os.fdopen(hear)
    assert said.readline() == "ready\\n"
    time.sleep(chance.uniform(0.0, 0.25))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    heard = [int(line) for line in said.read().splitlines(keepends=True) if line.endswith("\\n")]
    acknowledged += heard
    batch = max([batch, *heard]) + 2  # the batch that was under way may stand or not
print(json.dumps(acknowledged))
"""
"""Forks each importer after peyvand is imported, so that a kill costs no start of Python."""


def main(size: str) -> None:
    from benchmarks.registry import places

    for name, place in places():
        with place() as where:
            started = time.perf_counter()
            acknowledged, standing = kill(where, kills=SIZES[size], seed=7)
            seconds = time.perf_counter() - started
        print(f"{name:12}{SIZES[size]} kills in {seconds:.0f} s: {acknowledged} imports acknowledged, {standing} stand")


def kill(where: str, *, kills: int, seed: int) -> tuple[int, int]:
    """Kill importers of a new register, then look: the number of imports acknowledged, and of those that stand."""
    from peyvand.registry import Registry

    Registry.create(where).close()
    acknowledged = kill_during_imports(where, kills=kills, seed=seed)
    return len(acknowledged), check_after_kills(where, acknowledged)


def kill_during_imports(where: str, *, kills: int, seed: int) -> set[int]:
    """The numbers of the batches that importers acknowledged before they were killed."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-c", NURSERY, where, str(kills), str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    return set(json.loads(done.stdout))


def check_after_kills(where: str, acknowledged: set[int]) -> int:
    """The number of batches that stand, once all that was promised has been looked at."""
    from peyvand.registry import Registry
    from peyvand.registry.models import Event

    registry = Registry.open(where)
    registry.verify()
    sizes: dict[int, int] = {}
    for row in registry.rows(Event):
        batch = int(row.code.split("/")[0])
        sizes[batch] = sizes.get(batch, 0) + 1
    registry.close()
    assert set(sizes.values()) <= {ROWS}, "half of an import was left"
    assert acknowledged <= set(sizes), "an acknowledged import is missing"
    return len(sizes)
