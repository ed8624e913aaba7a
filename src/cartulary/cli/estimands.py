# SPDX-License-Identifier: Apache-2.0
"""`cartulary estimands`: one endpoint under every strategy and from every clock, side by side."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cartulary.studies.estimands import EstimandTable

MONTHS = ("3", "6", "12", "18", "24", "36", "60")
_TEXT = {
    "origin": (
        "Unit: child. Origin: {origin}. Children in the programme: {children}.",
        "Eenheid: kind. Herkomst: {origin}. Kinderen in het programma: {children}.",
    ),
    "left_out": ("Left out: {what}", "Weggelaten: {what}"),
    "why": ("Not given, {what}: {why}", "Niet gegeven, {what}: {why}"),
    "note": ("Note: {what}.", "Let op: {what}."),
    "no_deaths": (
        "the programme does not report deaths (os). Children are taken to be alive as far as they "
        "were followed, so a figure that counts deaths may be too high",
        "het programma meldt geen overlijden (os). Kinderen gelden als in leven zolang ze zijn "
        "gevolgd, dus een cijfer dat overlijden meetelt kan te hoog zijn",
    ),
    "wrote": ("Wrote the figure to {path}.", "De figuur staat in {path}."),
    "device": (
        "Research and quality-of-care software; not a medical device.",
        "Software voor onderzoek en kwaliteit van zorg; geen medisch hulpmiddel.",
    ),
}


@click.command(name="estimands")
@click.argument("programme", type=click.Path(path_type=Path))
@click.option(
    "--family",
    type=click.Choice(["efs", "rfs", "os"]),
    default="efs",
    show_default=True,
    help="Event-free, relapse-free or overall survival.",
)
@click.option(
    "--month",
    type=click.Choice(MONTHS),
    default="12",
    show_default=True,
    help="The month of which the shares are shown.",
)
@click.option("--lang", type=click.Choice(["en", "nl"]), default="en", help="Language.")
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
@click.option(
    "--figure",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.svg",
    help="Write the same figures as a drawing (SVG).",
)
@click.option(
    "--good-courses",
    is_flag=True,
    help="When the programme has errors, use the courses without one and say what was left out.",
)
def command(
    programme: Path,
    family: str,
    month: str,
    lang: str,
    as_json: bool,
    figure: Path | None,
    good_courses: bool,
) -> None:
    """Reckon one endpoint of PROGRAMME under every strategy for what comes between.

    A transplant, a second infusion or new therapy can be ignored, censored, counted as an event
    or as competing. Each choice is a figure of its own; all stand side by side, from indication,
    apheresis and infusion, with how many children the choice touched.
    """
    from cartulary.cli.programme import programme_or_exit
    from cartulary.course.errors import EstimandError
    from cartulary.studies.estimands import estimand_table
    from cartulary.studies.not_reported import refuse_silent

    if figure is not None and figure.suffix.lower() != ".svg":
        raise click.BadParameter(
            f"{figure.name!r} does not end in .svg. The figure is written as SVG.",
            param_hint="--figure",
        )
    read = programme_or_exit(programme, good_courses=good_courses)
    silent = read.programme.not_reported
    refuse_silent(f"{family}.{family}", silent)
    table = estimand_table(read.cohort, families=(family,), months=(int(month),))
    if not any(row.n for row in table.rows):
        raise EstimandError(
            f"None of {len(read.cohort)} children can be counted from any clock of {family}. A "
            "figure of nobody says nothing. Complete the days of indication, apheresis and "
            "infusion, and the last contacts; `cartulary check` lists what is missing."
        )
    table = _without_silent(table, silent)
    if figure is not None:
        _draw(table, family, int(month), lang, figure)
    if as_json:
        left_out = {left.course_id: left.reason for left in read.left_out}
        found = {**table.to_dict(), "not_reported": sorted(silent), "left_out": left_out}
        click.echo(json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False))
        return
    left = [f"{one.course_id}: {one.reason}" for one in read.left_out]
    _print(table, family, int(month), lang, left, no_deaths="os" in silent)


def _without_silent(table: EstimandTable, silent: Iterable[str]) -> EstimandTable:
    """The table without the figures of definitions that the programme does not report."""
    from cartulary.course.errors import EstimandError
    from cartulary.studies.not_reported import refuse_silent

    rows = []
    for row in table.rows:
        try:
            refuse_silent(row.endpoint_id, silent)
        except EstimandError as refusal:
            rows.append(replace(row, at={}, bounds={}, refused=str(refusal)))
        else:
            rows.append(row)
    return replace(table, rows=tuple(rows))


def _say(name: str, lang: str, **values: object) -> str:
    text = _TEXT[name][1 if lang == "nl" else 0]
    return text.format(**values) if values else text


def _print(
    table: EstimandTable, family: str, month: int, lang: str, left: list[str], *, no_deaths: bool
) -> None:
    from cartulary.cli.table import print_table
    from cartulary.reports.estimands_page import clock_tables, notes
    from cartulary.reports.estimands_words import say
    from cartulary.reports.wording import word

    click.echo(f"{say(family, lang)}. {say('axis', lang, month=month)}.")
    origin = word(f"origin.{table.origin}", lang)
    click.echo(_say("origin", lang, origin=origin, children=table.children))
    tables = clock_tables(table, family, month, lang)
    for one in tables:
        click.echo(f"\n{one.head}")
        if one.before:
            click.echo(one.before)
        if one.rows:
            print_table(one.header, one.rows)
        if one.spread:
            click.echo(one.spread)
    click.echo("")
    reasons: dict[str, list[str]] = {}
    for one in tables:
        for names, why in one.why_not:
            reasons.setdefault(why, []).append(names)
    for why, named in reasons.items():
        click.echo(_say("why", lang, what="; ".join(dict.fromkeys(named)), why=why))
    for note in notes(table, family, lang):
        click.echo(_say("note", lang, what=note))
    if no_deaths and family != "os":
        click.echo(_say("note", lang, what=_say("no_deaths", lang)))
    for what in left:
        click.echo(_say("left_out", lang, what=what))
    click.echo(_say("device", lang))


def _draw(table: EstimandTable, family: str, month: int, lang: str, path: Path) -> None:
    """The figure, whole or not at all."""
    from cartulary.course.errors import CartularyError
    from cartulary.reports.estimands_page import estimands_data
    from cartulary.reports.figures.estimands import estimands_svg

    drawn = estimands_svg(estimands_data(table, family, month, lang), lang, "screen")
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(drawn + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise CartularyError(
            f"{path.name!r} cannot be written: {error.strerror or type(error).__name__}. The "
            "figure was not saved. Choose an existing folder in which you may write."
        ) from error
    click.echo(_say("wrote", lang, path=path), err=True)
