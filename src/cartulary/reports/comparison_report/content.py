# SPDX-License-Identifier: Apache-2.0
"""What the page of a comparison says: finished words and figures, before anything is set."""

from __future__ import annotations

from dataclasses import dataclass

from cartulary.codebook.parameter_set import ParameterSupport
from cartulary.reports.text import Sentence


@dataclass(frozen=True, slots=True)
class Panel:
    """A figure with its title, what stands beside the title, and a sentence that says it.

    `about` is what is drawn where the title does not say it.
    """

    title: str
    small: str
    svg: str
    sentence: str
    about: str = ""

    @property
    def beside(self) -> str:
        """All that stands beside the title where there is one line for it."""
        return " · ".join(filter(None, (self.small, self.about)))


@dataclass(frozen=True, slots=True)
class Figures:
    """One outcome in every arm, and the difference of the arm that the page is about."""

    outcome: str
    values: tuple[str, ...]
    difference: str
    parameters: str
    chance: str
    unit: str


@dataclass(frozen=True, slots=True)
class DriverRow:
    """A parameter, its share of the first uncertainty in per cent, and how well it is known."""

    words: str
    share: float
    support: ParameterSupport | None
    support_words: str


@dataclass(frozen=True, slots=True)
class Note:
    """A note in the margin: a title, paragraphs, and the identifiers it ends with."""

    title: str
    paragraphs: tuple[Sentence, ...]
    identifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Against:
    """One arm held against the first: its sentence, figures, outcomes and drivers."""

    name: str
    lead: tuple[Sentence, ...]
    warnings: tuple[str, ...]
    panels: tuple[Panel, ...]
    headers: tuple[str, ...]
    rows: tuple[Figures, ...]
    drivers: tuple[DriverRow, ...]
    drivers_note: str


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    """The whole page; every other arm is held against the first."""

    lang: str
    title: str
    question: Sentence
    origin: str
    provenance: str
    parts: tuple[Against, ...]
    notes: tuple[Note, ...]
    words: dict[str, str]
    foot: str
