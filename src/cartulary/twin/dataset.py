# SPDX-License-Identifier: Apache-2.0
"""A simulated cohort as a folder of Parquet files, written part by part, never half.

    cohort.parquet/
        children.parquet/00000.parquet ...   one part for each block of children
        infusion.parquet/00000.parquet ...   and so for every kind of event
        failures.csv                         children that could not be followed to the end
        simulation.json                      what was simulated, and from what
        cohort.json                          written last: the cohort is whole
        unfinished.json                      instead of the last two, while it is not

`Cohort.read_parquet` reads it. A block always holds the same children, so that the bytes depend
on the run alone, and not on how many were simulated at once or by whom.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from cartulary.course.cohort import FORMAT, Cohort
from cartulary.course.cohort_columns import CHILD
from cartulary.course.errors import CourseError
from cartulary.course.tables.dataset_folder import COHORT_FILE, UNFINISHED_FILE
from cartulary.twin.block import BLOCK_CHILDREN, Failure

SIMULATION_FILE = "simulation.json"
FAILURES_FILE = "failures.csv"
CHILDREN_TABLE = "children"


@dataclass
class Dataset:
    """A folder that is being written; which blocks are done, and which children failed.

    `about` says what is simulated: a folder begun under one is not gone on with under another.
    """

    folder: Path
    about: Mapping[str, Any]
    children: int
    done: set[int] = field(default_factory=set)
    failures: dict[int, Failure] = field(default_factory=dict)

    @classmethod
    def begin(
        cls, folder: Path, about: Mapping[str, Any], children: int, *, resume: bool = False
    ) -> Dataset:
        """A new folder, or one to go on with.

        Refuses a folder with anything in it unless it is to be gone on with; and to go on with
        one that holds another run, naming what differs.
        """
        made = cls(folder, about, children)
        if (folder / UNFINISHED_FILE).is_file():
            made._go_on(_json(folder / UNFINISHED_FILE), resume)
        elif (folder / COHORT_FILE).is_file() and (folder / SIMULATION_FILE).is_file() and resume:
            made._compare(_json(folder / SIMULATION_FILE))
            made.done = set(range(made.blocks))
        elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CourseError(
                f"{folder.name} is there already. What it holds would be lost. Choose another "
                "name, or remove it."
            )
        folder.mkdir(parents=True, exist_ok=True)
        if not made.is_whole:
            made._say_unfinished()
        return made

    @property
    def blocks(self) -> int:
        """How many blocks it will have."""
        return -(-self.children // BLOCK_CHILDREN)

    @property
    def is_whole(self) -> bool:
        """Whether the cohort was written to its end."""
        return len(self.done) == self.blocks and (self.folder / COHORT_FILE).is_file()

    @property
    def children_done(self) -> int:
        """How many children stand in the folder for good."""
        return sum(len(self.numbers_of(block)) for block in self.done)

    def numbers_of(self, block: int) -> range:
        """The numbers of the children of one block."""
        first = block * BLOCK_CHILDREN
        return range(first, min(first + BLOCK_CHILDREN, self.children))

    def chunks(self, blocks_at_once: int) -> list[range]:
        """The blocks that are missing, in stretches of at most so many that follow one another."""
        found: list[range] = []
        for block in range(self.blocks):
            if block in self.done:
                continue
            if found and found[-1].stop == block and len(found[-1]) < blocks_at_once:
                found[-1] = range(found[-1].start, block + 1)
            else:
                found.append(range(block, block + 1))
        return found

    def mark(self, blocks: Iterable[int], failures: Iterable[Failure]) -> None:
        """Notes that the parts of these blocks are written."""
        self.done |= set(blocks)
        self.failures |= {failure.number: failure for failure in failures}
        self._say_unfinished()

    def finish(self, name: str, notes: tuple[str, ...]) -> None:
        """Writes the failures and what makes it a cohort; refuses one that misses blocks."""
        missing = self.blocks - len(self.done)
        if missing:
            raise CourseError(
                f"{missing} of {self.blocks} blocks are missing. A cohort is closed when it is "
                "whole. Simulate them first."
            )
        tables = sorted(entry.stem for entry in self.folder.glob("*.parquet"))
        about = {
            "format": FORMAT,
            "name": name,
            "data_cut": None,
            "notes": list(notes),
            "kinds": [table for table in tables if table != CHILDREN_TABLE],
        }
        _write_whole(self.folder / FAILURES_FILE, _failures_text(self.failures))
        _write_whole(self.folder / SIMULATION_FILE, _text(self.about))
        _write_whole(self.folder / COHORT_FILE, _text(about))
        (self.folder / UNFINISHED_FILE).unlink(missing_ok=True)

    def _say_unfinished(self) -> None:
        told = {
            "about": dict(self.about),
            "children": self.children,
            "children_done": self.children_done,
            "blocks_done": sorted(self.done),
            "failures": [[one.number, one.day, one.reason] for one in self.failures.values()],
        }
        _write_whole(self.folder / UNFINISHED_FILE, _text(told))

    def _go_on(self, told: Mapping[str, Any], resume: bool) -> None:
        if not resume:
            raise CourseError(
                f"{self.folder.name} holds a simulation that stopped after "
                f"{told.get('children_done')} of {told.get('children')} children. Go on with "
                "--resume, or remove the folder."
            )
        self._compare(told.get("about", {}))
        self.done = {int(block) for block in told.get("blocks_done", ())}
        rows = told.get("failures", ())
        self.failures = {int(n): Failure(int(n), float(day), str(why)) for n, day, why in rows}

    def _compare(self, other: Mapping[str, Any]) -> None:
        differ = [key for key in self.about if self.about[key] != other.get(key)]
        if differ:
            raise CourseError(
                [
                    f"{self.folder.name} was begun with {key} {other.get(key)!r}, and "
                    f"{self.about[key]!r} is asked for now. One cohort has one {key}. Ask for the "
                    "same, or choose another name."
                    for key in differ
                ]
            )


def write_parts(folder: Path, first_block: int, cohort: Cohort) -> None:
    """Writes the children of one or more blocks that follow one another, one part a table.

    `cohort` holds the children of the blocks from `first_block` on, all but the last full. Each
    part is put in its place when it is whole.
    """
    for start in range(0, len(cohort), BLOCK_CHILDREN):
        end = min(start + BLOCK_CHILDREN, len(cohort))
        block = first_block + start // BLOCK_CHILDREN
        _write_part(folder, CHILDREN_TABLE, block, cohort.children.slice(start, end - start))
        before = block * BLOCK_CHILDREN - start
        for kind, frame in cohort.events.items():
            low, high = (
                int(frame[CHILD].search_sorted(edge, side="left")) for edge in (start, end)
            )
            if high > low:
                own = frame.slice(low, high - low)
                moved = own.with_columns((pl.col(CHILD).cast(pl.Int64) + before).cast(pl.UInt32))
                _write_part(folder, kind, block, moved)
            else:
                (folder / f"{kind}.parquet" / _part_name(block)).unlink(missing_ok=True)


def _write_part(folder: Path, table: str, block: int, frame: pl.DataFrame) -> None:
    place = folder / f"{table}.parquet"
    place.mkdir(exist_ok=True)
    target = place / _part_name(block)
    beside = folder / f".{table}.{_part_name(block)}.{os.getpid()}"
    try:
        frame.rechunk().write_parquet(beside, compression="zstd", compression_level=1)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _part_name(block: int) -> str:
    return f"{block:06d}.parquet"


def _failures_text(failures: Mapping[int, Failure]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("number", "day", "reason"))
    writer.writerows(
        (number, f"{failures[number].day:g}", failures[number].reason)
        for number in sorted(failures)
    )
    return out.getvalue()


def _text(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _json(path: Path) -> Mapping[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CourseError(
            f"{path.parent.name}/{path.name} cannot be read ({type(error).__name__}). It says how "
            "far the simulation came. Remove the folder and simulate again."
        ) from error
    if not isinstance(told, dict):
        raise CourseError(
            f"{path.parent.name}/{path.name} holds no table of settings. It says how far the "
            "simulation came. Remove the folder and simulate again."
        )
    return told


def _write_whole(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
