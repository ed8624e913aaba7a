# SPDX-License-Identifier: Apache-2.0
"""One figure of ours beside one that was published."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias

from cartulary.course.errors import EstimandError
from cartulary.evidence import sources
from cartulary.evidence.distributions import half_width, normal_two_sided
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.interval import FEWEST_EVENTS
from cartulary.evidence.proportion import checked_counts, wilson
from cartulary.evidence.survival_curve import SurvivalCurve
from cartulary.evidence.two_proportions import difference_limits, fisher_exact

Verdict: TypeAlias = Literal["higher", "lower", "not told apart", "not comparable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFigure:
    """A share as a paper printed it, between 0 and 1.

    value: the share. low, high: its interval as printed, or None. level: of that interval.
    n, events: how many units it rests on, and events where printed. source: where it stands.
    definition: the endpoint's definition with its edition, empty where the paper states none.
    """

    value: float
    source: str
    low: float | None = None
    high: float | None = None
    level: float = 0.95
    n: int | None = None
    events: int | None = None
    definition: str = ""
    unit: str = "child"

    def __post_init__(self) -> None:
        limits = [number for number in (self.low, self.value, self.high) if number is not None]
        if any(not 0.0 <= number <= 1.0 for number in limits) or limits != sorted(limits):
            raise EstimandError(
                f"The published figure is {self.value} ({self.low} to {self.high}). A share lies "
                "between 0 and 1 and inside its interval. Write 0.44 for 44%."
            )
        if self.events is not None:
            checked_counts(self.events, self.n or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkComparison:
    """Our figure less the published one.

    difference, low, high: on the scale of shares; None where an interval is missing.
    p_value: of no difference, or None with the reason in notes. verdict: what may be said, at the
    level of the interval. words: the same as a plain sentence.
    """

    ours: Estimate
    published: PublishedFigure
    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None
    verdict: Verdict
    same_definition: bool
    method: str
    words: str
    notes: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Every field by name, ready for JSON."""
        return {
            **asdict(self),
            "ours": self.ours.to_dict(),
            "notes": list(self.notes),
            "citations": list(self.citations),
        }


def compare_survival(
    curve: SurvivalCurve, day: float, published: PublishedFigure
) -> BenchmarkComparison:
    """Survival at a day beside a published survival at that day.

    The p value is that of z = (g(S1) - g(S2)) / sqrt(s1^2 + s2^2) with g = log(-log S), s1 from
    Greenwood's formula and s2 = (g(low) - g(high)) / (2 z_level) from the printed interval. The
    difference S1 - S2 has limits recovered from the two intervals (square and add).

    Returns: a `BenchmarkComparison`; without a printed interval only the difference is given. An
    interval printed at another level is taken to ours on the scale g. With fewer than 3 events of
    ours there is no p value.

    Refuses: a figure of another unit. A figure under another definition is compared and says so.

    Source: Klein and Moeschberger 2003 for the scale; Zou and Donner 2008 for the limits.

    >>> from cartulary.evidence.follow_up import FollowUp
    >>> from cartulary.evidence.kaplan_meier import kaplan_meier
    >>> rows = FollowUp(exit=[30, 90, 200, 300, 500, 600], status=[1, 0, 1, 1, 0, 0],
    ...                 cause_names=("death",), unit="child", clock="infusion",
    ...                 definition="os, edition 1", origin="recorded")
    >>> eliana = PublishedFigure(value=0.76, low=0.63, high=0.86, source="a paper")
    >>> compare_survival(kaplan_meier(rows), 365, eliana).verdict
    'not told apart'
    """
    ours = curve.survival_at(day)
    _refuse_other_unit(ours, published)
    notes: list[str] = []
    p_value = None
    position = int((curve.days <= day).sum()) - 1
    if published.low is None or published.high is None:
        notes.append("the published figure has no interval: no test")
    elif ours.value is None or not 0.0 < ours.value < 1.0:
        notes.append("our survival is 0, 1 or not known on this day: no test on the log-log scale")
    elif (ours.events or 0) < FEWEST_EVENTS:
        notes.append(f"fewer than {FEWEST_EVENTS} events: no normal test; read the interval")
    elif not (0.0 < published.low < published.high < 1.0):
        notes.append("the printed interval reaches 0 or 1: no test on the log-log scale")
    else:
        logarithm = math.log(ours.value)
        spread = float(curve.std_error[position]) / abs(ours.value * logarithm)
        other_spread = (_log_log(published.low) - _log_log(published.high)) / (
            2.0 * half_width(published.level)
        )
        gap = _log_log(ours.value) - _log_log(published.value)
        p_value = normal_two_sided(gap / math.hypot(spread, other_spread))
    limits = _at_level(published, ours.level)
    if published.low is not None and published.level != ours.level:
        told = f"the published interval is of {100 * published.level:g}%"
        notes.append(
            told + (", taken to ours" if limits is not None else " and cannot be taken to ours")
        )
    return _compared(
        ours,
        published,
        limits,
        p_value,
        notes,
        "difference of survival (square and add)"
        + ("; z test on log(-log S)" if p_value is not None else ""),
        (sources.KLEIN_MOESCHBERGER, sources.MOVER),
    )


