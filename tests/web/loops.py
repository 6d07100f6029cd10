"""An event loop for a test, whatever else runs in its thread (Playwright keeps one of its own)."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor


def run_alone(coroutine):
    """What the coroutine returns, run by a loop in a thread of its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
