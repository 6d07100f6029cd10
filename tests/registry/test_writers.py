"""Two writers, and programs that die: no update is lost, no half of a change is left, the audit stays whole."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from peyvand.errors import RuleError, StaleRowError
from peyvand.registry import Registry
from peyvand.registry.models import Event, Party

IMPORTER = """
import sys
from peyvand.registry import Registry
from peyvand.registry.exchange import import_tables
registry, batch = Registry.open(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
while True:
    rows = [
        {"code": f"{batch}/{number}", "dated_on": "2024-07-30", "kind": "MEET", "title_en": "x" * 200,
         "title_fa": "دیدار", "source": "test"}
        for number in range(40)
    ]
    import_tables(registry, {"event": rows}, why=f"batch {batch}", who="importer")
    print(batch, flush=True)
    batch += 1
"""


def address(registry):
    return registry.engine.url.render_as_string(hide_password=False)


def kill_during_imports(place, kills, seed):
    """Start importers and kill each at a random moment; the batches that were acknowledged."""
    chance, acknowledged, batch = random.Random(seed), set(), 0
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    for _ in range(kills):
        command = [sys.executable, "-c", IMPORTER, place, str(batch)]
        importer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert importer.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.0, 0.25))
        importer.send_signal(signal.SIGKILL)
        said = [int(line) for line in importer.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        importer.wait()
        acknowledged |= set(said)
        batch = max([batch, *said]) + 2  # the batch that was under way may stand or not
    return acknowledged


def check_after_kills(place, acknowledged):
    registry = Registry.open(place)
    registry.verify()
    sizes = {}
    for row in registry.rows(Event):
        batch = int(row.code.split("/")[0])
        sizes[batch] = sizes.get(batch, 0) + 1
    registry.close()
    assert set(sizes.values()) <= {40}, "half of an import was left"
    assert acknowledged <= set(sizes), "an acknowledged import is missing"
    return len(sizes)


@pytest.mark.parametrize("kills", [3, pytest.param(40, marks=pytest.mark.slow)])
def test_killed_imports_leave_whole_changes(registry, kills, test_size):
    place = address(registry)
    registry.close()
    acknowledged = kill_during_imports(place, max(3, round(kills * test_size)), seed=7)
    assert check_after_kills(place, acknowledged) >= len(acknowledged)


class TwoWriters(RuleBasedStateMachine):
    """Two programs read and update the same rows in any order: each accepted update is seen by the next."""

    place = ""

    @initialize()
    def start(self):
        self.writers = [Registry.open(self.place) for _ in range(2)]
        self.run = str(time.monotonic_ns())
        self.truth, self.read = {}, [{}, {}]

    @rule(writer=st.integers(0, 1), name=st.integers(0, 2))
    def add(self, writer, name):
        code = f"{self.run}/{name}"
        party = Party(code=code, kind="institution", name_en="0", name_fa="۰", source="t")
        if code in self.truth:
            with pytest.raises(RuleError, match="already"):
                self._change(writer, lambda change: change.add(party))
        else:
            self._change(writer, lambda change: change.add(party))
            self.truth[code] = (1, "0")

    @rule(writer=st.integers(0, 1))
    def look(self, writer):
        found = {row.code: row.version for row in self.writers[writer].rows(Party) if row.code.startswith(self.run)}
        self.read[writer] = found

    @precondition(lambda self: self.truth)
    @rule(writer=st.integers(0, 1), data=st.data(), value=st.integers(0, 9))
    def update(self, writer, data, value):
        if not self.read[writer]:
            return
        code = data.draw(st.sampled_from(sorted(self.read[writer])))
        version = self.read[writer][code]
        if code in self.truth and self.truth[code][0] == version:
            self._change(writer, lambda change: change.update(Party, code, version=version, name_en=str(value)))
            self.truth[code] = (version + 1, str(value))
            self.read[writer][code] = version + 1
        else:
            with pytest.raises(StaleRowError):
                self._change(writer, lambda change: change.update(Party, code, version=version, name_en=str(value)))

    @invariant()
    def both_see_the_truth(self):
        if not hasattr(self, "writers"):
            return
        for writer in self.writers:
            rows = [row for row in writer.rows(Party) if row.code.startswith(self.run)]
            assert {row.code: (row.version, row.name_en) for row in rows} == self.truth

    def teardown(self):
        if hasattr(self, "writers"):
            self.writers[0].verify()
            for writer in self.writers:
                writer.close()

    def _change(self, writer, action):
        with self.writers[writer].change(who=f"writer {writer}", why="t") as change:
            action(change)


def test_two_writers_lose_no_update(registry):
    machine = type("Case", (TwoWriters,), {"place": address(registry)})
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        machine, settings=settings(max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=slow)
    )


def test_writers_at_the_same_moment_wait_for_each_other(registry, tmp_path):
    """Four programs add rows at once; all of them stand and the chain is one."""
    script = (
        "import sys\nfrom peyvand.registry import Registry\nfrom peyvand.registry.models import Party\n"
        "registry = Registry.open(sys.argv[1])\n"
        "for number in range(5):\n"
        "    with registry.change(who='w', why='t') as change:\n"
        "        code = f'{sys.argv[2]}/{number}'\n"
        "        change.add(Party(code=code, kind='institution', name_en='x', name_fa='ن', source='t'))\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    commands = [[sys.executable, "-c", script, address(registry), str(writer)] for writer in range(4)]
    running = [subprocess.Popen(command, env=environment, cwd=Path(tmp_path)) for command in commands]
    assert [process.wait(120) for process in running] == [0, 0, 0, 0]
    assert len(registry.rows(Party)) == 20
    assert registry.verify() == 20
