# SPDX-License-Identifier: Apache-2.0
"""Where the definition files are: those of the package, and those a centre adds of its own.

A centre names its folder in the environment variable CARTULARY_CODEBOOK; inside it are
`endpoints/`, `scales/`, `benchmarks/`, `curves/`, `state_graphs/`, `exposures/`, `schedules/` and
`parameters/`, as in the package. Its files are added to ours.
"""

from __future__ import annotations

import os
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from cartulary.course.errors import CodebookError

KINDS = (
    "endpoints",
    "scales",
    "benchmarks",
    "curves",
    "state_graphs",
    "exposures",
    "schedules",
    "parameters",
    "targets",
)

#: The environment variable that names a centre's own folder of definitions.
FOLDER_VARIABLE = "CARTULARY_CODEBOOK"


def definition_files(kind: str) -> list[Traversable | Path]:
    """Every TOML file of one kind of definition, ours first, each group in order of name.

    `kind` is one of `KINDS`. A kind that nobody has files for is an empty
    list. A centre's folder that is named but is not there is refused: a definition that silently
    went missing would change a report.

    >>> "relapse_class_article_2020.toml" in [file.name for file in definition_files("scales")]
    True
    """
    if kind not in KINDS:
        raise CodebookError(f"There are no definitions of the kind {kind!r}; known: {KINDS}.")
    found: list[Traversable | Path] = []
    ours = files("cartulary.codebook").joinpath(kind)
    if ours.is_dir():
        found += sorted(
            (file for file in ours.iterdir() if file.name.endswith(".toml")),
            key=lambda file: file.name,
        )
    folder = extra_folder()
    if folder is not None:
        found += sorted((folder / kind).glob("*.toml"), key=lambda file: file.name)
    return found


def extra_folder() -> Path | None:
    """The centre's own folder of definitions, or None when it names none."""
    named = os.environ.get(FOLDER_VARIABLE, "").strip()
    if not named:
        return None
    folder = Path(named)
    if not folder.is_dir():
        raise CodebookError(
            f"The folder of definitions {named!r}, named in {FOLDER_VARIABLE}, is not there. "
            f"Its definitions would be missing without a word. Mend the name, or unset "
            f"{FOLDER_VARIABLE}."
        )
    return folder


def file_stamp(kind: str) -> tuple[tuple[str, int], ...]:
    """Names and times of the centre's own files: a cache keyed by it notices a change."""
    folder = extra_folder()
    if folder is None:
        return ()
    return tuple(
        (str(file), file.stat().st_mtime_ns) for file in sorted((folder / kind).glob("*.toml"))
    )
