# SPDX-License-Identifier: Apache-2.0
"""`cartulary exposure`: what followed a second infusion, loss of aplasia, or a transplant."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cartulary.cli.report import FORMS, rendered, working, written_whole

if TYPE_CHECKING:
    from cartulary.course.cohort import Cohort
    from cartulary.reports.exposure_report.voice import ExposureFound, Voice
    from cartulary.studies.checked_programme import CheckedProgramme

STAY_HORIZON = 365.0
MONTHS = (6, 12, 24)
_OPTIONS = (
    click.option(
        "--endpoint",
        metavar="ID",
        default="",
        help="Judge by this endpoint instead of that of the exposure's definition.",
    ),
    click.option(
        "--grace-day",
        type=click.IntRange(min=1),
        help="The day by which it counts as one of the plan; the definition's own by default.",
    ),
    click.option(
        "--seed",
        type=click.IntRange(min=0),
        default=1,
        show_default=True,
        help="The number that resampling starts from; the same seed gives the same intervals.",
    ),
    click.option(
        "--lang",
        type=click.Choice(["nl", "en"]),
        help="Language. Default of a report: the programme's own, else English.",
    ),
    click.option(
        "--out",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Folder for report.html, report.pdf, report.xlsx and report.json.",
    ),
    click.option(
        "--only",
        "forms",
        type=click.Choice(FORMS),
        multiple=True,
        help="Write this form only; may be given more than once.",
    ),
    click.option(
        "--suppress",
        type=click.IntRange(min=0),
        default=0,
        metavar="N",
        help="With --out: withhold counts from 1 to N-1 and all that would give them away.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print everything as JSON."),
    click.option(
        "--good-courses",
        is_flag=True,
        help="When the programme has errors, use the courses without one and say what was left "
        "out.",
    ),
)


def exposure_options(function: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that asks what followed an exposure."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked for on the command line."""

    endpoint: str
    grace_day: int | None
    seed: int
    lang: str | None
    out: Path | None
    forms: tuple[str, ...]
    suppress: int
    as_json: bool
    good_courses: bool


@click.command(name="exposure")
@click.argument("name")
@click.argument("programme", type=click.Path(path_type=Path))
@exposure_options
def command(name: str, programme: Path, **options: Any) -> None:
    """Ask of PROGRAMME what followed the exposure NAME, clear of immortal time.

    NAME is transplant, second_infusion or loss_of_b_cell_aplasia, or an exposure of your own
    (cartulary definitions --kind exposure). The naive analysis, ever against never, is wrong and
    is there to be seen. Landmarks, a time-dependent Cox model and Simon-Makuch curves keep clear
    of immortal time, and for what can be planned clone-censor-weight; each says how many children
    it rests on, or why it cannot be made. Then the share of infused children in each state.
    """
    ask(name, programme, Asked(**options))


def ask(name: str, programme: Path, asked: Asked) -> None:
    """Reckons, and prints text or JSON, or writes the report."""
    if asked.suppress > 1 and asked.out is None:
        raise click.UsageError(
            "--suppress withholds small counts from a report, and what is printed shows them as "
            "they are. Add --out DIR."
        )
    if asked.forms and asked.out is None:
        raise click.UsageError("--only chooses forms of the report. Add --out DIR.")
    from cartulary.codebook.exposure_reader import exposure
    from cartulary.studies.not_reported import refuse_silent

    what = exposure(name)
    from cartulary.cli.programme import programme_or_exit

    read = programme_or_exit(programme, good_courses=asked.good_courses)
    silent = read.programme.not_reported
    refuse_silent(asked.endpoint or what.endpoint, silent)
    if what.event_of:
        refuse_silent(what.event_of, silent)
    if asked.out is not None:
        _write(name, read, asked)
        return
    found = reckoned(name, read.cohort, asked, deaths_reported="os" not in silent)
    if asked.as_json:
        shown = _plain(found, asked, sorted(silent))
        shown["left_out"] = {left.course_id: left.reason for left in read.left_out}
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2, allow_nan=False))
        return
    from cartulary.reports.exposure_report.voice import Voice
    from cartulary.reports.programme_report.about import about

    _print(Voice(found, about(read.programme), asked.lang or "en"), read)


