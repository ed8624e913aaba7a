# SPDX-License-Identifier: Apache-2.0
"""Twenty people at a server: how long each page takes them, and what it costs the server."""

from __future__ import annotations

import http.client
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.ward_ledger import Ward
from benchmarks.ward_pages import Page

WORKERS = 2
COMMAND = (sys.executable, "-c", "from cartulary.cli.main import main; main()")
_TICKS = os.sysconf("SC_CLK_TCK")
_STARTS_WITHIN_SECONDS = 120
_ANSWERS_WITHIN_SECONDS = 120


@dataclass(slots=True)
class Looked:
    """How one page did: seconds of each look, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    bytes: int = 0
    server_seconds: float = 0.0
    database_seconds: float = 0.0

    def quantile(self, share: float) -> float:
        """The quantile of the seconds, by nearest rank."""
        ranked = sorted(self.seconds)
        return ranked[min(len(ranked) - 1, round(share * (len(ranked) - 1)))] if ranked else 0.0


@contextmanager
def server(home: Path, address: str, port: int) -> Iterator[int]:
    """`cartulary serve` on this ledger, with two workers; gives its process id."""
    log = (home / "serve.log").open("w")
    process = subprocess.Popen(
        [*COMMAND, "serve", "--home", str(home), "--port", str(port), "--workers", str(WORKERS)],
        env=os.environ | {"CARTULARY_DATABASE": address},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        until = time.monotonic() + _STARTS_WITHIN_SECONDS
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((home / "serve.log").read_text())
            time.sleep(0.2)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
        log.close()


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False


class Visitor:
    """One person with a browser: a connection that is kept, and a session or a token."""

    def __init__(self, port: int, ward: Ward, number: int) -> None:
        self._ward, self._number, self._port = ward, number, port
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", port, timeout=_ANSWERS_WITHIN_SECONDS
        )
        self._looks = number * 1000

    def look(self, page: Page, into: Looked) -> None:
        """Ask for a page once, and note how long it took until its last byte."""
        self._looks += 1
        headers = {"Accept-Language": "nl", "Accept": "text/html"}
        if page.by_token:
            headers["Authorization"] = f"Bearer {self._ward.tokens[self._number]}"
        else:
            headers["Cookie"] = f"cartulary_session={self._ward.sessions[self._number]}"
        address = page.address(self._ward, self._looks)
        begun = time.perf_counter()
        try:
            status, size = self._asked(address, headers)
        except (OSError, http.client.HTTPException) as error:
            into.wrong.append(f"{address}: {error!r}")
            self._connection.close()
            return
        into.seconds.append(time.perf_counter() - begun)
        into.bytes = size
        if status != 200:
            into.wrong.append(f"{address}: {status}")

    def _asked(self, address: str, headers: dict[str, str]) -> tuple[int, int]:
        """Status and length; a connection that was closed is made anew, as browsers do."""
        try:
            self._connection.request("GET", address, headers=headers)
            answer = self._connection.getresponse()
        except ConnectionError:
            self._connection.close()
            self._connection.request("GET", address, headers=headers)
            answer = self._connection.getresponse()
        return answer.status, len(answer.read())


def all_at_once(
    visitors: list[Visitor], page: Page, looks: int, costs: Callable[[], tuple[float, float]]
) -> Looked:
    """Everybody asks for the same page, `looks` times each without a pause."""
    found = [Looked() for _ in visitors]

    def work(visitor: Visitor, into: Looked) -> None:
        for _ in range(looks):
            visitor.look(page, into)

    before = costs()
    _together(work, zip(visitors, found, strict=True))
    after = costs()
    whole = _joined(found)
    n = max(1, len(whole.seconds))
    whole.server_seconds = (after[0] - before[0]) / n
    whole.database_seconds = (after[1] - before[1]) / n
    return whole


def at_work(
    visitors: list[Visitor], pages: tuple[Page, ...], rounds: int, pause_seconds: float
) -> dict[str, Looked]:
    """Everybody opens every page `rounds` times in an order of their own, with pauses between.

    A pause is drawn evenly between nothing and twice `pause_seconds`.
    """
    found = [{page.name: Looked() for page in pages} for _ in visitors]

    def work(visitor: Visitor, into: dict[str, Looked], number: int) -> None:
        draw = random.Random(number)
        walk = [page for _ in range(rounds) for page in pages]
        draw.shuffle(walk)
        for page in walk:
            time.sleep(draw.uniform(0, 2 * pause_seconds))
            visitor.look(page, into[page.name])

    _together(work, zip(visitors, found, range(len(visitors)), strict=True))
    return {page.name: _joined(one[page.name] for one in found) for page in pages}


def _together(work: Callable[..., None], arguments: Iterable[tuple[object, ...]]) -> None:
    threads = [threading.Thread(target=work, args=each) for each in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _joined(parts: Iterable[Looked]) -> Looked:
    whole = Looked()
    for part in parts:
        whole.seconds += part.seconds
        whole.wrong += part.wrong
        whole.bytes = max(whole.bytes, part.bytes)
    return whole


# --- what it costs -----------------------------------------------------------------------------


def family(root: int) -> list[int]:
    """A process and all that descend from it, as far as they still live."""
    parents: dict[int, int] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(place.parent.name)] = int(_stat(place)[1])
        except OSError:
            continue
    found = [root]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found


def _stat(place: Path) -> list[str]:
    """The fields of a process after its name, which may hold anything."""
    return place.read_text().rpartition(")")[2].split()


def processor_seconds(pids: Iterable[int]) -> float:
    """What these processes have used of the processor, so far."""
    ticks = 0
    for pid in pids:
        try:
            fields = _stat(Path(f"/proc/{pid}/stat"))
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS


def memory_mb(pids: Iterable[int]) -> float:
    """The memory of these processes: what they share is counted for each of them."""
    kib = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        except OSError:
            continue
        kib += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
    return kib / 1024
