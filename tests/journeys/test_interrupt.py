# SPDX-License-Identifier: Apache-2.0
"""Ctrl+C ends a long command at once, with one message and no process left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = (sys.executable, "-c", "from cartulary.cli.main import main; main()")
# A worker must first read its modules before it can simulate; a point of these takes longer than
# the test waits, so that who waits for one is caught.
CALIBRATE = ("calibrate", "--points", "60", "--children", "20000", "--waves", "1", "--workers", "2")
LONG = {
    "compare": ("compare", "maxima", "next_day", "--draws", "400", "--out"),
    "simulate": ("simulate", "--children", "400000", "--policy", "maxima", "--out"),
    "question": ("question", "Q4", "--draws", "400", "--out"),
    "forecast library": ("forecast", "library", "--draws", "64", "--out"),
}
# On a busy machine; ending takes well under a second on a free one.
SOON_SECONDS = 15.0
FIRST_WORDS_SECONDS = 120.0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="It looks for processes in /proc."),
]


def of_session(session: int) -> list[int]:
    """The living processes of a session; one that only waits to be counted is dead."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, own = place.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(own) == session and state != "Z":
            found.append(int(place.parent.name))
    return found


def gone_soon(session: int) -> bool:
    """Whether a session has no process any more, or soon has none."""
    until = time.monotonic() + SOON_SECONDS
    while of_session(session) and time.monotonic() < until:
        time.sleep(0.1)
    return not of_session(session)


class Started:
    """A command in a session of its own, with what it said on stderr in a file."""

    def __init__(self, arguments: tuple[str, ...], told: Path) -> None:
        self.told = told
        with told.open("w") as written:
            self.process = subprocess.Popen(
                [*COMMAND, *arguments],
                stdout=subprocess.DEVNULL,
                stderr=written,
                start_new_session=True,
            )

    def until(self, there: str, processes: int = 1) -> None:
        """Until it has said so, and has so many processes."""
        until = time.monotonic() + FIRST_WORDS_SECONDS
        while there not in self.told.read_text() or len(of_session(self.process.pid)) < processes:
            assert self.process.poll() is None, self.told.read_text()
            assert time.monotonic() < until, self.told.read_text()
            time.sleep(0.1)

    def ended(self) -> tuple[int, str]:
        """Its status and all that it said; refuses to wait long."""
        status = self.process.wait(SOON_SECONDS)
        return status, self.told.read_text()

    def end(self) -> None:
        for process in of_session(self.process.pid):
            os.kill(process, signal.SIGKILL)
        self.process.wait()


@pytest.mark.parametrize("whom", ["the process", "its group"])
@pytest.mark.parametrize("later_seconds", [0.0, 4.0], ids=["workers are born", "workers simulate"])
def test_a_calibration_ends_with_its_workers(
    tmp_path: Path, whom: str, later_seconds: float
) -> None:
    started = Started((*CALIBRATE, "--out", str(tmp_path / "run")), tmp_path / "told")
    try:
        # Itself, two workers, and the one that counts what they share.
        started.until("wave 1: 0 of 60", processes=4)
        time.sleep(later_seconds)
        (os.killpg if whom == "its group" else os.kill)(started.process.pid, signal.SIGINT)
        status, said = started.ended()
        assert status == 130
        assert said.count("cartulary: interrupted") == 1
        assert "--resume" in said
        assert "Traceback" not in said
        assert gone_soon(started.process.pid)
    finally:
        started.end()


def test_the_workers_of_a_calibration_that_is_killed_end_by_themselves(tmp_path: Path) -> None:
    started = Started((*CALIBRATE, "--out", str(tmp_path / "run")), tmp_path / "told")
    try:
        started.until("wave 1: 0 of 60", processes=4)
        time.sleep(4.0)
        started.process.kill()
        started.process.wait()
        assert gone_soon(started.process.pid)
    finally:
        started.end()


@pytest.mark.parametrize("name", LONG)
def test_a_long_command_ends_with_one_message_and_nothing_half_written(
    tmp_path: Path, name: str
) -> None:
    out = tmp_path / "out"
    started = Started((*LONG[name], str(out)), tmp_path / "told")
    try:
        started.until("simulating")
        time.sleep(1.0)
        os.killpg(started.process.pid, signal.SIGINT)
        status, said = started.ended()
        assert status == 130
        assert said.count("cartulary: interrupted") == 1
        assert "Traceback" not in said
        assert gone_soon(started.process.pid)
        left = [path.name for path in out.rglob("*")] if out.exists() else []
        assert not [one for one in left if one.startswith(".") or one.endswith(".part")]
        assert name == "simulate" or not left
    finally:
        started.end()
