# SPDX-License-Identifier: Apache-2.0
"""A cohort written in parts: the same bytes by any way, never half, and gone on with."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from cartulary.codebook.parameter_reader import parameters
from cartulary.course.cohort import Cohort
from cartulary.course.errors import CourseError
from cartulary.course.tables import read_programme
from cartulary.twin.block import BLOCK_CHILDREN, Failure
from cartulary.twin.dataset import Dataset, write_parts
from cartulary.twin.narrate import narrate
from tests.twin.made_blocks import made_block

CHILDREN = BLOCK_CHILDREN + 300
ABOUT = {"seed": 7, "children": CHILDREN}


def write(dataset: Dataset, chunks: Iterable[range]) -> None:
    for blocks in chunks:
        first = blocks.start * BLOCK_CHILDREN
        count = min(blocks.stop * BLOCK_CHILDREN, CHILDREN) - first
        block = made_block(count, first=first)
        write_parts(dataset.folder, blocks.start, narrate(block, parameters()))
        dataset.mark(blocks, block.failures)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("datasets") / "at_once.parquet"
    dataset = Dataset.begin(folder, ABOUT, CHILDREN)
    write(dataset, dataset.chunks(8))
    dataset.finish("made", ("a note",))
    return folder


def test_the_bytes_are_the_same_whatever_was_written_at_once(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "by_block.parquet"
    dataset = Dataset.begin(folder, ABOUT, CHILDREN)
    chunks = dataset.chunks(1)
    assert [list(chunk) for chunk in chunks] == [[0], [1]]
    write(dataset, reversed(chunks))
    dataset.finish("made", ("a note",))
    assert contents(folder) == contents(whole)


def test_an_interrupted_run_is_named_and_goes_on_to_the_same_bytes(
    whole: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "stopped.parquet"
    dataset = Dataset.begin(folder, ABOUT, CHILDREN)
    write(dataset, dataset.chunks(1)[:1])

    told = read_programme(folder)
    assert told.cohort is None
    assert [problem.rule for problem in told.problems] == ["dataset.unfinished"]
    assert f"{BLOCK_CHILDREN} of {CHILDREN}" in told.problems[0].fact
    with pytest.raises(CourseError, match="--resume"):
        Dataset.begin(folder, ABOUT, CHILDREN)
    with pytest.raises(CourseError, match="begun with seed 7"):
        Dataset.begin(folder, {**ABOUT, "seed": 8}, CHILDREN, resume=True)
    with pytest.raises(CourseError, match="1 of 2 blocks are missing"):
        dataset.finish("made", ())

    again = Dataset.begin(folder, ABOUT, CHILDREN, resume=True)
    assert [list(chunk) for chunk in again.chunks(4)] == [[1]]
    write(again, again.chunks(4))
    again.finish("made", ("a note",))
    assert contents(folder) == contents(whole)


def test_a_dataset_is_a_cohort_like_any_other(whole: Path) -> None:
    read = Cohort.read_parquet(whole)
    told = narrate(made_block(CHILDREN), parameters())
    assert read.children.equals(told.children)
    assert all(frame.equals(told.events[kind]) for kind, frame in read.events.items())
    assert (read.name, read.notes) == ("made", ("a note",))


def test_a_programme_is_read_from_it_with_a_fingerprint_a_table(whole: Path) -> None:
    read = read_programme(whole)
    assert read.cohort is not None
    assert not read.problems
    assert (read.name, read.origin and read.origin.value) == ("made", "simulated")
    assert {file.name for file in read.files} >= {"cohort.json", "children.parquet"}
    assert len({file.sha256 for file in read.files}) == len(read.files)


def test_a_part_that_was_cut_off_is_refused_by_name(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cut.parquet"
    for name, content in contents(whole).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content[: len(content) // 2] if "finding" in name else content)
    read = read_programme(folder)
    assert read.cohort is None
    assert [problem.rule for problem in read.problems] == ["dataset.unreadable"]
    assert "cut.parquet" in str(read.problems[0])


def test_nothing_that_is_there_is_written_over(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(CourseError, match="is there already"):
        Dataset.begin(tmp_path / "letters", ABOUT, CHILDREN)
    with pytest.raises(CourseError, match="is there already"):
        Dataset.begin(whole, ABOUT, CHILDREN)
    assert Dataset.begin(whole, ABOUT, CHILDREN, resume=True).is_whole


def test_children_that_failed_are_listed_with_day_and_reason(tmp_path: Path) -> None:
    folder = tmp_path / "few.parquet"
    dataset = Dataset.begin(folder, {"children": 10}, 10)
    write_parts(folder, 0, narrate(made_block(10), parameters()))
    dataset.mark((0,), (Failure(8, 61.0, "too many steps"), Failure(3, 47.5, "not finite")))
    dataset.finish("few", ())
    with (folder / "failures.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["number", "day", "reason"],
        ["3", "47.5", "not finite"],
        ["8", "61", "too many steps"],
    ]
    assert json.loads((folder / "simulation.json").read_text(encoding="utf-8")) == {"children": 10}
    assert not (folder / "unfinished.json").exists()
