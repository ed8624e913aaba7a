# SPDX-License-Identifier: Apache-2.0
"""The fenced examples in the pages of the repository."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.tree import files, shown

KNOWN_LANGUAGES = {"python", "console", "sh", "toml", "text", "csv", "json"}

_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>[^\n`]*)\n(?P<body>.*?)^(?P=indent)```$", re.M | re.S
)
_EXIT = re.compile(r"\s+#\s*exit\s+(\d+)\s*$")


@dataclass(frozen=True)
class Fence:
    """One fenced block: where it stands, its language, and what is in it."""

    page: Path
    line: int
    language: str
    body: str


@dataclass(frozen=True)
class Command:
    """One `$` line of a console block, what is printed under it, and how it should end."""

    line: str
    printed: str
    exit_status: int


def pages() -> list[Path]:
    """Every Markdown page of the repository."""
    return [path for path in files() if path.suffix == ".md"]


def fences(page: Path) -> list[Fence]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Fence(
            page=page,
            line=text.count("\n", 0, match.start()) + 1,
            language=match["language"].strip(),
            body=match["body"],
        )
        for match in _FENCE.finditer(text)
    ]


def commands(body: str) -> list[Command]:
    """The commands of a console block, each with the text under it."""
    found: list[Command] = []
    for part in re.split(r"^\$ ", body, flags=re.M)[1:]:
        line, _, printed = part.partition("\n")
        while line.endswith("\\"):
            more, _, printed = printed.partition("\n")
            line = line[:-1] + more.removeprefix("> ")
        ending = _EXIT.search(line)
        found.append(
            Command(
                line=_EXIT.sub("", line),
                printed=printed.strip("\n"),
                exit_status=int(ending[1]) if ending else 0,
            )
        )
    return found


def pages_with(language: str) -> list[str]:
    """The pages that have a block in this language, as a reader names them."""
    return [
        shown(page) for page in pages() if any(fence.language == language for fence in fences(page))
    ]
