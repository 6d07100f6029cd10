"""Every error that peyvand raises on purpose, in one tree.

Each class has a stable `key`; `locale/en.json` and `locale/fa.json` hold its title under `errors.<key>`.
A message says what was expected, a hint offers the nearest right thing, and `context` holds the values.
Python sees English; the command line and the web page show the title in the reader's language.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar


class PeyvandError(Exception):
    """Base of every error raised on purpose.

    Parameters
    ----------
    message : str
        What was expected and what was found.
    hint : str, optional
        The nearest right thing, or where to look.
    **context
        The values that the message speaks of, kept for programs and for translation.
    """

    key: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 2
    """Of the command line: 2 for bad input, 1 for work that failed on good input."""

    def __init__(self, message: str, *, hint: str | None = None, **context: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.context = context

    def __str__(self) -> str:
        return f"{self.message}\nhint: {self.hint}" if self.hint else self.message


class DataError(PeyvandError):
    """A table, file or World that breaks a rule."""

    key = "data"


class UnknownNameError(DataError):
    """A code or name that is not in the list it should be in."""

    key = "data.unknown_name"


class UnknownEconomyError(UnknownNameError):
    """An economy that this World does not hold."""

    key = "data.unknown_economy"


class UnknownSectorError(UnknownNameError):
    """A sector that this World does not hold."""

    key = "data.unknown_sector"


class NetworkError(DataError):
    """A transport network that no route can be computed on."""

    key = "data.network"


class ScenarioError(PeyvandError):
    """A union file that does not say one clear thing."""

    key = "scenario"


class FormulaError(DataError):
    """A formula that cannot be read."""

    key = "data.formula"


class RegistryError(PeyvandError):
    """A registry that cannot do what was asked."""

    key = "registry"


class RuleError(RegistryError):
    """Rows that break a rule of the registry: nothing of the change was written."""

    key = "registry.rule"


class RegistryDateError(RegistryError):
    """A date that is in no calendar, or that cannot be read."""

    key = "registry.date"


class UnknownRowError(RegistryError):
    """A code that the registry does not hold."""

    key = "registry.unknown_row"


class StaleRowError(RegistryError):
    """A row that somebody else changed since it was read."""

    key = "registry.stale"


class AuditError(RegistryError):
    """An audit trail that does not lead to the rows that stand there."""

    key = "registry.audit"


class DatabaseError(RegistryError):
    """A database that this program cannot open, or not yet, or no longer."""

    key = "registry.database"


class OutputError(PeyvandError):
    """A file or folder that cannot be written."""

    key = "output"


class ModelError(PeyvandError):
    """A model that cannot be solved as asked."""

    key = "model"


class ConvergenceError(ModelError):
    """An equilibrium or an estimate that was not reached."""

    key = "model.convergence"
    exit_code = 1


class IdentificationError(ModelError):
    """An estimate that these data cannot give: nothing varies, or a correction does not fit the model."""

    key = "model.identification"


class DispersionError(ModelError):
    """A routing dispersion at which the sum over all paths does not converge."""

    key = "model.dispersion"


class NoRouteError(ModelError):
    """A pair that trades and would have no route left."""

    key = "model.no_route"


class WebError(PeyvandError):
    """Something that the web server refuses."""

    key = "web"
    status: ClassVar[int] = 400
    """Of the HTTP answer."""


class SignInError(WebError):
    """A write without signing in, or a name and password that do not belong together."""

    key = "web.sign_in"
    status = 401


class ForbiddenError(WebError):
    """A write that this account may not do, or that no page of this server sent."""

    key = "web.forbidden"
    status = 403


class NotFoundError(WebError):
    """An address under which there is nothing."""

    key = "web.not_found"
    status = 404


class SlowClientError(WebError):
    """A request that took too long to arrive."""

    key = "web.slow"
    status = 408


class TooLargeError(WebError):
    """A request larger than the server takes."""

    key = "web.too_large"
    status = 413


class ThrottleError(WebError):
    """Too many tries in too short a time."""

    key = "web.throttle"
    status = 429


class BusyError(WebError):
    """A queue that takes no more work now, or work that took longer than it may."""

    key = "web.busy"
    status = 503
    exit_code = 1


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_BAD_NAME = (errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL)
_IN_THE_WAY = (errno.ENOTDIR, errno.EEXIST, errno.EISDIR)


def unwritable(path: Path, error: OSError, *, say: str = "") -> OutputError:
    """What to tell of a file or folder that the system did not let us write, with the way out of that very trouble.

    Parameters
    ----------
    path : Path
    error : OSError
        What the system said.
    say : str, optional
        How to name another place, such as `, with --out`; ends the hint.
    """
    reason = error.strerror or str(error)
    hint = f"choose a place that you may write to{say}"
    if error.errno in _FULL:
        hint = f"free some space, or choose a place on another disk{say}"
    elif error.errno in _BAD_NAME:
        hint = f"choose a shorter, plain name{say}"
    elif error.errno in _IN_THE_WAY:
        blocking = next((str(place) for place in path.parents if place.is_file()), "")
        reason = f"{blocking} is a file, not a folder" if blocking else reason
        hint = f"choose a place under a folder{say}"
    return OutputError(f"cannot write to {path}: {reason}", hint=hint, path=str(path))


_BEGUN = 4
"""So many letters are taken for the beginning of a word."""


def did_you_mean(name: str, choices: Iterable[str], *, count: int = 3) -> str:
    """A hint with the nearest of `choices`, or with the first few of them.

    >>> did_you_mean("KZA", ["KAZ", "IRN", "TUR"])
    "did you mean 'KAZ'?"
    >>> did_you_mean("univ", ["union", "university"])
    "did you mean 'university' or 'union'?"
    >>> did_you_mean("???", ["KAZ", "IRN"])
    "one of 'KAZ', 'IRN'"
    """
    pool = [str(choice) for choice in choices]
    lowered = {choice.lower(): choice for choice in reversed(pool)}
    typed = str(name).lower()
    begun = [hit for hit in lowered if len(typed) >= _BEGUN and hit.startswith(typed)]
    alike = get_close_matches(typed, list(lowered), n=count, cutoff=0.6)
    near = [lowered[hit] for hit in dict.fromkeys([*begun, *alike])][:count]
    if near:
        return f"did you mean {' or '.join(repr(hit) for hit in near)}?"
    shown = ", ".join(repr(choice) for choice in pool[:12])
    return f"one of {shown} … ({len(pool)} in all)" if len(pool) > 12 else f"one of {shown}"
