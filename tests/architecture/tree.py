# SPDX-License-Identifier: Apache-2.0
"""The files of the repository, as the tests of the house see them."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCE = REPOSITORY / "src" / "cartulary"

NOT_OURS = {".git", ".venv", "build", "dist", "node_modules"}


@cache
def files() -> tuple[Path, ...]:
    """Every file that belongs to the repository; in a bare copy without git, every file found."""
    git = shutil.which("git")
    if git and (REPOSITORY / ".git").exists():
        listing = subprocess.run(
            [git, "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=REPOSITORY,
            capture_output=True,
            check=True,
            text=True,
        )
        named = [REPOSITORY / name for name in listing.stdout.split("\0") if name]
    else:
        named = [
            path
            for path in REPOSITORY.rglob("*")
            if not any(
                part in NOT_OURS or part.endswith(("_cache", "__pycache__", ".egg-info"))
                for part in path.relative_to(REPOSITORY).parts
            )
        ]
    return tuple(sorted(path for path in named if path.is_file()))


def python_files() -> tuple[Path, ...]:
    """The Python files among them."""
    return tuple(path for path in files() if path.suffix == ".py")


def text_of(path: Path) -> str | None:
    """The text of a file, or None for a picture, a font or another binary."""
    content = path.read_bytes()
    if b"\0" in content[:8192]:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def shown(path: Path) -> str:
    """A path as a reader of the repository knows it."""
    return path.relative_to(REPOSITORY).as_posix()
