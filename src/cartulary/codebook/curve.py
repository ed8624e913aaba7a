# SPDX-License-Identifier: Apache-2.0
"""What one published survival curve is: the points read from a paper, frozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from cartulary.codebook.endpoint_reader import endpoints
from cartulary.codebook.source import Source
from cartulary.codebook.words import NO_WORDS, Words

ReadAs = Literal["digitised", "printed_landmarks"]
#: Half a point: what a figure printed in whole percents may be off, and a careful reading too.
READING_ERROR: Final = 0.005


@dataclass(frozen=True, slots=True)
class Landmark:
    """A printed survival: on `day`, a share with its 95% limits where those are printed.

    `held_out`: not used to rebuild, only to check. `printed_median`: printed as the day by which
    half had the event.
    """

    day: float
    share: float
    low: float | None = None
    high: float | None = None
    held_out: bool = False
    printed_median: bool = False


@dataclass(frozen=True, slots=True)
class CurveExample:
    """What must come out of the rebuilt curve: survival on a day, within a distance."""

    says: Words
    day: float
    share: float
    within: float


@dataclass(frozen=True)
class CurveFile:
    """One published curve, whole. All times are days on `clock`, all survivals shares.

    `coordinates` and `at_risk` are (day, share) and (day, number) pairs, empty for a curve known
    from printed landmarks alone; such a curve is approximate whatever is done with it.
    """

    curve_id: str
    edition: str
    read_as: ReadAs
    endpoint: str
    clock: str
    unit: str
    cause: str
    n: int
    name: Words
    source: Source
    landmarks: tuple[Landmark, ...]
    coordinates: tuple[tuple[float, float], ...] = ()
    at_risk: tuple[tuple[float, float], ...] = ()
    total_events: int | None = None
    last_day: float | None = None
    reading_error: float = READING_ERROR
    benchmark: str = ""
    note: Words = NO_WORDS
    examples: tuple[CurveExample, ...] = ()
    file: str = ""

    @property
    def is_approximate(self) -> bool:
        """Whether the coordinates were not read from the drawing."""
        return self.read_as != "digitised"

    @property
    def used(self) -> tuple[Landmark, ...]:
        """The printed survivals that the curve is rebuilt from, in order of day."""
        return tuple(mark for mark in self.landmarks if not mark.held_out)

    @property
    def definition(self) -> str:
        """The definition as figures name it, with the edition of the endpoint in use."""
        known = endpoints()
        if self.endpoint not in known:
            return f"{self.endpoint}; curve file {self.curve_id}, edition {self.edition}"
        return f"{self.endpoint}, edition {known[self.endpoint].definition.edition}"
