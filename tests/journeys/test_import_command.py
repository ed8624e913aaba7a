# SPDX-License-Identifier: Apache-2.0
"""`cartulary import`: a dry run that writes nothing, and an import that goes in once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.programme_folder import folder

CENTRE = """
from cartulary.cli.ledger_setup import start_django
from pathlib import Path
import sys
start_django(Path(sys.argv[1]), new=True)
from cartulary.registry import scope
from cartulary.registry.models import Centre
with scope.within("all"):
    Centre.objects.create(code="pmc", name="PMC")
"""
COMMAND = """
import importlib, sys
from cartulary.course.errors import CartularyError
try:
    importlib.import_module("cartulary.cli.import").command(sys.argv[1:])
except CartularyError as error:
    sys.exit(str(error))
"""


def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """A process of its own, as a terminal would start it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CARTULARY", "DJANGO"))}
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = run(CENTRE, tmp_path / "home")
    assert made.returncode == 0, made.stderr
    return tmp_path / "home"


def test_a_folder_is_shown_then_written_once(tmp_path: Path, home: Path) -> None:
    tables = folder(tmp_path / "tables", {"infusion.csv": "child,date\nP-001,2020-04-14\n"})
    options = ("--home", home, "--centre", "pmc")
    shown = run(COMMAND, tables, *options, "--dry-run")
    assert shown.returncode == 0, shown.stderr
    assert "5 new" in shown.stdout
    assert "Written" not in shown.stdout
    nameless = run(COMMAND, tables, *options)
    assert nameless.returncode == 1
    assert "There is no reason" in nameless.stderr
    written = run(COMMAND, tables, *options, "--reason", "first load")
    assert written.returncode == 0, written.stderr
    assert "Written as import" in written.stdout
    again = run(COMMAND, tables, *options, "--reason", "first load")
    assert again.returncode == 1
    assert "5 same" in again.stdout
    assert "changes nothing" in again.stderr


def test_good_courses_go_in_without_the_others(tmp_path: Path, home: Path) -> None:
    table = "child,date\nP-001,2020-04-14\nP-002,never\n"
    tables = folder(tmp_path / "tables", {"infusion.csv": table})
    options = ("--home", home, "--centre", "pmc", "--reason", "first load")
    refused = run(COMMAND, tables, *options)
    assert refused.returncode == 1
    assert "infusion.csv row 3" in refused.stdout
    assert run(COMMAND, tables, *options, "--good-courses").returncode == 0
    elsewhere = run(COMMAND, tables, "--home", home, "--centre", "umc", "--reason", "x")
    assert elsewhere.returncode == 1
    assert "There is no centre 'umc'" in elsewhere.stderr
