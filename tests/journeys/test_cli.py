# SPDX-License-Identifier: Apache-2.0
"""The command line itself: it starts without waiting, and fails without a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cartulary.cli.main import COMMANDS, main

HEAVY = ("polars", "numpy", "scipy", "altair", "jinja2", "typst", "openpyxl", "rich")


def modules_after(*arguments: str) -> set[str]:
    """The modules that a fresh Python holds after one command."""
    code = (
        "import sys\n"
        "from cartulary.cli.main import main\n"
        "try:\n"
        f"    main({list(arguments)!r})\n"
        "except SystemExit as ended:\n"
        "    assert not ended.code, ended.code\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ran.stderr.split())


@pytest.mark.parametrize(
    "arguments",
    [("version",), ("--help",), *((name, "--help") for name in COMMANDS)],
    ids=" ".join,
)
def test_help_and_version_load_nothing_heavy(arguments: tuple[str, ...]) -> None:
    # The load is tested and not the time, which a busy machine would decide.
    assert not modules_after(*arguments) & set(HEAVY)


def test_a_page_of_a_definition_needs_no_frames() -> None:
    assert not modules_after("definitions", "os.infusion") & {"polars", "altair", "typst"}


def ended(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    printed = capsys.readouterr()
    return int(left.value.code or 0), printed.out, printed.err


def test_the_version_says_what_this_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = ended(capsys, "version")
    assert status == 0
    assert out.startswith("cartulary ")
    assert "not a medical device" in out


def test_a_mistyped_command_gets_its_neighbour(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = ended(capsys, "estimat")
    assert (status, out) == (2, "")
    assert "Did you mean estimate?" in err
    assert all(name in err for name in COMMANDS)


def test_a_file_that_cannot_be_read_is_told_in_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / "locked.toml"))

    monkeypatch.setattr("cartulary.codebook.catalogue.catalogue", refuse)
    status, out, err = ended(capsys, "definitions")
    assert (status, out) == (1, "")
    assert "'locked.toml': Permission denied" in err


def test_an_interrupted_command_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cartulary.cli.main.cartulary.main", stop)
    status, _, err = ended(capsys, "version")
    assert status == 130
    assert "interrupted" in err
