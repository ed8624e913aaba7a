# SPDX-License-Identifier: Apache-2.0
"""`cartulary estimate`: one endpoint of one programme, at any day, by group, as table or JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
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
    """Reckon ENDPOINT (such as efs.hypothetical.infusion) from PROGRAMME (folder or workbook)."""
    from cartulary.cli.programme import programme_or_exit
    from cartulary.studies.single_estimate import DEFAULT_DAYS, endpoint_estimates

    read = programme_or_exit(programme, good_courses=good_courses)
    found = endpoint_estimates(read.cohort, endpoint, days=days or DEFAULT_DAYS, group=group)
    if adtte is not None:
        from cartulary.reports.adtte import write_adtte

        write_adtte(read.cohort, endpoint, adtte)
        click.echo(f"Wrote the follow-up to {adtte}.", err=True)
    if as_json:
        click.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
        return
    _print(found, [f"{left.course_id}: {left.reason}" for left in read.left_out])


def _print(found: EndpointEstimates, left_out: list[str]) -> None:
    from cartulary.cli.table import print_table

    click.echo(f"{found.name} ({found.definition}), from {found.clock}")
    click.echo(f"Unit: child. Origin: {found.origin}.")
    rows: list[tuple[str, ...]] = [
        (
            line.group,
            line.what,
            _figure(line.estimate.value, found.as_share and line.is_share),
            _interval(line.estimate.low, line.estimate.high, found.as_share and line.is_share),
            str(line.estimate.n),
            "" if line.estimate.events is None else str(line.estimate.events),
            str(line.estimate.missing),
            "; ".join((line.estimate.method, *line.estimate.notes)),
        )
        for line in found.lines
    ]
    header: tuple[str, ...] = ("group", "figure", "value", "95% interval", "n", "events", "missing", "method")
    if not found.grouped:
        header, rows = header[1:], [row[1:] for row in rows]
    print_table(header, rows)
    for why, number in found.missing_why.items():
        click.echo(f"Missing, {number}: {why}.")
    for line_out in left_out:
        click.echo(f"Left out: {line_out}")
    if found.test is not None:
        click.echo(found.test)
    click.echo("Research and quality-of-care software; not a medical device.")


def _figure(value: float | None, as_percent: bool) -> str:
    if value is None:
        return "not reached"
    return f"{100 * value:.1f}%" if as_percent else f"{value:.0f} days"


def _interval(low: float | None, high: float | None, as_percent: bool) -> str:
    if low is None and high is None:
        return "none"

    def limit(number: float | None) -> str:
        if number is None:
            return "not reached"
        return f"{100 * number:.1f}" if as_percent else f"{number:.0f}"

    return f"{limit(low)} to {limit(high)}"
