# SPDX-License-Identifier: Apache-2.0
"""One child's forecast in words: the finding first, then months, plans, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cartulary.reports.virtual_children.words import said
from cartulary.studies.child_forecast.outcomes import Outcome
from cartulary.studies.child_forecast.result import RESEARCH, Forecast, Line

SHOWN_MONTHS: Final = (3, 6, 12, 18, 24)
_MONTH: Final = 12
_SMALL: Final = 0.0005


def percent(value: float, lang: str) -> str:
    """A share in whole per cents, as a forecast deserves no more.

    >>> percent(0.234, "en"), percent(0.002, "nl"), percent(1.0, "en")
    ('23%', '<1%', '100%')
    """
    if value >= 1.0 - _SMALL:
        return "100%"
    if value < _SMALL:
        return "0%"
    if value < 0.005:
        return "<1%"
    return ">99%" if value > 0.995 else f"{100 * value:.0f}%"


def with_interval(line: Line, month: int, lang: str) -> str:
    """A probability with its interval."""
    to = said(("to", "tot"), lang)
    low, high = (percent(end[month], lang) for end in (line.low, line.high))
    return f"{percent(line.value[month], lang)} ({low} {to} {high})"


def points(line: Line, month: int, lang: str) -> str:
    """A difference in percentage points, with its sign and interval."""
    to = said(("to", "tot"), lang)
    value, low, high = (_signed(one[month]) for one in (line.value, line.low, line.high))
    return f"{value} ({low} {to} {high})"


def _signed(value: float) -> str:
    whole = round(100 * value)
    return "0" if whole == 0 else f"{'+' if whole > 0 else '−'}{abs(whole)}"


def heading(made: Forecast, lang: str) -> str:
    """The finding as a sentence."""
    stays = percent(made.of(Outcome.REMISSION).value[_MONTH], lang)
    months, days = _MONTH, made.days_after_infusion
    return said(
        (
            f"From day {days} after the infusion: of the virtual children like this child {stays} "
            f"are in remission {months} months on.",
            f"Vanaf dag {days} na de infusie: van de virtuele kinderen die op dit kind lijken, is "
            f"{stays} over {months} maanden in remissie.",
        ),
        lang,
    )


def month_table(made: Forecast, lang: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """What came first, by month ahead; outcomes that do not come are left out."""
    header = (
        said(("what came first", "wat het eerst kwam"), lang),
        *(said((f"{month} months", f"{month} maanden"), lang) for month in SHOWN_MONTHS),
    )
    rows: list[tuple[str, ...]] = []
    for one in made.outcomes:
        if one.outcome is not Outcome.REMISSION and max(one.line.value) < _SMALL:
            continue
        cells = (with_interval(one.line, month, lang) for month in SHOWN_MONTHS)
        rows.append((_label(one.outcome, lang), *cells))
    alive = (with_interval(made.alive, month, lang) for month in SHOWN_MONTHS)
    rows.append((said(("alive, whatever came", "in leven, wat er ook kwam"), lang), *alive))
    return header, rows


def plan_table(made: Forecast, lang: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """What each plan would change after a year and after two, in percentage points."""
    header = (
        said(("what would change, points", "wat zou veranderen, procentpunten"), lang),
        *(
            said((f"{what[0]}, {month} months", f"{what[1]}, {month} maanden"), lang)
            for month in (12, 24)
            for what in (("remission", "remissie"), ("alive", "in leven"))
        ),
        said(("rests on", "rust op"), lang),
    )
    rows = [
        (
            plan.plan.words.text(lang),
            *(
                points(line, month, lang)
                for month in (12, 24)
                for line in (plan.remission_difference, plan.alive_difference)
            ),
            f"{plan.effective_children:.0f}",
        )
        for plan in made.plans
    ]
    return header, rows


def used_table(made: Forecast, lang: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """What of the record was used."""
    header = (
        said(("used", "gebruikt"), lang),
        said(("day after infusion", "dag na infusie"), lang),
        said(("value", "waarde"), lang),
        said(("as far out", "zo ver weg"), lang),
    )
    rows = [
        (
            one.what.text(lang),
            "" if one.day is None else str(one.day).replace("-", "−"),
            one.shown.text(lang),
            percent(one.tail, lang),
        )
        for one in made.used
    ]
    return header, rows


def basis(made: Forecast, lang: str) -> Iterator[str]:
    """What the figures rest on, a sentence each."""
    effective, draws = f"{made.effective_children:.0f}", f"{made.effective_draws:.0f}"
    yield said(
        (
            f"{made.at_risk} virtual children were at risk on that day; weighted by the record "
            f"they count as {effective}, of {draws} draws of the parameters.",
            f"Op die dag liepen {made.at_risk} virtuele kinderen nog risico; gewogen met het "
            f"dossier tellen ze als {effective}, uit {draws} trekkingen van de parameters.",
        ),
        lang,
    )
    yield said(
        (
            "Intervals are 95%: what is not known of the parameters, and what so many children "
            "leave open. That the model may be wrong is in none of them.",
            "Intervallen zijn 95%: wat niet bekend is van de parameters, en wat zoveel kinderen "
            "openlaten. Dat het model fout kan zijn, zit er niet in.",
        ),
        lang,
    )
    if made.widened > 1.005:
        factor = f"{made.widened:.2f}"
        yield said(
            (
                f"Every error was taken {factor} times as wide, so that enough virtual children "
                "are alike; the forecast lies so much nearer to that of all children.",
                f"Elke fout is {factor.replace('.', ',')} maal zo ruim genomen, zodat genoeg "
                "virtuele kinderen lijken; de voorspelling ligt daardoor dichter bij die van alle "
                "kinderen.",
            ),
            lang,
        )
    for note in (*made.not_offered, *made.not_used):
        yield note.text(lang)
    yield said((f"Library: {made.library}.", f"Bibliotheek: {made.library}."), lang)
    for note in made.notes:
        if note != RESEARCH:
            yield note.text(lang)


def _label(outcome: Outcome, lang: str) -> str:
    return said((outcome.en, outcome.nl), lang)
