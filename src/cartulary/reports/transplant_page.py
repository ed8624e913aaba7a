# SPDX-License-Identifier: Apache-2.0
"""Whether transplant helps, in words and rows of text: each analysis, and how far the data go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cartulary.codebook.state_graph import StateGraph
from cartulary.course.events import Death
from cartulary.evidence.counted import counted
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.immortal_time import FEWEST_IN_GROUP
from cartulary.evidence.length_of_stay import LengthOfStay
from cartulary.studies.effect_rows import EffectRow
from cartulary.studies.multi_state_programme import MultiStateFigure
from cartulary.studies.survival import DAYS_OF_MONTH
from cartulary.studies.transplant_effect import (
    CLONE_CENSOR_WEIGHT,
    LANDMARK,
    NAIVE,
    SIMON_MAKUCH,
    TIME_DEPENDENT,
    TransplantEffect,
)

EFFECT_HEADER: Final = (
    "analysis",
    "hazard ratio",
    "95% interval",
    "children",
    "transplanted",
    "lost before",
    "see",
)
WHY_NAIVE: Final = (
    "The naive row is WRONG and is shown to be seen. It sorts children by what came later: whoever "
    "was transplanted had to live in remission until that day, and that time counts in favour of "
    "the transplant even where it does nothing (immortal time)."
)
_SAYS: Final = {
    NAIVE: "naive, ever against never (WRONG)",
    TIME_DEPENDENT: "time-dependent Cox",
    SIMON_MAKUCH: "Simon-Makuch",
    CLONE_CENSOR_WEIGHT: "clone-censor-weight",
}
NOT_REPORTED: Final = "not reported"
_SMALLEST: Final = 0.01
_LARGEST: Final = 100.0
_CANNOT_SAY: Final = "these data cannot say"
_NO_PROOF: Final = (
    "Children are chosen for transplant, and nothing here adjusts for why, so this alone does not "
    "show that the transplant did it."
)
_NO_LANDMARK: Final = "No landmark can be analysed."


@dataclass(frozen=True)
class EffectText:
    """The analyses as cells of text; `reasons` are numbered as the last column points to them."""

    rows: tuple[tuple[str, ...], ...]
    reasons: tuple[str, ...]


def effect_text(effect: TransplantEffect) -> EffectText:
    """A row an analysis, refused ones among them, and each reason or note once."""
    reasons: list[str] = []
    rows = []
    for row in effect.rows:
        ratio = row.ratio
        told = [_told(note, row) for note in ratio.notes if not (row.biased and "wrong" in note)]
        if ratio.value is not None:
            told.insert(0, ratio.method)
        numbers = []
        for note in told:
            if note not in reasons:
                reasons.append(note)
            numbers.append(reasons.index(note) + 1)
        # Analyses that count nobody before they are made have nothing to say when refused.
        counts = [str(row.kept), str(row.treated), str(row.lost)]
        if ratio.value is None and row.method in (SIMON_MAKUCH, CLONE_CENSOR_WEIGHT):
            counts = [""] * len(counts)
        rows.append(
            (
                _analysis(row),
                "not given" if ratio.value is None else ratio_words(ratio.value),
                _interval(ratio),
                *counts,
                ", ".join(f"[{number}]" for number in numbers),
            )
        )
    return EffectText(tuple(rows), tuple(reasons))


def conclusion(effect: TransplantEffect) -> str:
    """How far these data go, in a sentence or two; it rests on the time-dependent Cox model.

    That analysis loses no child and has no day to choose, so it is named beforehand.
    """
    row = effect.row(TIME_DEPENDENT)
    ratio = row.ratio
    among = (
        f"{effect.transplanted} of {counted(effect.children, 'child')} transplanted in remission "
        f"and {counted(ratio.events or 0, 'event')}"
    )
    if not effect.transplanted:
        return (
            "These data say nothing of transplant: none of "
            f"{counted(effect.children, 'child')} was transplanted in remission."
        )
    if ratio.value is None:
        return (
            "These data cannot say whether a transplant in remission helps or harms: with "
            f"{among} the time-dependent analysis could not be made."
        )
    if ratio.low is None or ratio.high is None or ratio.low <= 1.0 <= ratio.high:
        return (
            f"These data cannot say whether a transplant in remission helps or harms: with {among} "
            f"the hazard after it may be anything from {_bounds(ratio)} times that without "
            "(time-dependent Cox)."
        )
    less = "lower" if ratio.value < 1.0 else "higher"
    if any(_CANNOT_SAY in note for note in ratio.notes):
        return (
            f"In these data the hazard after a transplant in remission was {less}, but by how much "
            f"they cannot say: anything from {_bounds(ratio)} times that without (time-dependent "
            f"Cox, {among}). {_NO_PROOF}"
        )
    return (
        f"In these data the hazard after a transplant in remission was {less}: "
        f"{ratio_words(ratio.value)} times that without, 95% interval {_bounds(ratio)} "
        f"(time-dependent Cox, {among}). {_NO_PROOF}"
    )


def curve_lines(effect: TransplantEffect, horizon: float) -> list[str]:
    """Survival with and without by the two analyses that draw curves, where they could be made."""
    found = []
    if effect.simon_makuch is not None:
        drawn = effect.simon_makuch
        pair = [c.survival_at(horizon) for c in (drawn.exposed, drawn.unexposed)]
        found.append(
            f"Simon-Makuch from day {drawn.start_day:g}, free of the event on day {horizon:g}: "
            f"after transplant {_share(pair[0])}, before or without {_share(pair[1])}."
        )
    if effect.strategies is not None:
        made = effect.strategies
        with_it, without = made.survival
        found.append(
            f"Clone-censor-weight, free of the event on day {made.horizon:g}: transplant by day "
            f"{made.grace_day:g} {_share(with_it)}, none by then {_share(without)}."
        )
    return found


def ratio_words(value: float) -> str:
    """A hazard ratio with two decimals; beyond 0.01 and 100 only that it lies there.

    >>> ratio_words(0.5559), ratio_words(0.0042), ratio_words(250.0)
    ('0.56', 'less than 0.01', 'more than 100')
    """
    if value < _SMALLEST:
        return f"less than {_SMALLEST:g}"
    return f"{value:.2f}" if value <= _LARGEST else f"more than {_LARGEST:g}"


def state_rows(
    figure: MultiStateFigure, stay: LengthOfStay | None, *, deaths_reported: bool
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows: each state's share at the months, and its expected days.

    A state that only a death leads to is `not reported` in a programme that reports no deaths.
    """
    graph, rows = figure.stays.graph, figure.curve.transitions
    header = ("state", *(f"{month} months" for month in figure.months))
    header += () if stay is None else (f"days up to day {stay.horizon:g}",)
    found = []
    for state in rows.states:
        if not deaths_reported and _only_by_death(graph, state):
            cells = [NOT_REPORTED] * (len(header) - 1)
        else:
            cells = [_share(figure.occupancy[state, month]) for month in figure.months]
            cells += [] if stay is None else [_days(stay.stay_in(state))]
        found.append((graph.words_of(state, "en"), *cells))
    seen = [
        str(sum(1 for a, b in zip(rows.entry, rows.exit, strict=True) if a < day <= b))
        for day in (DAYS_OF_MONTH[month] for month in figure.months)
    ]
    found.append(("under observation", *seen, *([] if stay is None else [""])))
    return header, found


