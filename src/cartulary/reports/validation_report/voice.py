# SPDX-License-Identifier: Apache-2.0
"""The voice of a validation: one language, and how its numbers are written."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from cartulary.codebook.target import TargetScale
from cartulary.codebook.target_reader import target_files
from cartulary.reports.text import Count, Sentence, Told, says
from cartulary.reports.wording import interval, number, percent
from cartulary.studies.calibration.scenario import scenario
from cartulary.studies.validation.judged import Judged
from cartulary.studies.validation.validation import Validation


@dataclass(frozen=True)
class Voice:
    """Says things about one validation in one language."""

    found: Validation
    lang: str

    def t(self, nl: str, en: str) -> str:
        """The words of this report's language."""
        return nl if self.lang == "nl" else en

    def says(self, nl: str, en: str, /, **values: Told | Count | str) -> Sentence:
        """One sentence in this report's language."""
        return says(self.t(nl, en), **values)

    def share(self, value: float) -> str:
        """A share in per cent."""
        return percent(value, self.lang) if math.isfinite(value) else self.nothing

    @property
    def nothing(self) -> str:
        """What stands where nothing could be reckoned."""
        return self.t("niet te berekenen", "cannot be reckoned")

    def figure(self, row: Judged, value: float) -> str:
        """A value in the unit in which its target is printed."""
        if not math.isfinite(value):
            return self.nothing
        if row.target.scale is TargetScale.LOGIT:
            return percent(value, self.lang)
        return number(value, self.lang, 2 if abs(value) < 10 else 1)

    def between(self, row: Judged, low: float, high: float) -> str:
        """An interval in the unit in which its target is printed."""
        if not (math.isfinite(low) and math.isfinite(high)):
            return self.t("geen", "none")
        if row.target.scale is TargetScale.LOGIT:
            return interval(low, high, self.lang)
        digits = 2 if abs(high) < 10 else 1
        ends = [number(end, self.lang, digits) for end in (low, high)]
        return f" {self.t('tot', 'to')} ".join(ends)

    def verdict(self, row: Judged) -> str:
        """Met, or missed and to which side."""
        if not math.isfinite(row.median):
            return self.t("geen", "none")
        if row.met:
            return self.t("erin", "inside")
        if row.too_high:
            return self.t("model te hoog", "model too high")
        return self.t("model te laag", "model too low")

    def cohort(self, row: Judged) -> str:
        """The data cut that a figure was printed in."""
        from cartulary.codebook.benchmark import benchmarks

        return benchmarks()[row.target.benchmark].name.text(self.lang)

    def cut(self, row: Judged) -> str:
        """The same in a word or two."""
        from cartulary.codebook.benchmark import benchmarks

        return benchmarks()[row.target.benchmark].cut

    def label(self, row: Judged) -> str:
        """The outcome with its month and part of the cohort, and who is simulated for it.

        Whom a study is set beside is said only where it is not as for its first figure.
        """
        target = row.target
        words = target.words.text(self.lang)
        usual = target_files()[target.id.partition(".")[0]].targets[0].scenario
        if target.scenario != usual:
            words += f" ({scenario(target.scenario).words.text(self.lang)})"
        return words[:1].upper() + words[1:]

    def study(self, file_id: str) -> str:
        """What a file of targets is called."""
        return target_files()[file_id].name.text(self.lang)

    def by_study(self, rows: Iterable[Judged]) -> dict[str, list[Judged]]:
        """The rows by the file that they stand in, in the order of the files."""
        found: dict[str, list[Judged]] = {}
        for row in rows:
            found.setdefault(row.target.id.partition(".")[0], []).append(row)
        return found
