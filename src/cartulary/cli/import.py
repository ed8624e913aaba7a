# SPDX-License-Identifier: Apache-2.0
"""`cartulary import`: tables brought into a ledger, or a dry run that says what would change."""
# ruff: noqa: N999 - a command's file has the command's name, and this one is a word of Python

from __future__ import annotations

import getpass
import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cartulary.cli.ledger_setup import HomeError, home_option, start_django

if TYPE_CHECKING:
    from cartulary.registry.importing import DryRun
    from cartulary.registry.importing_outcome import RowOutcome
    from cartulary.registry.models import Centre

MOST_LISTED = 50


@click.command(name="import")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@home_option
@click.option("--centre", required=True, help="Code of the centre, such as utrecht.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and write nothing.")
@click.option("--good-courses", is_flag=True, help="Leave the children with an error out.")
@click.option("--reason", default="", help="What the files are; stands in the history of each row.")
def command(
    path: Path, home: Path, centre: str, dry_run: bool, good_courses: bool, reason: str
) -> None:
    """Bring the tables at PATH into the ledger: a folder of CSV files, a zip, or a workbook.

    Every row is laid beside what the ledger says. All of it is written, or nothing is.
    """
    start_django(home)
    from cartulary.registry import clock, importing, scope
    from cartulary.registry.change import Hand
    from cartulary.registry.importing_archive import look_over_workbook, unpack

    with scope.within("all"), tempfile.TemporaryDirectory() as aside:
        place = _centre(centre)
        tables = path
        if path.suffix.casefold() == ".zip" and path.is_file():
            unpack(path, Path(aside))
            tables = Path(aside)
        elif path.suffix.casefold() == ".xlsx" and path.is_file():
            look_over_workbook(path)
        read = importing.read_tables(tables, path.name, _sha256(path))
        with click.progressbar(
            length=len(read.readable.courses), label="Laid beside the ledger"
        ) as bar:
            run = importing.dry_run(read, place, lambda done: bar.update(done - bar.pos))
        _tell(run)
        if dry_run:
            return
        batch = importing.commit(
            Hand(None, f"{_user()} (command line)", place, "import"),
            read,
            clock.now(),
            reason,
            good_courses=good_courses,
            progress=lambda written: click.echo(f"{written} entries written ...", err=True),
        )
        click.echo(f"Written as import {batch.key}. The pages of imports can undo it.")


def _centre(code: str) -> Centre:
    from cartulary.registry.models import Centre

    found = Centre.objects.filter(code=code).first()
    if found is None:
        known = ", ".join(Centre.objects.order_by("code").values_list("code", flat=True))
        raise HomeError(
            f"There is no centre {code!r}. Nothing was written. Name one of: {known or 'none yet'}."
        )
    return found


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"


def _sha256(path: Path) -> str:
    """The fingerprint of a file; of a folder, that of its files by name."""
    digest = hashlib.sha256()
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        if file.is_file():
            if path.is_dir():
                digest.update(file.name.encode() + b"\0")
            with file.open("rb") as stream:
                while chunk := stream.read(1 << 20):
                    digest.update(chunk)
    return digest.hexdigest()


def _tell(run: DryRun) -> None:
    from cartulary.registry.importing_outcome import Outcome

    for outcome in Outcome:
        click.echo(f"{run.rows_of.get(outcome.value, 0):>8} {outcome.en}")
    click.echo(f"{run.children_of.get('new', 0):>8} new children")
    listed = [row for row in run.rows if row.outcome in (Outcome.ERROR, Outcome.CHANGED)]
    for row in listed[:MOST_LISTED]:
        click.echo(_line(row))
    if len(listed) > MOST_LISTED:
        click.echo(f"... and {len(listed) - MOST_LISTED} more; the pages of imports show them all.")


def _line(row: RowOutcome) -> str:
    if row.problem is not None:
        return f"error: {row.problem}"
    differ = "; ".join(f"{d.field}: {d.before} -> {d.after}" for d in row.differences)
    place = f"{row.file} row {row.row}" if row.row is not None else row.file
    return f"changed: {place}: {row.child} {row.event}: {differ}"
