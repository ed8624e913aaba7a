# SPDX-License-Identifier: Apache-2.0
"""`cartulary doctor`: the settings of a ledger, held against what a hospital asks."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from cartulary.cli.doctor_finding import Finding, State
from cartulary.cli.ledger_setup import home_option

WORDS = {State.GOOD: "ok", State.BEWARE: "beware", State.WRONG: "WRONG", State.UNASKED: "-"}


@click.command(name="doctor")
@home_option
@click.option(
    "--backups",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    envvar="CARTULARY_BACKUPS",
    help="Folder to which backups are written; the newest must be of the last day.",
)
@click.option(
    "--address",
    help="Where the ward reaches the app, such as https://ledger.hospital.example; looked at "
    "from outside, through the proxy.",
)
@click.option("--strict", is_flag=True, help="Fail on what is only to beware of, too.")
@click.option("--all", "show_all", is_flag=True, help="Print what is in order as well.")
def command(
    home: Path, backups: Path | None, address: str | None, strict: bool, show_all: bool
) -> None:
    """Hold the settings of the ledger in the home folder against a hospital's list.

    Prints each finding as fact, value, why and remedy. The status is 1 when something is wrong,
    so that a timer may run it and tell somebody.
    """
    from cartulary.cli import doctor_database, doctor_headers, doctor_host, doctor_people
    from cartulary.cli.ledger_setup import start_django

    start_django(home)
    from cartulary.registry import scope

    with scope.within("all"):
        found = [
            *doctor_host.settings_findings(),
            *doctor_headers.from_inside(),
            *(doctor_headers.from_outside(address) if address else ()),
            *doctor_host.file_findings(),
            *doctor_host.backup_findings(backups),
            *doctor_database.findings(),
            *doctor_people.findings(),
        ]
    _print(found, show_all)
    bad = {State.WRONG, State.BEWARE} if strict else {State.WRONG}
    if any(finding.state in bad for finding in found):
        sys.exit(1)


def _print(found: Iterable[Finding], show_all: bool) -> None:
    counts = dict.fromkeys(State, 0)
    for finding in found:
        counts[finding.state] += 1
        if finding.state is State.GOOD and not show_all:
            continue
        if finding.state is State.UNASKED and not show_all:
            continue
        click.echo(f"{WORDS[finding.state]:<7} {finding.subject}: {finding.value}")
        for line in (finding.why, finding.remedy):
            if line:
                click.echo(f"        {line}")
    click.echo(
        f"{counts[State.GOOD]} in order, {counts[State.BEWARE]} to beware of, "
        f"{counts[State.WRONG]} wrong."
    )
