# SPDX-License-Identifier: Apache-2.0
"""What may be said of our figure beside a published one: what the interval allows, no verdict."""

from __future__ import annotations

from collections.abc import Sequence

from cartulary.evidence import Estimate
from cartulary.evidence.two_proportions import difference_limits
from cartulary.reports.content import Absent, Cell, Sentence, Told
from cartulary.reports.programme_report.published_words import study_name
from cartulary.reports.programme_report.teller import Teller
from cartulary.reports.wording import number, units
from cartulary.studies.published import PublishedBeside

POINTS = {
    40: ("veertig", "forty"),
    30: ("dertig", "thirty"),
    20: ("twintig", "twenty"),
    15: ("vijftien", "fifteen"),
    10: ("tien", "ten"),
}


def what_is_allowed(
    tell: Teller, estimate: Estimate, key: str, beside: Sequence[PublishedBeside] = ()
) -> Sentence | None:
    """How large a difference this many children can neither show nor exclude.

    It is the largest round number of points by which the interval reaches past the estimate on
    both sides: a published figure that far away would lie within the interval either way. Where
    the interval is narrower or lies against 0 or 1, the differences from the first published
    figure that it allows are named instead.
    """
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return None
    reach = 100 * min(estimate.value - estimate.low, estimate.high - estimate.value)
    points = next((size for size in POINTS if reach >= size), None)
    if points is None:
        return _allowed_beside(tell, beside)
    rests = tell.rests(estimate, key)
    noun = units(estimate.n, "child", tell.lang)
    return tell.says(
        "Met {children} is een verschil van {size} procentpunt niet aan te tonen en niet uit te "
        "sluiten.",
        "With {children} a difference of {size} percentage points can neither be shown nor "
        "excluded.",
        children=Told(f"{tell.number(estimate.n)} {noun}", rests),
        size=Told(tell.t(*POINTS[points]), rests),
    )


def _allowed_beside(tell: Teller, beside: Sequence[PublishedBeside]) -> Sentence | None:
    """The differences from the first published figure with a printed interval that ours allows."""
    for one in beside:
        ours, row = one.ours, one.row
        if ours is None or ours.value is None or ours.low is None or ours.high is None:
            continue
        if row.value is None or one.low is None or one.high is None:
            continue
        low, high = difference_limits(
            ours.value, (ours.low, ours.high), row.value, (one.low, one.high)
        )
        rests = tell.rests(ours, tell.key_of(ours, row.definition))
        return tell.says(
            "Ten opzichte van {name} laten deze gegevens een verschil toe van {low} tot {high} "
            "procentpunt.",
            "Beside {name} these data allow a difference of {low} to {high} percentage points.",
            name=study_name(one.benchmark),
            low=Told(_signed(tell, low), rests),
            high=Told(_signed(tell, high), rests),
        )
    return None


def published_sentence(tell: Teller, found: list[PublishedBeside]) -> Sentence | None:
    """What each study printed, in one sentence."""
    parts = [
        f"{study_name(beside.benchmark)} "
        + tell.t("meldde ", "reported ")
        + tell.percent(beside.row.value)
        + (
            f" ({tell.limits(beside.low, beside.high)})"
            if beside.low is not None and beside.interval_is != "unconfirmed"
            else ""
        )
        for beside in found
        if beside.row.value is not None
    ]
    if not parts:
        return None
    text = parts[0] + "".join(
        ", " + part.replace(tell.t("meldde ", "reported "), "", 1) for part in parts[1:]
    )
    return tell.says("{text}.", "{text}.", text=text)


def difference_cell(tell: Teller, beside: PublishedBeside, key: str) -> Cell:
    """Our figure less the published one, in percentage points with its interval."""
    ours, row = beside.ours, beside.row
    if ours is None or ours.value is None or row.value is None:
        return Absent("not_estimated")
    rests = tell.rests(ours, key)
    middle = _signed(tell, ours.value - row.value)
    if ours.low is None or ours.high is None or beside.low is None or beside.high is None:
        return tell.says(
            "{middle} (geen interval)", "{middle} (no interval)", middle=Told(middle, rests)
        )
    low, high = difference_limits(
        ours.value, (ours.low, ours.high), row.value, (beside.low, beside.high)
    )
    text = tell.t(
        f"{middle} ({_signed(tell, low)} tot {_signed(tell, high)})",
        f"{middle} ({_signed(tell, low)} to {_signed(tell, high)})",
    )
    return tell.says("{text}", "{text}", text=Told(text, rests))


def _signed(tell: Teller, share: float) -> str:
    points = number(round(share * 100, 10), tell.lang)
    return f"+{points}" if share > 0 and points != "0" else points
