# SPDX-License-Identifier: Apache-2.0
"""All definitions of one kind by their ids, or every fault of their files at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from cartulary.codebook.files import FOLDER_VARIABLE, definition_files
from cartulary.course.errors import CodebookError

Made = TypeVar("Made")


def shelf(
    kind: str, read: Callable[[Traversable | Path], Iterable[tuple[str, Made]]]
) -> Mapping[str, Made]:
    """What `read` makes of every file of a kind, by id; the package's files, then the centre's.

    `read` gives each id with what bears it, and refuses a file with a CodebookError.
    Refuses, all together: the faults of every file, and an id that stands in two.

    >>> from cartulary.codebook.toml_page import page_of
    >>> found = shelf("schedules", lambda file: [(page_of(file).text("id"), file.name)])
    >>> found["cibmtr_15_year"]
    'cibmtr_15_year.toml'
    """
    problems: list[str] = []
    found: dict[str, Made] = {}
    stands_in: dict[str, str] = {}
    for file in definition_files(kind):
        try:
            read_here = list(read(file))
        except CodebookError as error:
            problems += error.problems
            continue
        for name, made in read_here:
            if name in found:
                other = stands_in[name]
                if other == file.name:
                    other = f"the package's own {other}, which {FOLDER_VARIABLE} does not replace"
                problems.append(
                    f"{file.name}: id: {name!r} is also defined in {other}. One id has one "
                    "meaning. Give the new definition an id of its own."
                )
            found[name], stands_in[name] = made, file.name
    if problems:
        raise CodebookError(problems)
    return MappingProxyType(found)