def _only_by_death(graph: StateGraph, state: str) -> bool:
    """Whether nothing but a death leads to a state."""
    kinds = {move.sign.kind for move in graph.moves if move.to == state}
    return kinds == {Death.kind}


def _told(note: str, row: EffectRow) -> str:
    """A note of a row; a landmark refused with all others says its own numbers."""
    without = row.kept - row.treated
    if not note.startswith(_NO_LANDMARK) or min(row.treated, without) >= FEWEST_IN_GROUP:
        return note
    return (
        f"of {counted(row.kept, 'child')} still followed after that day {row.treated} had been "
        f"transplanted and {without} had not; either group needs {FEWEST_IN_GROUP}"
    )


def _analysis(row: EffectRow) -> str:
    return row.says if row.method == LANDMARK else _SAYS[row.method]


def _interval(ratio: Estimate) -> str:
    if ratio.value is None:
        return ""
    if ratio.low is None and ratio.high is None:
        return "none"
    low, high = (
        "no limit" if limit is None else ratio_words(limit) for limit in (ratio.low, ratio.high)
    )
    return f"{low} to {high}"


def _bounds(ratio: Estimate) -> str:
    low = "nothing" if ratio.low is None else ratio_words(ratio.low)
    high = "any number of" if ratio.high is None else ratio_words(ratio.high)
    return f"{low} to {high}"


def _share(found: Estimate) -> str:
    if found.value is None:
        return "not followed"
    words = f"{100 * found.value:.0f}%"
    if found.low is None and found.high is None:
        return words
    low, high = (
        "..." if limit is None else f"{100 * limit:.0f}" for limit in (found.low, found.high)
    )
    return f"{words} ({low} to {high})"


def _days(found: Estimate) -> str:
    if found.value is None:
        return "not known"
    # A state that nobody was seen in has no spread to reckon with; that is no certainty.
    if found.low is None or found.high is None or found.low == found.high:
        return f"{found.value:.0f} (no interval)"
    return f"{found.value:.0f} ({found.low:.0f} to {found.high:.0f})"
