"""Does the server stay quick while it works? 200 reads a second, two runs computing all the while, 50 who follow.

Requests are sent when they are due, whether or not earlier ones are answered, and a request's time counts from when it
was due: a server that falls behind cannot hide it. The server and its two workers are processes of their own, at the
same machine's cores as this client. Memory is the server process's, read every second.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

SIZES = {"toy": (4.0, 40, 5), "minute": (60.0, 200, 50), "full": (600.0, 200, 50)}
CONNECTIONS = 24
PATHS = (
    *("/fa/designer", "/en/borders", "/fa/borders/IRN-KAZ", "/en/borders/KAZ-UZB", "/fa/sources", "/en/runs"),
    *("/api/v1/borders?limit=50", "/api/v1/borders/IRN/KAZ", "/api/v1/runs", "/api/v1/sources?limit=20", "/health"),
    *("/en/sources/trade_flow", "/fa/sign-in"),
)


def main(size: str) -> None:
    """Print how long reads took, what failed, how memory grew and how many runs were done meanwhile."""
    seconds, rate, streams = SIZES.get(size, SIZES["full"])
    with TemporaryDirectory() as folder, _server(Path(folder)) as server:
        found = asyncio.run(_load(server, seconds=seconds, rate=rate, streams=streams))
    taken = np.array(found.seconds) * 1000
    p50, p95, p99 = np.percentile(taken, [50, 95, 99])
    print(f"{len(taken)} reads in {seconds:.0f} s at {rate}/s, {streams} event streams, two workers")
    print(f"  p50 {p50:.0f} ms   p95 {p95:.0f} ms   p99 {p99:.0f} ms   largest {taken.max():.0f} ms")
    print(f"  answers {dict(found.statuses)}   runs done meanwhile {found.runs}   events {found.events}")
    memory = np.array(found.memory_mb)
    late = memory[len(memory) // 2 :]
    print(
        f"  memory of the server {memory[0]:.0f} -> {memory[-1]:.0f} MB, "
        f"in the second half {late.min():.0f} to {late.max():.0f} MB"
    )


class Found:
    """What was seen."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.memory_mb: list[float] = []
        self.runs = 0
        self.events = 0


class _server:  # noqa: N801 – used like a function, as context managers are
    """`peyvand serve` on a free port with two workers."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        place = ["--db", str(folder / "registry.sqlite"), "--runs", str(folder / "runs")]
        command = [sys.executable, "-m", "peyvand", "serve", "--port", str(self.port), "--workers", "2", *place]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def __enter__(self) -> _server:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.1)
        raise TimeoutError("the server did not start")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)

    def memory_mb(self) -> float:
        said = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        return int(re.search(r"Rss:\s+(\d+)", said).group(1)) / 1024


async def _load(server: _server, *, seconds: float, rate: int, streams: int) -> Found:
    found, line = Found(), asyncio.Queue[tuple[float, str]]()
    over = asyncio.Event()
    readers = [asyncio.create_task(_reader(server.port, line, found)) for _ in range(CONNECTIONS)]
    for path in PATHS:  # each page has been asked for once before
        line.put_nowait((time.perf_counter(), path))
    await line.join()
    found.seconds.clear()
    found.statuses.clear()
    following = asyncio.create_task(_keep_computing(server.port, found, streams, over))
    began = time.perf_counter()
    paths = itertools.cycle(PATHS)
    for number in range(int(seconds * rate)):
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        line.put_nowait((due, next(paths)))
        if number % rate == 0:
            found.memory_mb.append(server.memory_mb())
    try:
        await asyncio.wait_for(line.join(), 60)
    except TimeoutError:
        print(f"  {line.qsize()} reads were not answered a minute after the last was due")
    over.set()
    following.cancel()
    for reader in readers:
        reader.cancel()
    await asyncio.gather(following, *readers, return_exceptions=True)
    return found


async def _reader(port: int, line: asyncio.Queue[tuple[float, str]], found: Found) -> None:
    """One connection that is kept open."""
    async with _connected(port) as (reader, writer):
        while True:
            due, path = await line.get()
            writer.write(_request("GET", path, port))
            status, _ = await _answer(reader)
            found.seconds.append(time.perf_counter() - due)
            found.statuses[status] += 1
            line.task_done()


async def _keep_computing(port: int, found: Found, streams: int, over: asyncio.Event) -> None:
    """Ask for one different union after the other, two at a time, and let `streams` clients follow each pair."""
    for years in itertools.cycle(range(51)):
        codes = []
        for number in (1, 2):
            title = f'{{ en = "Load {years} {number} {time.time()}", fa = "بار" }}'
            file = f'title = {title}\nworld = "eurasia-2019"\nmembers = ["IRN", "KAZ", "UZB", "TKM", "TUR"]\n'
            file += (
                f'kind = "free-trade-area"\nphase_in_years = {years}\n[[provision]]\nkind = "tariff"\ncut_share = 0.5\n'
            )
            async with _connected(port) as (reader, writer):
                writer.write(_request("POST", "/api/v1/runs", port, json.dumps({"file": file, "draws": 100})))
                status, body = await _answer(reader)
            found.statuses[status] += 1
            codes.append(json.loads(body)["code"])
        waits = [_follow(port, codes[number % 2], found) for number in range(streams)]
        await asyncio.gather(*waits)
        found.runs += 2
        if over.is_set():
            return


async def _follow(port: int, code: str, found: Found) -> None:
    """Read a run's events until it is over."""
    async with _connected(port) as (reader, writer):
        writer.write(_request("GET", f"/api/v1/runs/{code}/events", port))
        while text := await reader.readline():
            found.events += text.startswith(b"event:")
            if text.startswith(b"data:") and json.loads(text[5:])["state"] in ("done", "failed", "cancelled"):
                break


@asynccontextmanager
async def _connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection that is closed, and waited for, whatever ends its use."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def _request(method: str, path: str, port: int, body: str = "") -> bytes:
    length = f"Content-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n" if body else ""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\n{length}\r\n"
    return head.encode() + body.encode()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = re.search(r"content-length: (\d+)", head)
    if length is None:
        raise ValueError(f"an answer without its length: {head}")
    return int(head.split(" ", 2)[1]), await reader.readexactly(int(length.group(1)))


if __name__ == "__main__":
    main(os.environ.get("PEYVAND_BENCH_SIZE", "full"))
