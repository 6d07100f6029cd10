"""What must happen, and in which order, before a text binds a party?

`paths.toml` holds one path for Iran, Kazakhstan, Russia and the EAEU, a generic one, one for texts that the government
alone can bind, and one for measures. A path is a small state machine over the steps already recorded.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from peyvand.errors import UnknownRowError, did_you_mean
from peyvand.registry.dates import first_day, last_day


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step of a path: who acts, what proves it, what must stand before it."""

    step: str
    actor: str
    proof: str
    needs: tuple[str, ...] = ()
    optional: bool = False
    returns_to: str | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """A legal path, its steps in order."""

    code: str
    state: str | None
    source: str
    steps: tuple[PathStep, ...]

    def __getitem__(self, name: str) -> PathStep:
        for step in self.steps:
            if step.step == name:
                return step
        names = [step.step for step in self.steps]
        raise UnknownRowError(f"the path {self.code} has no step {name!r}", hint=did_you_mean(name, names), name=name)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step as recorded: its outcome and its partial date, if known."""

    step: str
    outcome: str = "done"
    done_on: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a step may not follow, as a rule and a sentence."""

    rule: str
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Where a text stands on a path: the steps that stand, and whether it was rejected for good."""

    standing: tuple[Taken, ...] = ()
    rejected: bool = False

    @property
    def reached(self) -> str | None:
        """The last step that stands."""
        return self.standing[-1].step if self.standing else None


@cache
def paths() -> dict[str, Path]:
    """Every path by code."""
    with files("peyvand.registry").joinpath("paths.toml").open("rb") as file:
        tables = tomllib.load(file)
    return {code: _path(code, table) for code, table in tables.items()}


def path(code: str) -> Path:
    """One path.

    Raises
    ------
    UnknownRowError
        If no path has this code.

    >>> [step.step for step in path("executive").steps]
    ['signed', 'government_approved', 'in_force']
    """
    if code not in paths():
        raise UnknownRowError(f"no legal path {code!r}", hint=did_you_mean(code, paths()), code=code)
    return paths()[code]


def replay(way: Path, taken: Sequence[Taken]) -> tuple[State, Refusal | None]:
    """The state after some steps in their order, and the first refusal if one of them may not follow.

    >>> replay(path("IRN"), [Taken("signed"), Taken("plenary")])[1].rule
    'step.needs'
    """
    state = State()
    for step in taken:
        refusal = refuse(way, state, step)
        if refusal:
            return state, refusal
        state = advance(way, state, step)
    return state, None


def refuse(way: Path, state: State, taken: Taken) -> Refusal | None:
    """Why this step may not be taken now, or None if it may."""
    names = [step.step for step in way.steps]
    if taken.step not in names:
        message = f"the path {way.code} has no step {taken.step!r}"
        return Refusal("step.unknown", message, did_you_mean(taken.step, names))
    if state.rejected:
        return Refusal("step.after_rejection", f"the text was rejected; {taken.step} cannot follow")
    standing = {step.step: step for step in state.standing}
    if taken.step in standing:
        return Refusal("step.twice", f"{taken.step} stands already")
    rule = way[taken.step]
    missing = [need for need in rule.needs if need not in standing]
    if missing:
        hint = f"record {' and '.join(missing)} first; without a date if it happened on a day that is not published"
        return Refusal("step.needs", f"{taken.step} needs {', '.join(missing)} before it on the path {way.code}", hint)
    early = [
        standing[need] for need in _before(way, taken.step) if need in standing and _is_after(standing[need], taken)
    ]
    if early:
        named = ", ".join(f"{step.step} ({step.done_on})" for step in early)
        return Refusal("step.order", f"{taken.step} on {taken.done_on} would come before {named}")
    if taken.outcome == "returned" and rule.returns_to is None:
        return Refusal("step.return", f"{taken.step} cannot send a text back on the path {way.code}")
    return None


def advance(way: Path, state: State, taken: Taken) -> State:
    """The state after an allowed step: one more standing, sent back, or rejected."""
    if taken.outcome == "rejected":
        return State(state.standing, rejected=True)
    if taken.outcome == "returned":
        back = way[taken.step].returns_to
        undone = {step.step for step in way.steps if step.step == back or back in _before(way, step.step)}
        return State(tuple(step for step in state.standing if step.step not in undone))
    return State((*state.standing, taken))


def allowed(way: Path, state: State) -> list[PathStep]:
    """The steps that may come next: not those that were passed over."""
    order = [step.step for step in way.steps]
    reached = order.index(state.reached) if state.reached else -1
    return [step for step in way.steps[reached + 1 :] if refuse(way, state, Taken(step.step)) is None]


def _before(way: Path, name: str) -> set[str]:
    """Every step that must stand before this one, through others too."""
    needs = set(way[name].needs)
    return needs.union(*(_before(way, need) for need in needs)) if needs else needs


def _is_after(earlier: Taken, later: Taken) -> bool:
    """Is the step that must come first surely dated after the other?"""
    if not earlier.done_on or not later.done_on:
        return False
    return first_day(earlier.done_on) > last_day(later.done_on)


def _path(code: str, table: dict[str, Any]) -> Path:
    steps = table["steps"]
    assert isinstance(steps, list)
    made = tuple(PathStep(**{**step, "needs": tuple(step.get("needs", ()))}) for step in steps)
    state = table.get("state")
    return Path(code=code, state=str(state) if state else None, source=str(table["source"]), steps=made)
