# SPDX-License-Identifier: Apache-2.0
"""`cartulary estimate`: one endpoint of one programme, at any day, by group, as table or JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cartulary.evidence import Estimate
    from cartulary.studies.single_estimate import EndpointEstimates


@click.command(name="estimate")
@click.argument("endpoint")
@click.argument("programme", type=click.Path(path_type=Path))
@click.option(
    "--at",
    "days",
    type=click.IntRange(min=0),
    multiple=True,
    help="Day on the endpoint's own clock; may be given more than once. Default: 183, 365, 730.",
)
@click.option("--by", "group", help="Split by something known before infusion, such as bridging.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option(
    "--adtte",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the follow-up as a CDISC ADaM ADTTE table (CSV), one row a child.",
)
@click.option(
    "--good-courses",
    is_flag=True,
    help="When the programme has errors, use the courses without one and say what was left out.",
)
def command(
    endpoint: str,
    programme: Path,
    days: tuple[int, ...],
    group: str | None,
    as_json: bool,
    adtte: Path | None,
    good_courses: bool,
) -> None:
    """Reckon ENDPOINT (such as efs.hypothetical.infusion) from PROGRAMME (folder or workbook).

    `cartulary definitions` lists the endpoints. Every figure names its method, its unit, how many
    children it rests on, and who was left out and why.
    """
    from cartulary.codebook.endpoint_reader import endpoint as endpoint_of

    # A mistyped name should not have to wait for a long programme to be read.
    endpoint_of(endpoint)
    from cartulary.cli.programme import programme_or_exit
    from cartulary.studies.not_reported import refuse_silent
    from cartulary.studies.single_estimate import DEFAULT_DAYS, endpoint_estimates, groups_of

    read = programme_or_exit(programme, good_courses=good_courses)
    refuse_silent(endpoint, read.programme.not_reported)
    found = endpoint_estimates(read.cohort, endpoint, days=days or DEFAULT_DAYS, group=group)
    if adtte is not None:
        from cartulary.reports.adtte import write_adtte

        groups = () if group is None else groups_of(read.cohort, group)
        write_adtte(read.cohort, endpoint, adtte, group=group or "", groups=groups)
        click.echo(f"Wrote the follow-up to {adtte}.", err=True)
    if as_json:
        left_out = {left.course_id: left.reason for left in read.left_out}
        figures = {**found.to_dict(), "left_out": left_out}
        click.echo(json.dumps(figures, ensure_ascii=False, indent=2, allow_nan=False))
        return
    _print(found, [f"{left.course_id}: {left.reason}" for left in read.left_out])


def _print(found: EndpointEstimates, left_out: list[str]) -> None:
    from cartulary.cli.table import print_table

    click.echo(f"{found.name} ({found.definition}), from {found.clock}")
    unit = found.lines[0].estimate.unit
    click.echo(
        f"Unit: {unit}. Origin: {found.origin}. Children in the programme: {found.children}."
    )
    rows: list[tuple[str, ...]] = [
        (
            line.group,
            line.what,
            _figure(line.estimate.value, line.is_share),
            _interval(line.estimate, line.is_share),
            str(line.estimate.n),
            "" if line.estimate.events is None else str(line.estimate.events),
            str(line.estimate.missing),
            "; ".join((line.estimate.method, *line.estimate.notes)),
        )
        for line in found.lines
    ]
    interval = f"{100 * found.lines[0].estimate.level:g}% interval"
    header: tuple[str, ...] = (
        "group",
        "figure",
        "value",
        interval,
        "n",
        "events",
        "missing",
        "method",
    )
    if not found.grouped:
        header, rows = header[1:], [row[1:] for row in rows]
    print_table(header, rows)
    for told, reasons in (
        ("Not counted", found.outside_why),
        ("Missing", found.missing_why),
        ("Counted, with a doubt", found.doubts_why),
    ):
        for why, number in reasons.items():
            click.echo(f"{told}, {number}: {why}.")
    for line_out in left_out:
        click.echo(f"Left out: {line_out}")
    if found.test is not None:
        click.echo(found.test)
    click.echo("Research and quality-of-care software; not a medical device.")


def _figure(value: float | None, is_share: bool) -> str:
    if value is None:
        return "not known" if is_share else "not reached"
    return f"{100 * value:.1f}%" if is_share else f"{value:.0f} days"


def _interval(estimate: Estimate, is_share: bool) -> str:
    low, high = estimate.low, estimate.high
    if low is None and high is None:
        return "none"
    scale, digits = (100, 1) if is_share else (1, 0)
    limits = (
        "not reached" if limit is None else f"{scale * limit:.{digits}f}" for limit in (low, high)
    )
    return " to ".join(limits)
