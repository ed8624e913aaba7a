# SPDX-License-Identifier: Apache-2.0
"""`cartulary study`: a target trial from its protocol, as HTML, PDF, XLSX and JSON."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cartulary.cli.report import FORMS, rendered, working, written_whole


@click.command(name="study")
@click.argument("protocol", type=click.Path(path_type=Path))
@click.option(
    "--lang",
    type=click.Choice(["nl", "en"]),
    default="en",
    show_default=True,
    help="Language of the report.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for report.html, report.pdf, report.xlsx and report.json. Default: build/ID, "
    "with the protocol's own id, under the folder you are in.",
)
@click.option(
    "--only",
    "forms",
    type=click.Choice(FORMS),
    multiple=True,
    help="Write this form only; may be given more than once.",
)
@click.option(
    "--suppress",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Withhold counts from 1 to N-1 and all that would give them away.",
)
@click.option(
    "--good-courses",
    is_flag=True,
    help="When a programme has errors, use the courses without one and say what was left out.",
)
def command(
    protocol: Path,
    lang: str,
    out: Path | None,
    forms: tuple[str, ...],
    suppress: int,
    good_courses: bool,
) -> None:
    """Compare treated children with external controls as PROTOCOL, a TOML file, asks.

    The protocol names the two programmes relative to itself. With errors in it or in them, or
    where the groups cannot be compared, nothing is written and the status is 1.
    """
    from cartulary.course.errors import CodebookError
    from cartulary.studies.target_trial import read_protocol, study

    with working("reading the protocol"):
        try:
            asked = read_protocol(protocol)
        except CodebookError as error:
            _refuse(error.problems, protocol)
    from cartulary.cli.programme import programme_or_exit

    places = [protocol.parent / group.programme for group in asked.groups]
    read = []
    for group, place in zip(asked.groups, places, strict=True):
        with working(f"reading and checking the {group.name} group"):
            read.append(programme_or_exit(place, good_courses=good_courses))
    with working("comparing the groups"):
        found = study(asked, read[0].cohort, read[1].cohort)
    with working("writing the words and tables"):
        from cartulary.reports.study_report import build_study_report

        text = protocol.read_text(encoding="utf-8-sig")
        treated, control = (one.programme for one in read)
        report = build_study_report(found, treated, control, lang, text, suppress)
    made = {}
    for form in [form for form in FORMS if not forms or form in forms]:
        with working(f"setting report.{form}"):
            made[f"report.{form}"] = rendered(report, form)
    out = out or Path("build") / asked.protocol_id
    written_whole(out, made)
    for name in made:
        click.echo(str(out / name))


def _refuse(problems: tuple[str, ...], protocol: Path) -> None:
    """Lists what is wrong with the protocol and leaves with status 1."""
    for problem in problems:
        click.echo(f"error: {problem}", err=True)
    many = "error" if len(problems) == 1 else "errors"
    click.echo(
        f"{len(problems)} {many} in {protocol.name}. Nothing was reckoned or written.", err=True
    )
    sys.exit(1)
