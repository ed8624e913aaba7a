# SPDX-License-Identifier: Apache-2.0
"""`cartulary question`: one of the article's open questions, answered on one page."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cartulary.cli.run_options import children_option, languages_option, seed_option

if TYPE_CHECKING:
    from cartulary.studies.questions import Answer

ALL = "all"


@click.command(name="question")
@click.argument("asked", metavar="QUESTION")
@click.option(
    "--draws",
    type=click.IntRange(min=2, max=100_000),
    default=100,
    show_default=True,
    metavar="N",
    help="Draws of the parameters.",
)
@children_option(
    "Virtual children a draw, the same in every arm. More take out noise, not ignorance.",
    at_least=20,
    at_most=1_000_000,
    default=400,
)
@click.option(
    "--programme",
    type=click.IntRange(min=2, max=100_000),
    default=20,
    show_default=True,
    metavar="N",
    help="Children in each group whose chance is shown.",
)
@seed_option("answer")
@languages_option("the page")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("examples/questions"),
    show_default=True,
    metavar="DIR",
    help="Where the questions lie.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/questions"),
    show_default=True,
    metavar="DIR",
    help="A folder for each question is made in it.",
)
def command(
    asked: str,
    draws: int,
    children: int,
    programme: int,
    seed: int,
    languages: tuple[str, ...],
    folder: Path,
    out: Path,
) -> None:
    """Answer QUESTION, such as Q4, a folder with a question.toml, or all of them.

    Writes one page of answer as HTML and PDF, and its numbers as JSON. Simulated; research, not
    for decisions. Not a medical device.
    """
    from cartulary.cli.interrupted import ends_at_once
    from cartulary.studies.calibration.posterior import posterior
    from cartulary.studies.questions import (
        Sizes,
        answer,
        find_question,
        question_files,
        read_question,
    )

    files = question_files(folder) if asked == ALL else (find_question(asked, folder),)
    if not files:
        raise click.UsageError(
            f"There is no question in {folder}. Give their folder with --folder."
        )
    questions = [read_question(file) for file in files]
    known = posterior()
    for question in questions:
        began = time.perf_counter()
        with ends_at_once():
            click.echo(f"{question.question_id}: simulating ...", err=True)
            told = answer(
                question,
                known,
                Sizes(draws, children, programme, seed),
                _progress(question.question_id),
            )
        _write(told, out / question.question_id, languages)
        click.echo(f"{question.question_id}: {time.perf_counter() - began:.0f} s", err=True)


def _write(told: Answer, place: Path, languages: tuple[str, ...]) -> None:
    """The page in each language, and the numbers."""
    from cartulary.cli.report import written_whole
    from cartulary.reports.question_page import (
        answer_json,
        question_html,
        question_page,
        question_pdf,
    )

    made: dict[str, bytes] = {"answer.json": answer_json(told).encode()}
    for lang in languages:
        page = question_page(told, lang)
        made[f"answer_{lang}.html"] = question_html(page).encode()
        made[f"answer_{lang}.pdf"] = question_pdf(page)
    written_whole(place, made)
    page = question_page(told, languages[0])
    click.echo(f"{page.question_id}. {page.title}\n{page.bold} {page.lead}\n")
    for name in made:
        click.echo(str(place / name))


def _progress(question_id: str) -> Callable[[str, float], None]:
    """Says on stderr how far each part is, a line a quarter."""
    said: dict[str, int] = {}

    def tell(what: str, done: float) -> None:
        quarter = int(done * 4)
        if quarter > said.get(what, 0):
            said[what] = quarter
            click.echo(f"{question_id}: {what} {25 * quarter}%", err=True)
            sys.stderr.flush()

    return tell
