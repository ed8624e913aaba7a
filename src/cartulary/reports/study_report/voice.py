# SPDX-License-Identifier: Apache-2.0
"""The voice of a study's report: one language, and the names its groups and methods go by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from cartulary.evidence.estimate import Estimate
from cartulary.reports.content import Count
from cartulary.reports.programme_report.about import About
from cartulary.reports.study_report.counts import StudyCounts
from cartulary.reports.study_report.method_words import WORDS
from cartulary.reports.text import Sentence, Span, Told, says
from cartulary.reports.wording import MINUS, count_word, number, percent
from cartulary.studies.target_trial.study import Study

_ROUNDS_AWAY: Final = 0.005
_NO_BREAK: Final = "\u00a0"
#: Stands for counts that a text holds and nobody has named; never shown under suppression.
ANY_COUNT: Final = Count(1, "any_count")
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
        return self.t(*WORDS[name].name)

    def short_method(self, name: str) -> str:
        """A method's name for a narrow column."""
        return self.t(*WORDS[name].short) or self.method(name)

    @cached_property
    def counts(self) -> StudyCounts:
        """Every count of the study under its key."""
        return StudyCounts(self.study)

    def told(self, text: str, *counts: Count) -> Sentence:
        """Words as a cell, withheld where one of the counts they rest on is."""
        return says("{t}", t=Told(text, counts))

    def label(self, name: str) -> str:
        """The name of a group, "treated" or "control", as the protocol has it."""
        protocol = self.study.protocol
        group = protocol.treated if name == "treated" else protocol.control
        return group.label.text(self.lang)

    def refused(self, what: str, why: str) -> Sentence:
        """That something was not done, with the reason in the words of the program, in English.

        The reason may hold any count, so under suppression it is withheld as a whole.
        """
        said = self.says("{m} is niet gedaan:", "{m} was not done:", m=what)
        return Sentence((*said.spans, Span(" "), Span(why, lang="en", rests_on=(ANY_COUNT,))))

    def number(self, value: float, decimals: int = 0) -> str:
        """A number in this language."""
        return number(value, self.lang, decimals)

    def percent(self, share: float) -> str:
        """A share as a whole percentage: no group here is large enough for decimals."""
        return percent(share, self.lang)

    def limits(self, low: float | None, high: float | None) -> str:
        """Limits of a difference as points, joined by a word: a dash would look like a minus.

        One that rounds to 0 gets a decimal, so that it shows on which side it lies.
        """
        assert low is not None
        assert high is not None
        one, two = (self.points(v, int(abs(v) < _ROUNDS_AWAY and v != 0.0)) for v in (low, high))
        return self.t(f"{one} tot {two}", f"{one} to {two}")

    def points(self, difference: float, decimals: int = 0) -> str:
        """A difference of shares in percentage points, without unit."""
        found = number(round(100 * difference, 10), self.lang, decimals)
        return found if any(digit in found for digit in "123456789") else found.removeprefix(MINUS)

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

    def names(self, parts: list[str]) -> str:
        """Names as a phrase."""
        if len(parts) < 2:
            return "".join(parts)
        return self.t(" en ", " and ").join([", ".join(parts[:-1]), parts[-1]])


def _whole(number_words: str) -> str:
    """A number that no line may end within."""
    return number_words.replace(",", f",{_JOINER}")


def capital(words: str) -> str:
    """With a capital first letter."""
    return words[:1].upper() + words[1:]
