# SPDX-License-Identifier: Apache-2.0
"""A calibration's folder: what is to be simulated, and every figure as soon as it is known.

`about.json` says what the run rests on, `design_<stage>.npz` which points a stage simulates, and
`figures.jsonl` holds one line a simulated point. A line that was cut off in the middle of writing
is left aside, and that point is simulated again; so a run can be stopped at any moment.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cartulary.course.errors import CartularyError

Floats = NDArray[np.float64]

ABOUT: Final = "about.json"
FIGURES: Final = "figures.jsonl"
RESULT: Final = "result.json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What simulating one point gave: figures in their own units, or why there are none."""

    stage: int
    index: int
    figures: tuple[float, ...]
    why: str = ""


class RunFolder:
    """The folder of one calibration."""

    def __init__(self, folder: Path, targets: int) -> None:
        self.folder = folder
        self.targets = targets
        self.answers: dict[tuple[int, int], Answer] = {}

    @classmethod
    def begin(
        cls, folder: Path, about: Mapping[str, Any], targets: int, *, resume: bool
    ) -> RunFolder:
        """A new folder, or with `resume` one that a run of the same kind has begun.

        Refuses: a folder that holds another run, and one that holds this run unless it is to go on.
        """
        made = cls(folder, targets)
        written = folder / ABOUT
        if not written.exists():
            if folder.exists() and any(folder.iterdir()):
                raise CartularyError(
                    f"The folder {folder.name!r} holds something that is no calibration. Nothing "
                    "is written over. Name an empty or a new folder."
                )
            folder.mkdir(parents=True, exist_ok=True)
            written.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
            return made
        held = json.loads(written.read_text(encoding="utf-8"))
        other = [name for name in about if held.get(name) != about[name]]
        if other:
            raise CartularyError(
                f"The folder {folder.name!r} holds a calibration that differs in "
                f"{', '.join(other)}. Its figures would be mixed with others. Name a new folder, "
                "or give the options of that run."
            )
        if not resume:
            raise CartularyError(
                f"The folder {folder.name!r} holds this calibration already, begun or whole. Give "
                "--resume to go on with it, or name a new folder."
            )
        made._read()
        return made

    def _read(self) -> None:
        """The answers so far; a line that is not whole is left aside."""
        file = self.folder / FIGURES
        if not file.exists():
            return
        whole: list[str] = []
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                read = json.loads(line)
                answer = Answer(
                    read["stage"],
                    read["index"],
                    tuple(np.nan if one is None else float(one) for one in read["figures"]),
                    read["why"],
                )
            except (ValueError, KeyError, TypeError):
                continue
            if len(answer.figures) == self.targets:
                self.answers[answer.stage, answer.index] = answer
                whole.append(line)
        file.write_text("".join(f"{line}\n" for line in whole), encoding="utf-8")

    def add(self, answer: Answer) -> None:
        """Keeps an answer, on disk before anything else."""
        line = json.dumps(
            {
                "stage": answer.stage,
                "index": answer.index,
                "figures": [one if np.isfinite(one) else None for one in answer.figures],
                "why": answer.why,
            }
        )
        with (self.folder / FIGURES).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        self.answers[answer.stage, answer.index] = answer

    def design(self, stage: int) -> Floats | None:
        """The points of a stage as deviates, if they are chosen already."""
        file = self.folder / f"design_{stage}.npz"
        if not file.exists():
            return None
        with np.load(file, allow_pickle=False) as held:
            points: Floats = held["deviates"]
        return points

    def keep_design(self, stage: int, deviates: Floats) -> None:
        """Writes which points a stage simulates; whole or not at all."""
        draft = self.folder / f"design_{stage}.part.npz"
        np.savez_compressed(draft, deviates=deviates)
        draft.replace(self.folder / f"design_{stage}.npz")

    def figures(self, stage: int, count: int) -> Floats:
        """The figures of a stage in their own units, one row a point; NaN where there are none."""
        none = (np.nan,) * self.targets
        rows = [
            self.answers[stage, index].figures if (stage, index) in self.answers else none
            for index in range(count)
        ]
        return np.array(rows).reshape(count, self.targets)

    def failures(self) -> Sequence[Answer]:
        """The points that could not be simulated, with why."""
        return [one for _, one in sorted(self.answers.items()) if one.why]

    def keep_result(self, result: Mapping[str, Any]) -> None:
        """Writes what came of the run."""
        text = json.dumps(result, indent=1, ensure_ascii=False)
        (self.folder / RESULT).write_text(text + "\n", encoding="utf-8")