def compare_proportion(ours: Estimate, published: PublishedFigure) -> BenchmarkComparison:
    """A share beside a published share, by Fisher's exact test and Newcombe's interval.

    The published counts are used as printed, or taken as the whole number nearest value x n, and
    the notes say so.

    Returns: a `BenchmarkComparison`; without a published n only the difference is given.

    Refuses: a figure of another unit; our share without counts.

    Source: Newcombe 1998.

    >>> from cartulary.evidence.proportion import proportion
    >>> ours = proportion(17, 19, unit="child", origin="recorded")
    >>> eliana = PublishedFigure(value=0.82, n=79, events=65, source="a paper")
    >>> round(compare_proportion(ours, eliana).p_value, 2)
    0.73
    """
    _refuse_other_unit(ours, published)
    if ours.events is None:
        raise EstimandError(
            f"Our figure ({ours.method}) counts no events. An exact test needs counts. "
            "Compare a share made by proportion()."
        )
    notes: list[str] = []
    limits, p_value = None, None
    if published.n is None:
        notes.append("the published figure has no number of units: no test")
    else:
        events = published.events
        if events is None:
            events = round(published.value * published.n)
            notes.append(
                f"published count taken as {events} of {published.n} from the printed share"
            )
        limits = wilson(events, published.n, ours.level)
        if ours.n:
            test = fisher_exact(
                ours.events, ours.n, events, published.n, unit=ours.unit, origin=ours.origin
            )
            p_value = test.p_value
    if ours.clusters is not None and ours.clusters < ours.n:
        p_value = None
        notes.append("several units came from one child: Fisher's test does not apply")
    return _compared(
        ours,
        published,
        limits,
        p_value,
        notes,
        "difference of shares (Newcombe)"
        + ("; Fisher's exact test" if p_value is not None else ""),
        (sources.NEWCOMBE,),
    )


def _at_level(published: PublishedFigure, level: float) -> tuple[float, float] | None:
    """The printed limits at our level, by the scale g; None where they cannot be had."""
    if published.low is None or published.high is None:
        return None
    if published.level == level:
        return published.low, published.high
    if not 0.0 < published.low <= published.value <= published.high < 1.0:
        return None
    wider = half_width(level) / half_width(published.level)
    middle = _log_log(published.value)
    low, high = (
        math.exp(-math.exp(middle + wider * (_log_log(limit) - middle)))
        for limit in (published.low, published.high)
    )
    return low, high


def _log_log(share: float) -> float:
    """log(-log p), for p strictly between 0 and 1."""
    return math.log(-math.log(share))


def _refuse_other_unit(ours: Estimate, published: PublishedFigure) -> None:
    """A share of infusions is not compared with a share of children."""
    if ours.unit != published.unit:
        raise EstimandError(
            f"Our figure counts each {ours.unit} and that of {published.source!r} each "
            f"{published.unit}. Shares of different units cannot be compared. "
            "Compute ours in the published unit."
        )


def _compared(
    ours: Estimate,
    published: PublishedFigure,
    limits: tuple[float, float] | None,
    p_value: float | None,
    notes: list[str],
    method: str,
    citations: tuple[str, ...],
) -> BenchmarkComparison:
    """The comparison with its difference, verdict and sentence."""
    same = bool(ours.definition) and ours.definition == published.definition
    if not same:
        stated = published.definition or "not stated"
        notes.append(f"the definitions differ or are not known to agree (published: {stated})")
    difference = low = high = None
    if ours.value is not None:
        difference = ours.value - published.value
        if limits is not None and ours.low is not None and ours.high is not None:
            own_limits = (ours.low, ours.high)
            if ours.events is not None and "share" in method:
                own_limits = _score_limits(ours)
            low, high = difference_limits(ours.value, own_limits, published.value, limits)
    verdict: Verdict = "not comparable"
    if low is not None and high is not None:
        verdict = "higher" if low > 0.0 else "lower" if high < 0.0 else "not told apart"
    return BenchmarkComparison(
        ours=ours,
        published=published,
        difference=difference,
        low=low,
        high=high,
        p_value=p_value,
        verdict=verdict,
        same_definition=same,
        method=method,
        words=_sentence(ours, published, difference, low, high, verdict),
        notes=tuple(notes),
        citations=citations,
    )


def _score_limits(ours: Estimate) -> tuple[float, float]:
    """Wilson limits of our share, or its own limits when its units are clustered."""
    assert ours.low is not None
    assert ours.high is not None
    if ours.events is None or (ours.clusters is not None and ours.clusters < ours.n):
        return ours.low, ours.high
    return wilson(ours.events, ours.n, ours.level)


def _sentence(
    ours: Estimate,
    published: PublishedFigure,
    difference: float | None,
    low: float | None,
    high: float | None,
    verdict: Verdict,
) -> str:
    """What may be said, in one plain sentence."""
    if difference is None or ours.value is None:
        return f"No comparison with {published.source}: our figure does not exist."
    beside = (
        f"{100 * ours.value:.0f}% here beside {100 * published.value:.0f}% in {published.source}"
    )
    if low is None or high is None:
        return f"{beside}; without intervals on both sides nothing more can be said."
    span = f"difference {100 * difference:+.0f} points, {100 * low:+.0f} to {100 * high:+.0f}"
    if verdict == "not told apart":
        return f"{beside} ({span}): these numbers do not tell the two apart."
    return f"{beside} ({span}): {verdict} here."
