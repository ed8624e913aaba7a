# SPDX-License-Identifier: Apache-2.0
"""The voice of a study's report: one language, and the names its groups and methods go by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cartulary.evidence.estimate import Estimate
from cartulary.reports.content import Count, Interval, Percent
from cartulary.reports.programme_report.about import About
from cartulary.reports.text import Sentence, Told, says
from cartulary.reports.wording import MINUS, count_word, number, percent
from cartulary.studies.target_trial.align import AlignedGroup
from cartulary.studies.target_trial.protocol import (
    AUGMENTED,
    ENTROPY_BALANCING,
    MATCHING,
    OVERLAP,
    PROPENSITY,
    STANDARDISATION,
    UNADJUSTED,
)
from cartulary.studies.target_trial.study import Study

METHOD_WORDS: Final[dict[str, tuple[str, str]]] = {
    ENTROPY_BALANCING: ("entropieweging", "entropy balancing"),
    PROPENSITY: ("propensityweging (ATT)", "propensity weighting (ATT)"),
    AUGMENTED: ("dubbel robuust", "doubly robust"),
    STANDARDISATION: ("uitkomstmodel (STC)", "outcome model (STC)"),
    MATCHING: ("paren (1 op 1)", "matched pairs (1:1)"),
    OVERLAP: ("overlapweging (ATO)", "overlap weighting (ATO)"),
    UNADJUSTED: ("niet gecorrigeerd", "unadjusted"),
}
_NO_BREAK: Final = "\u00a0"
_JOINER: Final = "\u2060"


@dataclass(frozen=True)
class Voice:
    """Says things about one study in one language."""

    study: Study
    treated: About
    control: About
    lang: str

    def t(self, nl: str, en: str) -> str:
        """The words of this report's language."""
        return nl if self.lang == "nl" else en

    def says(self, nl: str, en: str, /, **values: Told | Count | str) -> Sentence:
        """One sentence in this report's language."""
        template = self.t(nl, en)
        for words in ("95%-BI ", "95% CI "):
            template = template.replace(words, words.replace(" ", _NO_BREAK))
        return says(template, **values)

    def method(self, name: str) -> str:
        """A method's name."""
        return self.t(*METHOD_WORDS[name])

    def label(self, name: str) -> str:
        """The name of a group, "treated" or "control", as the protocol has it."""
        protocol = self.study.protocol
        group = protocol.treated if name == "treated" else protocol.control
        return group.label.text(self.lang)

    def number(self, value: float, decimals: int = 0) -> str:
        """A number in this language."""
        return number(value, self.lang, decimals)

    def percent(self, share: float) -> str:
        """A share as a whole percentage: no group here is large enough for decimals."""
        return percent(share, self.lang)

    def limits(self, low: float | None, high: float | None, decimals: int = 0) -> str:
        """Limits as percentages without the sign; below zero they are joined by a word."""
        assert low is not None
        assert high is not None
        one, two = (self.points(value, decimals) for value in (low, high))
        joined = self.t(" tot ", " to ") if low < 0.0 or high < 0.0 else "–"
        return f"{one}{joined}{two}"

    def points(self, difference: float, decimals: int = 0) -> str:
        """A difference of shares in percentage points, without unit."""
        found = number(round(100 * difference, 10), self.lang, decimals)
        return found.removeprefix(MINUS) if found == f"{MINUS}0" else found

    def ratio(self, estimate: Estimate | None) -> str:
        """A ratio with its limits, or a dash."""
        if estimate is None or estimate.value is None:
            return "–"
        assert estimate.low is not None
        assert estimate.high is not None
        low, high = (self.number(limit, 2) for limit in (estimate.low, estimate.high))
        return _whole(f"{self.number(estimate.value, 2)} ({low}–{high})")

    def day_words(self, day: float) -> str:
        """A day as years where it is whole ones, else as days."""
        years = round(day / 365.25)
        if years and abs(day - 365.25 * years) < 2:
            many = count_word(years, self.lang)
            return self.t(f"{many} jaar", f"{many} year" + "s" * (years > 1))
        return self.t(f"{day:g} dagen", f"{day:g} days")

    def count(self, group: AlignedGroup, what: str, value: int) -> Count:
        """A count of one group under its own key."""
        return Count(value, f"{group.group.name}.{what}")

    def names(self, parts: list[str]) -> str:
        """Names as a phrase."""
        if len(parts) < 2:
            return "".join(parts)
        return self.t(" en ", " and ").join([", ".join(parts[:-1]), parts[-1]])


def share_cells(estimate: Estimate) -> tuple[Percent | str, Interval | str]:
    """A share and its interval as cells; a dash where there is none."""
    if estimate.value is None:
        return "–", "–"
    return Percent(estimate.value), Interval(estimate.low, estimate.high)


def _whole(number_words: str) -> str:
    """A number that no line may end within."""
    return number_words.replace(",", f",{_JOINER}")


def capital(words: str) -> str:
    """With a capital first letter."""
    return words[:1].upper() + words[1:]
