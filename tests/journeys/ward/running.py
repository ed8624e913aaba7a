# SPDX-License-Identifier: Apache-2.0
"""A server on a home of its own, and the browser that visits it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT_SECONDS = 240


def browser_path() -> str | None:
    """The browser that the machine has; CARTULARY_BROWSER chooses."""
    for name in (os.environ.get("CARTULARY_BROWSER", ""), *BROWSERS):
        if name and (found := shutil.which(name)):
            return found
    return None


@dataclass(frozen=True)
class Server:
    """A running app: where it answers, its home, and how to call a command on it."""

    address: str
    home: Path
    environment: dict[str, str]
    log: Path

    def command(self, *arguments: str) -> str:
        """Run `cartulary` on this home and give what it printed."""
        return run(self.environment, *arguments)


def run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [Path(sys.executable).with_name("cartulary"), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def serving(home: Path, command: str = "serve", **environment: str) -> Iterator[Server]:
    """`cartulary serve`, or `demo`, on this home, until the block ends."""
    whole = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("CARTULARY", "DJANGO"))
    }
    whole |= {"CARTULARY_HOME": str(home), "PYTHONUTF8": "1", **environment}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = home.with_name("server.log")
    log = place.open("w", encoding="utf-8")
    process = subprocess.Popen(
        [
            Path(sys.executable).with_name("cartulary"),
            *(command, "--home", str(home), "--port", str(port), "--workers", "1"),
        ],
        env=whole,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait(f"http://127.0.0.1:{port}/healthz", process, place)
        yield Server(f"http://127.0.0.1:{port}", home, whole, place)
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
        assert process.poll() is None, log.read_text(encoding="utf-8")
    raise AssertionError(f"the server did not answer in {WAIT_SECONDS} s: {log.read_text()}")
