"""Two writers, and programs that die: no update is lost, no half of a change is left, the audit stays whole."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from benchmarks.registry_kills import check_after_kills, kill_during_imports
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
from peyvand.registry.models import Party


def address(registry):
    return registry.engine.url.render_as_string(hide_password=False)


def test_killed_imports_leave_whole_changes(registry, test_size):
    """Forty times kill -9 at a random moment; two hundred in `make bench`."""
    place = address(registry)
    registry.close()
    acknowledged = kill_during_imports(place, kills=max(3, round(40 * test_size)), seed=7)
    assert check_after_kills(place, acknowledged) >= len(acknowledged) > 0


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
