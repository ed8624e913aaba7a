# SPDX-License-Identifier: Apache-2.0
"""The set-up script says in words what it lacks, and leaves a good environment alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import REPOSITORY

TOOLS = ("cat", "cksum", "grep", "head", "rm", "sh")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the script is for a POSIX shell")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the script needs of a checkout, with a PATH of ordinary tools and no Python."""
    place = tmp_path / "checkout"
    shutil.copytree(REPOSITORY / "requirements", place / "requirements")
    shutil.copy(REPOSITORY / "pyproject.toml", place)
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found
        (tools / tool).symlink_to(found)
    return place


def install(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script there, with nothing else in its environment."""
    return subprocess.run(
        ["sh", "requirements/install.sh", "runtime"],
        cwd=checkout,
        env={"PATH": str(checkout.parent / "tools"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def pretend_python(path: Path, script: str) -> Path:
    """Something on the PATH that answers to the name of a Python."""
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_no_python_is_said_in_words(checkout: Path) -> None:
    result = install(checkout)
    assert result.returncode == 1
    assert "No Python fits" in result.stderr
    assert "3.11 or newer" in result.stderr
    assert not (checkout / ".venv").exists()


def test_a_name_with_no_python_behind_it_is_passed_over(checkout: Path) -> None:
    pretend_python(checkout.parent / "tools" / "python3.13", "echo not installed >&2; exit 127")
    result = install(checkout)
    assert result.returncode == 1
    assert "No Python fits" in result.stderr


def test_a_named_python_that_does_not_fit_is_refused_and_not_replaced(checkout: Path) -> None:
    (checkout.parent / "tools" / "python3.12").symlink_to(sys.executable)
    old = pretend_python(checkout.parent / "old-python", "exit 1")
    result = install(checkout, PYTHON=str(old))
    assert result.returncode == 1
    assert str(old) in result.stderr
    assert not (checkout / ".venv").exists()


def test_an_environment_that_is_sound_and_current_is_left_alone(checkout: Path) -> None:
    binaries = checkout / ".venv" / "bin"
    binaries.mkdir(parents=True)
    pretend_python(binaries / "python", "exit 0")
    (binaries / "pip").write_text(f"#!{binaries.resolve()}/python\n", encoding="utf-8")
    locked = ["requirements/runtime.txt", "requirements/build.txt", "pyproject.toml"]
    stamp = subprocess.run(
        ["cksum", *locked], cwd=checkout, capture_output=True, text=True, check=True
    ).stdout
    (checkout / ".venv" / ".installed-runtime").write_text(stamp, encoding="utf-8")
    result = install(checkout)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_an_environment_made_elsewhere_is_made_anew(checkout: Path) -> None:
    binaries = checkout / ".venv" / "bin"
    binaries.mkdir(parents=True)
    pretend_python(binaries / "python", "exit 0")
    (binaries / "pip").write_text("#!/elsewhere/.venv/bin/python\n", encoding="utf-8")
    result = install(checkout)
    assert result.returncode == 1
    assert "No Python fits" in result.stderr
