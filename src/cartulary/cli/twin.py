# SPDX-License-Identifier: Apache-2.0
"""`cartulary twin`: what the model does, in numbers and in pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from cartulary.cli import twin_export
from cartulary.cli.run_options import (
    children_option,
    language_option,
    policy_option,
    population_option,
    seed_option,
    years_option,
)

if TYPE_CHECKING:
    from cartulary.course.cohort import Cohort
    from cartulary.evidence import Estimate, MedianRange
    from cartulary.reports.virtual_children.child import VirtualPage
    from cartulary.twin.simulate import Run

F = TypeVar("F", bound=Callable[..., None])

CLASS_WORDS = {
    "early": "early (within 2 months)",
    "cd19_negative": "CD19-negative",
    "cd19_positive": "CD19-positive",
    "unknown": "class unknown",
    "none": "in remission, no relapse",
    "no_remission": "never in remission",
}
BURDEN_WORDS = {
    "high": "high",
    "detectable": "low, detectable",
    "undetectable": "undetectable",
    "not_recorded": "not recorded",
}


@click.group(name="twin")
def command() -> None:
    """Look at the model: its groups of relapse, single virtual children, and other programs."""


command.add_command(twin_export.sbml)
command.add_command(twin_export.petab)


def _run_options(function: F) -> F:
    """Whom the model is asked for, under which policy."""
    for option in (
        years_option(default=5.0, more=" from the decision"),
        seed_option("children"),
        population_option(),
        policy_option(required=False),
    ):
        function = option(function)
    return function


@command.command()
@click.argument("cohort", type=click.Path(path_type=Path), required=False)
@children_option("Simulate so many instead of reading a cohort.", at_least=1, at_most=1_000_000)
@_run_options
def groups(
    cohort: Path | None,
    children: int | None,
    policy: Path | None,
    population_file: Path | None,
    seed: int,
    years: float,
) -> None:
    """Print the article's groups of relapse, and toxicity and expansion by burden.

    COHORT is a folder that `cartulary simulate` wrote, or any programme; or give --children N and
    --policy.
    """
    if (cohort is None) == (children is None):
        raise click.UsageError("Give COHORT, or --children N with --policy; one of them.")
    if cohort is not None:
        from cartulary.cli.programme import programme_or_exit

        held = programme_or_exit(cohort).cohort
    else:
        assert children is not None
        held = _simulated(_run(policy, population_file, seed, years), children)
    _print_groups(held)


@command.command()
@children_option(
    "How many children are looked through for the first of each kind.",
    at_least=10,
    at_most=100_000,
    default=4096,
)
@_run_options
@language_option("the page", "--lang")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Folder for children.html and children.png.",
)
def page(
    children: int,
    policy: Path | None,
    population_file: Path | None,
    seed: int,
    years: float,
    lang: str,
    out: Path,
) -> None:
    """Draw ten virtual children: cells, B cells, cytokine, grades and events on one time axis."""
    from cartulary.cli.report import working, written_whole

    run = _run(policy, population_file, seed, years)
    with working("simulating the children"):
        made = _virtual_page(run, children, lang)
    with working("drawing"):
        from cartulary.reports.virtual_children.page import (
            virtual_children_html,
            virtual_children_png,
        )

        files = {
            "children.html": virtual_children_html(made, lang).encode(),
            "children.png": virtual_children_png(made, lang),
        }
    written_whole(out, files)
    for name in files:
        click.echo(str(out / name))


def _run(policy: Path | None, population_file: Path | None, seed: int, years: float) -> Run:
    from cartulary.cli.run_files import run_of

    if policy is None:
        raise click.UsageError(
            "No policy was given. A child's course depends on what the programme does. "
            "Add --policy with a file, or with the name of a shipped one, such as maxima."
        )
    return run_of(policy, population_file, seed, years, "lanes")


def _simulated(run: Run, children: int) -> Cohort:
    from cartulary.cli.report import working
    from cartulary.course.cohort import Cohort
    from cartulary.twin.narrate import narrate
    from cartulary.twin.simulate import blocks_of

    with working("simulating the children"):
        return Cohort.concat(narrate(block, run.parameters) for block in blocks_of(run, children))


def _print_groups(cohort: Cohort) -> None:
    from cartulary.cli.table import print_table
    from cartulary.studies.expansion_and_relapse import expansion_and_relapse

    found = expansion_and_relapse(cohort)
    click.echo(
        f"{found.infused} of {found.children} children were infused. Origin: {found.origin}."
    )
    click.echo("\nFirst relapse, by the article's groups:")
    print_table(
        (
            "group",
            "children",
            "% of infused",
            "months after infusion",
            "aplasia then",
            "peak",
            "expansion failed",
        ),
        [
            (
                CLASS_WORDS[line.relapse_class],
                str(line.share.events),
                _percent(line.share),
                _months(line.days),
                "" if line.days is None else _percent(line.aplasia_ongoing),
                _copies(line.peak_copies),
                _percent(line.expansion_failed),
            )
            for line in found.by_relapse
        ],
    )
    click.echo("\nBy burden before the infusion:")
    print_table(
        ("burden", "children", "CRS", "CRS 3-5", "ICANS", "remission day 28", "peak"),
        [
            (
                BURDEN_WORDS[line.burden],
                str(line.children),
                _percent(line.crs),
                _percent(line.severe_crs),
                _percent(line.icans),
                _percent(line.remission),
                _copies(line.peak_copies),
            )
            for line in found.by_burden
        ],
    )
    click.echo(
        "\nShares are of children, with 95% intervals; months and peaks (CAR-T copies/µg, highest "
        "in 28 days)\nare medians with quartiles; expansion failed where the peak is below a tenth "
        "of the median\nin remission without relapse. Of simulated children they show how the "
        "model behaves, not what\nwill happen. Research and quality-of-care software; not a "
        "medical device."
    )


def _percent(estimate: Estimate | None) -> str:
    if estimate is None or estimate.value is None:
        return "none"
    text = f"{100 * estimate.value:.1f}"
    if estimate.low is None or estimate.high is None:
        return text
    return f"{text} ({100 * estimate.low:.1f} to {100 * estimate.high:.1f})"


def _months(days: MedianRange | None) -> str:
    if days is None or days.median is None:
        return ""
    return _quartiles(days, 30.4375, 1)


def _copies(peak: MedianRange | None) -> str:
    return "" if peak is None or peak.median is None else _quartiles(peak, 1.0, 0)


def _quartiles(found: MedianRange, unit: float, digits: int) -> str:
    middle = f"{(found.median or 0.0) / unit:.{digits}f}"
    if found.lower_quartile is None or found.upper_quartile is None:
        return middle
    low, high = found.lower_quartile / unit, found.upper_quartile / unit
    return f"{middle} ({low:.{digits}f} to {high:.{digits}f})"


def _virtual_page(run: Run, children: int, lang: str) -> VirtualPage:
    """The first child of each kind, as the page wants it: plain numbers."""
    import numpy as np

    from cartulary.reports.virtual_children.child import (
        DayOfGrade,
        Moment,
        VirtualChild,
        VirtualPage,
    )
    from cartulary.twin.portrait import aplasia_below, chosen_of_each_kind, portrait
    from cartulary.twin.simulate import DAYS_PER_YEAR, simulate_block

    block = simulate_block(run, np.arange(children, dtype=np.int64))
    drawn = []
    for kind, place in chosen_of_each_kind(block):
        one = portrait(block, place, kind)
        drawn.append(
            VirtualChild(
                name=f"V-{one.number:07d}",
                kind=one.kind,
                age_years=one.age_years,
                female=one.female,
                marrow_percent=one.marrow_percent,
                why_never=(one.why_never.en, one.why_never.nl) if one.why_never else None,
                response=one.response,
                relapse=one.relapse,
                relapse_day=one.relapse_day,
                decision_day=one.decision_day,
                last_day=one.last_day,
                died=one.died,
                car_t=one.car_t,
                leukaemia=one.leukaemia,
                cd19_negative=one.cd19_negative,
                b_cells=one.b_cells,
                cytokine=one.cytokine,
                aplasia_below=aplasia_below(block, place, run.parameters),
                grades=tuple(DayOfGrade(day, crs, icans) for day, crs, icans in one.grades),
                moments=tuple(Moment(what, day, until) for what, day, until in one.events),
            )
        )
    name = run.policy.name.nl if lang == "nl" else run.policy.name.en
    whom = run.population.name.nl if lang == "nl" else run.population.name.en
    years = run.horizon_days / DAYS_PER_YEAR
    return VirtualPage(tuple(drawn), name, whom, run.seed, children, round(years, 1))
