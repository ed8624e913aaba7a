# SPDX-License-Identifier: Apache-2.0
"""The voice of a report: one language, and every count under the name the report knows it by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cartulary.evidence import Estimate, MedianRange
from cartulary.reports.content import Absent, Cell, Count, Interval, Percent, Prose, Share
from cartulary.reports.programme_report.about import About
from cartulary.reports.text import Sentence, Told, says
from cartulary.reports.wording import count_word, interval, number, percent, units
from cartulary.studies.programme import ProgrammeFigures

WHOLE_PERCENT_BELOW = 100  # units; one decimal says more than fewer children can
NO_BREAK = "\u00a0"
DASH = Absent("not_applicable")


@dataclass(frozen=True)
class Teller:
    """Says things in one language about one programme's figures.

    `counts` are the counts of the report by key: the same key is the same count everywhere, so
    that disclosure control withholds it everywhere or nowhere.
    """

    figures: ProgrammeFigures
    about: About
    lang: str
    counts: Mapping[str, int]
    suppress: int = 0

    def t(self, nl: str, en: str) -> str:
        """The words of this report's language."""
        return nl if self.lang == "nl" else en

    def says(self, nl: str, en: str, /, **values: Told | Count | str) -> Sentence:
        """One sentence in this report's language."""
        told = {
            name: Told(self.number(value.value), (value,)) if isinstance(value, Count) else value
            for name, value in values.items()
        }
        return says(_unbroken(self.t(nl, en)), **told)

    def prose(self, *sentences: Sentence | None) -> Prose:
        """The sentences that there are."""
        return tuple(sentence for sentence in sentences if sentence is not None)

    def value(self, key: str) -> int:
        """A count as a plain number, 0 where nothing was counted."""
        return self.counts.get(key, 0)

    def count(self, key: str) -> Count:
        """A count with its key."""
        return Count(self.value(key), key)

    def word(self, key: str, capital: bool = False) -> Told:
        """A count in words up to twelve."""
        count = self.count(key)
        return Told(count_word(count.value, self.lang, capital), (count,))

    def children(self, key: str, capital: bool = False) -> Told:
        """A count in words with its noun: "drie kinderen"."""
        return self.counted(key, ("kind", "kinderen"), ("child", "children"), capital)

    def counted(
        self, key: str, nl: tuple[str, str], en: tuple[str, str], capital: bool = False
    ) -> Told:
        """A count in words with the noun that fits it."""
        count = self.count(key)
        noun = (nl if self.lang == "nl" else en)[count.value != 1]
        said = count_word(count.value, self.lang, capital)
        return Told(f"{said} {noun}", (count,))

    def many(self, key: str, unit: str) -> Told:
        """A count in digits with its unit: "22 infusies"."""
        count = self.count(key)
        return Told(f"{self.number(count.value)} {units(count.value, unit, self.lang)}", (count,))

    def names(self, parts: list[str]) -> str:
        """Names as a phrase with the language's own "and"."""
        if len(parts) < 2:
            return "".join(parts)
        return self.t(" en ", " and ").join([", ".join(parts[:-1]), parts[-1]])

    def joined(self, parts: list[Told]) -> Told:
        """Told parts as one phrase, resting on all their counts."""
        rests = tuple(count for part in parts for count in part.rests_on)
        return Told(self.names([part.text for part in parts]), rests)

    def number(self, value: float, decimals: int = 0) -> str:
        """A number in this language."""
        return number(value, self.lang, decimals)

    def percent(self, share: float, n: int = 0) -> str:
        """A share as a percentage, whole below a hundred units."""
        return percent(share, self.lang, _decimals(n))

    def limits(self, low: float | None, high: float | None, n: int = 0) -> str:
        """Two limits of a share as percentages without the sign."""
        return interval(low, high, self.lang, decimals=_decimals(n))

    def rests(self, estimate: Estimate, key: str) -> tuple[Count, ...]:
        """The counts an estimate gives away: its events and its units, under one key."""
        counts = (Count(estimate.n, f"{key}.n"),)
        if estimate.events is None:
            return counts
        return (Count(estimate.events, events_key(estimate, key)), *counts)

    def key_of(self, estimate: Estimate | None, definition: str) -> str:
        """The name of an estimate reckoned beside a published figure: its own endpoint's."""
        return (estimate.endpoint if estimate is not None else "") or definition

    def share(self, estimate: Estimate, key: str) -> Told:
        """The value of an estimate in running text; says so where there is none."""
        if estimate.value is None:
            return Told(self.t("niet te bepalen", "cannot be estimated"))
        return Told(self.percent(estimate.value, estimate.n), self.rests(estimate, key))

    def bounds(self, estimate: Estimate, key: str) -> Told:
        """The interval of an estimate in running text."""
        if estimate.low is None and estimate.high is None:
            return Told(self.t("geen interval", "no interval"))
        return Told(self.limits(estimate.low, estimate.high, estimate.n), self.rests(estimate, key))

    def cells(
        self, estimate: Estimate | None, key: str, *, counted: bool = True, footnote: str = ""
    ) -> tuple[Cell, Cell, Cell]:
        """n/N, the percentage and its interval of one estimate.

        `counted=False` prints N alone: a share read from a curve is not events over children.
        """
        if estimate is None or estimate.n == 0:
            return (DASH, Absent("not_estimated", columns=2, footnote=footnote), _NOTHING)
        rests = self.rests(estimate, key)
        first: Cell = Count(estimate.n, f"{key}.n", footnote)
        if counted and estimate.events is not None:
            first = Share(
                Count(estimate.events, events_key(estimate, key)),
                Count(estimate.n, f"{key}.n"),
                footnote,
            )
        if estimate.value is None:
            return (first, Absent("not_estimated", columns=2), _NOTHING)
        decimals = _decimals(estimate.n)
        return (
            first,
            Percent(estimate.value, rests, decimals),
            Interval(estimate.low, estimate.high, rests, decimals=decimals),
        )

    def median(self, found: MedianRange | None) -> str:
        """A median with its range, "43 (22–61)"; whole days."""
        if found is None or found.median is None:
            return ""
        middle = self.number(found.median, 0 if found.median == int(found.median) else 1)
        if found.smallest is None or found.smallest == found.largest or found.largest is None:
            return middle
        return f"{middle} ({self.number(found.smallest)}–{self.number(found.largest)})"


_NOTHING = ""


def events_key(estimate: Estimate, key: str) -> str:
    """The name of the events an estimate rests on: those by a day are not those of the whole."""
    return key if estimate.at_days is None else f"{key}.by_{estimate.at_days:g}"


def _unbroken(template: str) -> str:
    """Words that belong to the number after them stay on its line."""
    for words in ("95%-BI ", "95% CI "):
        template = template.replace(words, words.replace(" ", NO_BREAK))
    return template


def row_cells(*cells: Cell) -> tuple[Cell, ...]:
    """The cells of a row without the placeholders that a wide cell before them fills."""
    kept: list[Cell] = []
    wide = 0
    for cell in cells:
        if wide and cell == _NOTHING:
            wide -= 1
            continue
        kept.append(cell)
        wide = getattr(cell, "columns", 1) - 1
    return tuple(kept)


def _decimals(n: int) -> int:
    return 0 if n < WHOLE_PERCENT_BELOW else 1
