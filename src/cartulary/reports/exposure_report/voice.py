# SPDX-License-Identifier: Apache-2.0
"""The voice of an exposure's report: one language, and each count under its own name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cartulary.codebook.exposure import Exposure
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.length_of_stay import LengthOfStay
from cartulary.reports.programme_report.about import About
from cartulary.reports.text import Count, Sentence, Told, says
from cartulary.reports.wording import count_word, number, percent, units
from cartulary.studies.exposure_effect import ExposureEffect
from cartulary.studies.exposure_rows import EffectRow
from cartulary.studies.multi_state_programme import MultiStateFigure

SMALLEST: Final = 0.01
LARGEST: Final = 100.0
_NO_BREAK: Final = "\u00a0"


@dataclass(frozen=True, kw_only=True)
class ExposureFound:
    """What could be reckoned of a programme.

    effect: None where there is no comparison, and `why` is then the code of the reason. states:
    None where no child can be followed from an infusion; stay: None where follow-up is too short.
    children: in the programme. deaths_reported: False where the programme says it reports none.
    """

    exposure: Exposure
    effect: ExposureEffect | None
    why: str
    refused: str
    states: MultiStateFigure | None
    stay: LengthOfStay | None
    children: int
    origin: str
    seed: int
    deaths_reported: bool = True


@dataclass(frozen=True)
class Voice:
    """Says things about one exposure in one programme, in one language."""

    found: ExposureFound
    about: About
    lang: str

    @property
    def effect(self) -> ExposureEffect:
        """The comparison, where there is one."""
        assert self.found.effect is not None
        return self.found.effect

    def t(self, nl: str, en: str) -> str:
        """The words of this report's language."""
        return nl if self.lang == "nl" else en

    def says(self, nl: str, en: str, /, **values: Told | Count | str) -> Sentence:
        """One sentence in this report's language."""
        template = self.t(nl, en)
        for words in ("95%-BI ", "95% CI "):
            template = template.replace(words, words.replace(" ", _NO_BREAK))
        told = {
            name: Told(self.number(value.value), (value,)) if isinstance(value, Count) else value
            for name, value in values.items()
        }
        return says(template, **told)

    # --- words

    @property
    def noun(self) -> str:
        """The exposure in a sentence: "a transplant"."""
        return self.found.exposure.noun.text(self.lang)

    @property
    def short(self) -> str:
        """The exposure in a column: "transplant"."""
        return self.found.exposure.short.text(self.lang)

    @property
    def after(self) -> str:
        """Time with it: "after transplant"."""
        return self.found.exposure.after.text(self.lang)

    @property
    def without(self) -> str:
        """Time without it: "before or without transplant"."""
        return self.found.exposure.without.text(self.lang)

    def number(self, value: float, decimals: int = 0) -> str:
        """A number in this language."""
        return number(value, self.lang, decimals)

    def percent(self, share: float) -> str:
        """A share as a whole percentage."""
        return percent(share, self.lang)

    def ratio(self, value: float) -> str:
        """A hazard ratio with two decimals; beyond 0.01 and 100 only that it lies there."""
        if value < SMALLEST:
            return self.t("minder dan ", "less than ") + self.number(SMALLEST, 2)
        if value > LARGEST:
            return self.t("meer dan ", "more than ") + self.number(LARGEST)
        return self.number(value, 2)

    def bounds(self, ratio: Estimate) -> str:
        """The limits of a hazard ratio in running text."""
        low = self.t("niets", "nothing") if ratio.low is None else self.ratio(ratio.low)
        many = self.t("elk aantal", "any number of")
        high = many if ratio.high is None else self.ratio(ratio.high)
        return f"{low}{self.t(' tot ', ' to ')}{high}"

    # --- counts

    def children(self, count: Count) -> Told:
        """A count with its noun: "12 children"."""
        said = f"{self.number(count.value)} {units(count.value, 'child', self.lang)}"
        return Told(said, (count,))

    def word(self, count: Count, capital: bool = False) -> Told:
        """A count in words up to twelve."""
        return Told(count_word(count.value, self.lang, capital), (count,))

    @property
    def n(self) -> Count:
        """The children of the comparison."""
        return Count(self.effect.children, "exposure.n")

    @property
    def exposed(self) -> Count:
        """Those of them who became exposed."""
        return Count(self.effect.exposed, "exposure.ever")

    @property
    def never(self) -> Count:
        """Those who did not."""
        return Count(self.effect.children - self.effect.exposed, "exposure.never")

    @property
    def events(self) -> Count:
        """Events of all."""
        return Count(self.effect.events, "exposure.events")

    def row_counts(self, row: EffectRow) -> dict[str, Count]:
        """The counts of one analysis, under one name for one thing wherever it stands."""
        if row.day is None or row.method != "landmark":
            counts = {"kept": self.n, "exposed": self.exposed, "unexposed": self.never}
            if row.events_exposed is not None and row.events_unexposed is not None:
                counts["events_exposed"] = Count(row.events_exposed, "exposure.events_after")
                counts["events_unexposed"] = Count(row.events_unexposed, "exposure.events_without")
            return counts
        by = f"by_{row.day:g}"
        return {
            "kept": Count(row.kept, f"exposure.kept.{by}"),
            "exposed": Count(row.exposed, f"exposure.exposed_then.{by}"),
            "unexposed": Count(row.unexposed, f"exposure.unexposed_then.{by}"),
            "lost_to_event": Count(row.lost_to_event, f"exposure.events.{by}"),
            "lost_to_end": Count(row.lost_to_end, f"exposure.ended.{by}"),
            "events_exposed": Count(row.events_exposed or 0, f"exposure.later_exposed.{by}"),
            "events_unexposed": Count(row.events_unexposed or 0, f"exposure.later_unexposed.{by}"),
        }

    def rests(self, row: EffectRow) -> tuple[Count, ...]:
        """What a ratio gives away: who was exposed, who was not, and the events of each."""
        counts = self.row_counts(row)
        names = ("exposed", "unexposed", "events_exposed", "events_unexposed")
        return tuple(counts[name] for name in names if name in counts)


def capital(words: str) -> str:
    """With a capital first letter."""
    return words[:1].upper() + words[1:]
