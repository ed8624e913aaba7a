# SPDX-License-Identifier: Apache-2.0
"""`cartulary reconstruct`: the children behind a published curve, as rows, with what is unsure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cartulary.codebook.curve import CurveFile
    from cartulary.studies.rebuilt_curve import PrintedFigure, RebuiltCurve

VERDICT = {True: "yes", False: "NO", None: "the rows end before it"}
CENSORED_BY = "CENSORED; THE DAY WAS NOT READ BUT PLACED BY RECONSTRUCTION"


@click.command(name="reconstruct")
@click.argument("curve", metavar="CURVE.toml")
@click.option(
    "--draws",
    type=click.IntRange(0, 10_000),
    default=20,
    show_default=True,
    help="How many further reconstructions to make, to show how far they differ.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="The number those draws start from; the same seed gives the same rows.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the likeliest rows as a CDISC ADaM ADTTE table (CSV), origin reconstructed.",
)
def command(curve: str, draws: int, seed: int, out: Path | None) -> None:
    """Rebuild the follow-up of single children from the published survival curve in CURVE.toml.

    CURVE.toml holds what was read from a paper: coordinates and numbers at risk, or printed
    survivals alone, which give an approximate curve. The name of a curve of the codebook, such as
    eliana_nejm_2018_os, may stand in its place. Every printed figure is set beside the rebuilt
    one.
    """
    # The only draws of this command; their seed is printed with the result.
    from numpy.random import default_rng  # noqa: TID251

    from cartulary.codebook.curve_file import curve_named
    from cartulary.studies.rebuilt_curve import rebuilt_curve

    file = curve_named(curve)
    found = rebuilt_curve(file, number=draws, draws=default_rng(seed) if draws else None)
    if out is not None:
        _write(found, out)
        click.echo(f"Wrote {found.likeliest.follow_up.n} reconstructed rows to {out}.", err=True)
    _print(found, seed)


def _print(found: RebuiltCurve, seed: int) -> None:
    from cartulary.cli.table import print_table

    file, rows = found.file, found.likeliest.follow_up
    click.echo(f"{file.name.en} ({file.definition}), from {file.clock}")
    if file.is_approximate:
        click.echo(
            "APPROXIMATE: no drawing was digitised. The rows are a curve through printed survivals "
            "and say nothing about when events fell between them."
        )
    children = _counted(rows.n, rows.unit)
    click.echo(
        f"Reconstructed: {children}, {_counted(rows.events, 'event')}, "
        f"{rows.n - rows.events} censored, followed to day {rows.last_day:g}."
    )
    click.echo(f"Method: {_method(found)}.")
    if found.number:
        between = f"{found.events_low} to {found.events_high} events"
        click.echo(f"Over {found.number} further reconstructions (seed {seed}): {between}.")
    if found.figures:
        header = ("printed figure", "printed", "rebuilt", "over draws", "agrees", "role")
        print_table(header, [_row(figure) for figure in found.figures])
    if not found.agrees:
        click.echo(
            "WARNING: a printed figure lies outside reading and printing error of the rows. They "
            "are not those children. Read the curve again before using them."
        )
    if file.note.en:
        click.echo(f"Note: {file.note.en}")
    click.echo(f"Source: {_source(file)}")
    click.echo("Research and quality-of-care software; not a medical device.")


def _method(found: RebuiltCurve) -> str:
    if found.file.is_approximate:
        return "constant hazards between printed survivals; losses from the printed intervals"
    return f"{found.likeliest.method}; {found.likeliest.citations[0]}"


def _counted(number: int, unit: str) -> str:
    if number == 1:
        return f"1 {unit}"
    return f"{number} {'children' if unit == 'child' else f'{unit}s'}"


def _source(file: CurveFile) -> str:
    source = file.source
    address = f" <{source.address}>" if source.address else ""
    read = "" if source.read_on is None else f", read on {source.read_on.isoformat()}"
    return f"{source.citation}{address} ({source.support}{read}); {file.curve_id}, " + (
        f"edition {file.edition}."
    )


def _row(figure: PrintedFigure) -> tuple[str, ...]:
    spread = ""
    if figure.low is not None or figure.high is not None:
        spread = f"{_value(figure.low, figure)} to {_value(figure.high, figure)}"
    return (
        figure.name,
        _value(figure.printed, figure),
        _value(figure.rebuilt, figure),
        spread,
        VERDICT[figure.agrees],
        figure.role,
    )


def _value(value: float | None, figure: PrintedFigure) -> str:
    if value is None:
        return "not followed" if figure.is_share else "not reached"
    return f"{100 * value:.1f}%" if figure.is_share else f"{value:g}"


def _write(found: RebuiltCurve, path: Path) -> None:
    """The likeliest rows as an ADTTE table, whole or not at all."""
    import csv
    import io

    from cartulary.course.errors import CartularyError
    from cartulary.reports.adtte import COLUMNS, RUNS_AS_FORMULA, STUDY

    file, rows = found.file, found.likeliest.follow_up

    def cell(text: str) -> str:
        return f"'{text}" if text.startswith(RUNS_AS_FORMULA) else text

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    letters = "".join(c for c in file.endpoint.split(".")[-2:][0].upper() if c.isalnum())
    order = sorted(range(rows.n), key=lambda k: (rows.exit[k], -rows.status[k]))
    for number, k in enumerate(order, start=1):
        censored = rows.status[k] == 0
        # On which study day the clock started, no paper says.
        writer.writerow(
            (
                STUDY,
                cell(f"{file.curve_id}-{number:0{len(str(rows.n))}d}"),
                letters[:8] or "TTE",
                cell(file.name.en),
                cell(file.definition),
                "",
                0,
                f"{rows.exit[k]:.10g}",
                "DAYS",
                int(censored),
                "" if censored else cell(file.cause.upper()),
                CENSORED_BY if censored else "",
                rows.origin,
            )
        )
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text.getvalue(), encoding="utf-8", newline="")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise CartularyError(
            f"{path.name!r} cannot be written: {error.strerror or type(error).__name__}. The rows "
            "were not saved. Choose an existing folder in which you may write."
        ) from error
