# SPDX-License-Identifier: Apache-2.0
"""`cartulary transplant`: does a transplant in remission help, and how far do these data go."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cartulary.course.cohort import Cohort
    from cartulary.evidence.length_of_stay import LengthOfStay
    from cartulary.studies.multi_state_programme import MultiStateFigure
    from cartulary.studies.transplant_effect import TransplantEffect

STAY_HORIZON = 365.0
MONTHS = (6, 12, 24)


@dataclass(frozen=True)
class Found:
    """What could be reckoned; `refused` says why there is no comparison."""

    effect: TransplantEffect | None
    refused: str
    figure: MultiStateFigure | None
    stay: LengthOfStay | None


@click.command(name="transplant")
@click.argument("programme", type=click.Path(path_type=Path))
@click.option(
    "--grace-day",
    type=click.IntRange(min=1),
    default=120,
    show_default=True,
    help="The day after remission by which a transplant counts as one of the plan.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="The number that resampling starts from; the same seed gives the same intervals.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option(
    "--good-courses",
    is_flag=True,
    help="When the programme has errors, use the courses without one and say what was left out.",
)
def command(programme: Path, grace_day: int, seed: int, as_json: bool, good_courses: bool) -> None:
    """Ask of PROGRAMME whether a transplant in remission helps, by five analyses.

    The naive one, ever against never, is wrong and is there to be seen. Landmarks, a
    time-dependent Cox model, Simon-Makuch curves and clone-censor-weight keep clear of immortal
    time; each says how many children it rests on, or why it cannot be made. Then the share of
    infused children in each state over time, and the days spent there.
    """
    from cartulary.cli.programme import programme_or_exit
    from cartulary.studies.not_reported import refuse_silent
    from cartulary.studies.transplant_effect import DEFAULT_ENDPOINT

    read = programme_or_exit(programme, good_courses=good_courses)
    silent = read.programme.not_reported
    refuse_silent(DEFAULT_ENDPOINT, silent)
    found = _found(read.cohort, grace_day, seed)
    left_out = {left.course_id: left.reason for left in read.left_out}
    if as_json:
        shown = {**_plain(found, grace_day, seed), "not_reported": sorted(silent)}
        shown["left_out"] = left_out
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2, allow_nan=False))
        return
    _print(found, grace_day, seed, len(read.cohort), deaths_reported="os" not in silent)
    for course_id, why in left_out.items():
        click.echo(f"Left out: {course_id}: {why}")
    click.echo("Research and quality-of-care software; not a medical device.")


def _found(cohort: Cohort, grace_day: int, seed: int) -> Found:
    """Both parts; refused when the record can give neither."""
    # The only draws of this command; their seed is printed with the result.
    from numpy.random import default_rng  # noqa: TID251

    from cartulary.course.errors import EstimandError
    from cartulary.evidence.length_of_stay import expected_length_of_stay
    from cartulary.studies.multi_state_programme import multi_state_figure
    from cartulary.studies.transplant_effect import transplant_effect_of_cohort

    figure = multi_state_figure(cohort, months=MONTHS)
    effect: TransplantEffect | None = None
    refused = ""
    try:
        effect = transplant_effect_of_cohort(
            cohort, grace_day=float(grace_day), draws=default_rng(seed)
        )
    except EstimandError as refusal:
        refused = str(refusal)
    if figure is None and effect is None:
        raise EstimandError(
            f"None of {len(cohort)} children can be followed from an infusion. Where nobody was "
            "infused, nobody came into remission by it, and transplant cannot be judged. Complete "
            "the infusions and the last contacts, or wait."
        )
    stay = None
    if figure is not None and figure.curve.transitions.last_day >= STAY_HORIZON:
        stay = expected_length_of_stay(
            figure.curve.transitions, horizon=STAY_HORIZON, start=figure.stays.graph.start
        )
    return Found(effect, refused, figure, stay)


def _print(
    found: Found, grace_day: int, seed: int, children: int, *, deaths_reported: bool
) -> None:
    from cartulary.reports.transplant_page import conclusion

    click.echo(f"Does a transplant in remission help? Children in the programme: {children}.")
    if found.effect is None:
        click.echo(f"The comparison is not given: {found.refused}")
    else:
        _print_effect(found.effect, grace_day, seed)
    click.echo("")
    if found.figure is None:
        click.echo("States: no child can be followed from an infusion.")
    else:
        _print_states(found.figure, found.stay, deaths_reported=deaths_reported)
    click.echo("")
    if not deaths_reported:
        click.echo(
            "Note: the programme does not report deaths (os). Children are taken to be alive as "
            "far as they were followed; a death after transplant would not be seen here."
        )
    if found.effect is None:
        click.echo("Conclusion: these data say nothing of transplant in remission.")
    else:
        click.echo(f"Conclusion: {conclusion(found.effect)}")


def _print_effect(effect: TransplantEffect, grace_day: int, seed: int) -> None:
    from cartulary.cli.table import print_table
    from cartulary.evidence.counted import counted
    from cartulary.reports.transplant_page import (
        EFFECT_HEADER,
        WHY_NAIVE,
        curve_lines,
        effect_text,
    )
    from cartulary.studies.transplant_effect import HORIZON

    first = effect.rows[0].ratio
    click.echo(
        f"Endpoint: {first.definition}. Days count from the first remission. Origin: "
        f"{first.origin}."
    )
    click.echo(
        f"In remission: {counted(effect.children, 'child')}, {effect.transplanted} transplanted "
        f"in it. A ratio below 1 speaks for transplant. Grace day {grace_day}, seed {seed}."
    )
    text = effect_text(effect)
    print_table(EFFECT_HEADER, text.rows)
    for number, reason in enumerate(text.reasons, start=1):
        click.echo(f"[{number}] {reason}{'' if reason.endswith('.') else '.'}")
    for line in curve_lines(effect, HORIZON):
        click.echo(line)
    click.echo(WHY_NAIVE)
    if effect.undated:
        click.echo(
            f"Left out of the comparison: {counted(effect.undated, 'child')} with a transplant "
            "without a date."
        )
    for note in effect.notes:
        click.echo(f"Note: {note}.")


def _print_states(
    figure: MultiStateFigure, stay: LengthOfStay | None, *, deaths_reported: bool
) -> None:
    from cartulary.cli.table import print_table
    from cartulary.codebook.endpoint import reason_words
    from cartulary.evidence.counted import counted
    from cartulary.reports.transplant_page import state_rows

    graph, rows = figure.stays.graph, figure.curve.transitions
    click.echo(
        f"Where {counted(rows.n_children, 'child')} are after the first infusion "
        f"({graph.graph_id}, edition {graph.edition}), with 95% intervals."
    )
    print_table(*state_rows(figure, stay, deaths_reported=deaths_reported))
    if stay is None:
        click.echo(
            f"Days in each state are not given: the last day of observation is {rows.last_day:g}, "
            f"before day {STAY_HORIZON:g}."
        )
    for told, reasons in (("Not counted", figure.stays.outside), ("Missing", figure.stays.missing)):
        for why, number in reasons.items():
            click.echo(f"{told}, {number}: {reason_words(why, 'en')}.")


def _plain(found: Found, grace_day: int, seed: int) -> dict[str, object]:
    """Everything as plain JSON values."""
    from cartulary.reports.transplant_page import conclusion

    plain: dict[str, object] = {"grace_day": grace_day, "seed": seed, "refused": found.refused}
    effect = found.effect
    if effect is not None:
        plain |= {
            "endpoint": effect.endpoint,
            "origin": effect.rows[0].ratio.origin,
            "children": effect.children,
            "transplanted": effect.transplanted,
            "undated": effect.undated,
            "conclusion": conclusion(effect),
            "notes": list(effect.notes),
            "analyses": [
                {
                    "method": row.method,
                    "says": row.says,
                    "wrong": row.biased,
                    "children": row.kept,
                    "transplanted": row.treated,
                    "lost_before": row.lost,
                    "hazard_ratio": row.ratio.to_dict(),
                }
                for row in effect.rows
            ],
        }
        if effect.strategies is not None:
            with_it, without = effect.strategies.survival
            plain["strategies"] = {
                "with": with_it.to_dict(),
                "without": without.to_dict(),
                "difference": effect.strategies.difference.to_dict(),
            }
    plain["states"] = None if found.figure is None else _plain_states(found.figure, found.stay)
    return plain


def _plain_states(figure: MultiStateFigure, stay: LengthOfStay | None) -> dict[str, object]:
    graph = figure.stays.graph
    return {
        "graph": graph.graph_id,
        "edition": graph.edition,
        "outside": dict(figure.stays.outside),
        "missing": dict(figure.stays.missing),
        "moves": dict(figure.moves),
        "occupancy": {
            state: {str(month): figure.occupancy[state, month].to_dict() for month in figure.months}
            for state in graph.state_names
        },
        "expected_days": None
        if stay is None
        else {state: stay.stay_in(state).to_dict() for state in graph.state_names},
    }
