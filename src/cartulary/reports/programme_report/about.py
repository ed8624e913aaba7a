# SPDX-License-Identifier: Apache-2.0
"""What a report says of its programme beside the figures: name, files, problems, left out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from cartulary.course.problem import Problem


class FileRead(Protocol):
    """A file of the programme and its fingerprint."""

    @property
    def name(self) -> str: ...
    @property
    def sha256(self) -> str: ...


class CourseLeftOut(Protocol):
    """A course that could not be counted, and why."""

    @property
    def course_id(self) -> str: ...
    @property
    def reason(self) -> str: ...


class ProgrammeRead(Protocol):
    """A programme as its tables give it; `course.tables.Programme` is one."""

    @property
    def name(self) -> str: ...
    @property
    def centre(self) -> str: ...
    @property
    def data_cut(self) -> date | None: ...
    @property
    def files(self) -> Sequence[FileRead]: ...
    @property
    def problems(self) -> Sequence[Problem]: ...
    @property
    def left_out(self) -> Sequence[CourseLeftOut]: ...
    @property
    def notes(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class About:
    """The programme of a report. `problems` holds those of reading and of checking together."""

    name: str
    centre: str
    data_cut: date | None
    control_hash: str
    files: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]
    left_out: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()


def about(programme: ProgrammeRead, found: Sequence[Problem] = ()) -> About:
    """What a report needs of a programme.

    The control hash is the SHA-256 of the fingerprints of all files, in order of their names.

    Arguments: the programme as read; `found`, the problems of the plausibility checks.
    Returns: an `About`.
    """
    files = tuple(sorted((file.name, file.sha256) for file in programme.files))
    whole = "".join(f"{name} {digest}\n" for name, digest in files)
    return About(
        name=programme.name,
        centre=programme.centre,
        data_cut=programme.data_cut,
        control_hash=hashlib.sha256(whole.encode()).hexdigest(),
        files=files,
        problems=(*programme.problems, *found),
        left_out=tuple((one.course_id, one.reason) for one in programme.left_out),
        notes=tuple(programme.notes),
    )