def reckoned(name: str, cohort: Cohort, asked: Asked, *, deaths_reported: bool) -> ExposureFound:
    """The comparison and the states; refused when the record can give neither."""
    # The only draws of this command; their seed is printed with the result.
    from numpy.random import default_rng  # noqa: TID251

    from cartulary.codebook.exposure_reader import exposure
    from cartulary.course.errors import EstimandError
    from cartulary.evidence.length_of_stay import expected_length_of_stay
    from cartulary.reports.exposure_report.voice import ExposureFound
    from cartulary.studies.exposure_effect import exposure_effect_of_cohort
    from cartulary.studies.exposure_rows import NoComparisonError
    from cartulary.studies.multi_state_programme import multi_state_figure

    figure = multi_state_figure(cohort, months=MONTHS)
    effect, why, refused = None, "", ""
    try:
        effect = exposure_effect_of_cohort(
            cohort,
            name,
            asked.endpoint,
            grace_day=asked.grace_day,
            draws=default_rng(asked.seed),
        )
    except NoComparisonError as refusal:
        why, refused = refusal.why, str(refusal)
    what = exposure(name)
    if figure is None and effect is None:
        raise EstimandError(
            f"None of {len(cohort)} children can be followed from an infusion. Where nobody was "
            f"infused, nobody came into remission by it, and {what.noun.en} cannot be judged. "
            "Complete the infusions and the last contacts, or wait."
        )
    stay = None
    if figure is not None and figure.curve.transitions.last_day >= STAY_HORIZON:
        stay = expected_length_of_stay(
            figure.curve.transitions, horizon=STAY_HORIZON, start=figure.stays.graph.start
        )
    return ExposureFound(
        exposure=what,
        effect=effect,
        why=why,
        refused=refused,
        states=figure,
        stay=stay,
        children=len(cohort),
        origin=cohort.origins[0].value,
        seed=asked.seed,
        deaths_reported=deaths_reported,
    )


def _write(name: str, read: CheckedProgramme, asked: Asked) -> None:
    """The report in every form asked for, all of it or nothing."""
    from cartulary.course.checks import in_language
    from cartulary.reports.exposure_report import build_exposure_report

    assert asked.out is not None
    lang = asked.lang or read.programme.language or "en"
    with working("comparing before and after"):
        reported = "os" not in read.programme.not_reported
        found = reckoned(name, read.cohort, asked, deaths_reported=reported)
    with working("writing the words and tables"):
        problems = tuple(in_language(problem, lang) for problem in read.problems)
        source = replace(read.programme, problems=problems, left_out=read.left_out)
        report = build_exposure_report(found, source, lang, asked.suppress)
    made = {}
    for form in [form for form in FORMS if not asked.forms or form in asked.forms]:
        with working(f"setting report.{form}"):
            made[f"report.{form}"] = rendered(report, form)
    written_whole(asked.out, made)
    for file in made:
        click.echo(str(asked.out / file))


def _print(voice: Voice, read: CheckedProgramme) -> None:
    """Both tables as text."""
    from cartulary.cli.table import print_table
    from cartulary.reports.exposure_report import printed

    click.echo(printed.heading(voice))
    for line in printed.asked_lines(voice):
        click.echo(line)
    tables = [None if voice.found.effect is None else printed.analyses_printed(voice)]
    tables.append(printed.states_printed(voice))
    for number, table in enumerate(tables):
        if number:
            click.echo("")
            click.echo(printed.states_heading(voice))
        if table is not None:
            print_table(table.header, table.rows)
            for line in table.below:
                click.echo(line)
    click.echo("")
    for line in printed.closing_lines(voice):
        click.echo(line)
    for left in read.left_out:
        click.echo(f"{voice.t('Weggelaten', 'Left out')}: {left.course_id}: {left.reason}")
    click.echo(
        voice.t(
            "Software voor onderzoek en kwaliteit van zorg; geen medisch hulpmiddel.",
            "Research and quality-of-care software; not a medical device.",
        )
    )


def _plain(found: ExposureFound, asked: Asked, silent: list[str]) -> dict[str, object]:
    """Everything as plain JSON values."""
    from cartulary.reports.exposure_report.exposure_json import plain_effect, plain_states

    return {
        "exposure": found.exposure.exposure_id,
        "edition": found.exposure.edition,
        "seed": asked.seed,
        "refused": found.refused,
        "not_reported": silent,
        **plain_effect(found, asked.lang or "en"),
        "states": plain_states(found),
    }
