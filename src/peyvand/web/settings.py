"""What may the person who runs the server decide? Every limit and place, with the defaults of a laptop."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from peyvand.registry.engine import DEFAULT_FILE


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of the web server.

    Parameters
    ----------
    database : str
        The registry: an SQLite file or a postgresql:// address.
    runs : Path
        Folder in which results are kept, one folder a run.
    secret : str
        Signs the tokens of forms; from PEYVAND_SECRET, or new at each start. Several server processes need the same.
    hosts : tuple of str
        Names under which the server may be asked; others are refused, so that no foreign name leads to it.
    https : bool
        Behind TLS: cookies travel over TLS only, browsers are told to stay on it.
    workers : int
        Processes that compute.
    world : str
        The World that pages show; one that ships.
    most_waiting, most_waiting_each : int
        Runs that may wait, in all and for one address.
    run_seconds : float
        A run that takes longer is stopped.
    keep_days, keep_runs : int
        Older results are removed, and the oldest past this number.
    body_bytes, body_seconds : int, float
        The largest request taken, and how long it may take to arrive.
    most_streams : int
        Browsers that may wait for progress at one time.
    sign_in_hours : int
        How long a person stays signed in.
    """

    database: str = str(DEFAULT_FILE)
    runs: Path = Path("peyvand-runs")
    secret: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    https: bool = False
    workers: int = 1
    world: str = "eurasia-2019"
    most_waiting: int = 30
    most_waiting_each: int = 8
    run_seconds: float = 300.0
    keep_days: int = 30
    keep_runs: int = 500
    body_bytes: int = 2_000_000
    body_seconds: float = 20.0
    most_streams: int = 200
    sign_in_hours: int = 12
