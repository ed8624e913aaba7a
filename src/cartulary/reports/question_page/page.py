# SPDX-License-Identifier: Apache-2.0
"""What a question's page says, finished in one language, before it is set as HTML or PDF."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cartulary.reports.comparison_report.drawing import Kind
from cartulary.reports.comparison_report.drawing_curves import curves_svg
from cartulary.reports.question_page import sentences
from cartulary.reports.question_page.panels import figure_svg, figure_words
from cartulary.reports.question_page.strips import (
    Axis,
    axis_for,
    axis_strip,
    chance_strip,
    unknown_strip,
)
from cartulary.reports.question_page.words import say
from cartulary.reports.question_page.written import (
    ABSENT,
    Scale,
    quantity,
    rounded_children,
    share,
    signed,
)
from cartulary.reports.wording import number
from cartulary.studies.policies_compared.drivers import Drivers
from cartulary.studies.policies_compared.outcome import Better, Unit
from cartulary.studies.questions.answering import Answer, ToldDifference
from cartulary.studies.questions.found import Cell, FoundTable, Quantity
from cartulary.studies.questions.labels import words_of

_KINDS: tuple[Kind, ...] = ("parameters", "chance")
#: Drivers that are named; the others are summed.
DRIVERS_SHOWN = 4
#: With fewer draws the intervals are rough, and the page says so.
ROUGH_BELOW = 50


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A row of the table of differences; with a heading it has nothing else."""

    heading: str = ""
    cells: tuple[str, ...] = ()  # outcome, first, second, difference
    unknown: str = ""
    unknown_svg: str = ""
    chance: str = ""
    chance_svg: str = ""
    children: str = ""
    said_unknown: str = ""
    said_chance: str = ""


@dataclass(frozen=True, slots=True)
class SmallTable:
    """A plain table: caption, titles and rows of finished words."""

    caption: str
    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure with its caption and its numbers in words."""

    svg: str
    caption: str
    words: str


@dataclass(frozen=True)
class QuestionPage:
    """Everything on the page, in the order in which it is read."""

    lang: str
    question_id: str
    title: str
    question: str
    article: str
    origin: str
    bold: str
    lead: str
    observed: tuple[str, ...]
    differences: tuple[DifferenceRow, ...]
    axis_svg: str
    axis_said: str
    chance_title: str
    notes: tuple[str, ...]
    figures: tuple[Drawn, ...]
    curves: tuple[Drawn, ...]  # side by side: what we do not know, what chance does
    tables: tuple[SmallTable, ...]
    drivers_title: str
    drivers: SmallTable | None
    no_drivers: str
    guesses: SmallTable | None
    left_out: tuple[str, ...]
    settles: tuple[str, ...]
    sources: tuple[str, ...]
    foot: str


def question_page(answer: Answer, lang: str) -> QuestionPage:
    """An answer as a page in Dutch ("nl") or English."""
    question, sizes = answer.question, answer.sizes
    bold, after = sentences.lead(answer, lang)
    axis = _axis(answer)
    main = answer.main
    reach = signed(100.0 * axis.reach, lang)
    return QuestionPage(
        lang=lang,
        question_id=question.question_id,
        title=question.title.text(lang),
        question=question.question.text(lang),
        article=question.article.text(lang),
        origin=say("simulated", lang)
        + (f" · {say('provisional', lang)}" if answer.provisional else ""),
        bold=bold,
        lead=after,
        observed=tuple(sentences.observed(answer, one, lang) for one in question.observed),
        differences=_difference_rows(answer, axis, lang),
        axis_svg=axis_strip(axis, signed(-100.0 * axis.reach, lang), reach),
        axis_said=f"{signed(-100.0 * axis.reach, lang)} … {reach}",
        chance_title=say_chance(answer, lang),
        notes=_notes(answer, lang),
        figures=tuple(
            Drawn(
                figure_svg(one, lambda code: words_of(question, code).text(lang), lang),
                words_of(question, one.figure_id).text(lang),
                figure_words(one, lambda code: words_of(question, code).text(lang), lang),
            )
            for one in answer.found.figures
        ),
        curves=_curves(answer, lang),
        tables=tuple(_small(answer, one, lang) for one in answer.found.tables),
        drivers_title=""
        if main is None
        else say("drivers_of", lang, outcome=main.told.outcome.words.text(lang)),
        drivers=None if main is None else _drivers(main.drivers, lang),
        no_drivers="" if main is None or main.drivers.drivers else say("too_few_draws", lang),
        guesses=_guesses(answer, lang),
        left_out=tuple(words.text(lang) for words in question.left_out),
        settles=tuple(sentences.settling(answer, lang)),
        sources=tuple(one.line(lang) for one in question.sources),
        foot=say(
            "foot",
            lang,
            draws=number(sizes.draws, lang),
            posterior=f"{answer.posterior_id} {answer.posterior_edition}",
            children=number(sizes.children, lang),
            seed=sizes.seed,
            version=answer.version,
        ),
    )


def _curves(answer: Answer, lang: str) -> tuple[Drawn, ...]:
    """Event-free survival in the arms of the first difference, each uncertainty by itself."""
    main = answer.main
    if main is None or answer.compared is None or answer.found.figures:
        return ()
    compared, kinds = answer.compared, _KINDS
    arms = (main.told.against, main.told.arm)
    curve = "os" if main.told.outcome.id.startswith("os.") else "efs"
    titles = {"parameters": say("unknown", lang), "chance": say_chance(answer, lang)}
    made = []
    for kind in kinds:
        svg = curves_svg(
            compared,
            kind,
            lang,
            arms=arms,
            curve=curve,
            last_month=int(12 * answer.question.years),
            programme_size=answer.sizes.programme,
            identity=f"{answer.question.question_id}-{kind}".lower(),
        )
        caption = say("curves", lang, what=say(f"curve_{curve}", lang), kind=titles[kind])
        made.append(Drawn(svg, caption, caption))
    return tuple(made)


def say_chance(answer: Answer, lang: str) -> str:
    """What chance does, with the size of the groups."""
    return say("chance", lang, size=answer.sizes.programme)


def _axis(answer: Answer) -> Axis:
    ends = [
        end
        for each in answer.differences
        if _is_drawn(each)
        for end in (*each.told.parameters, *each.told.chance)
    ]
    return axis_for(ends)


def _is_drawn(each: ToldDifference) -> bool:
    """Shares that matter to a child; how often a policy does something is its own doing."""
    outcome = each.told.outcome
    return outcome.unit is Unit.SHARE and outcome.better is not Better.NEITHER


def _difference_rows(answer: Answer, axis: Axis, lang: str) -> tuple[DifferenceRow, ...]:
    rows: list[DifferenceRow] = []
    pair = ("", "")
    for each in answer.differences:
        told = each.told
        if (told.arm, told.against) != pair:
            pair = (told.arm, told.against)
            arm, against = (words_of(answer.question, one).text(lang) for one in pair)
            rows.append(DifferenceRow(heading=say("beside", lang, arm=arm, against=against)))
        rows.append(_difference_row(answer, each, axis, lang))
    return tuple(rows)


def _difference_row(answer: Answer, each: ToldDifference, axis: Axis, lang: str) -> DifferenceRow:
    told, compared = each.told, answer.compared
    assert compared is not None
    scale = Scale(told.outcome, lang)
    unknown = scale.interval(*told.parameters) + ("" if told.resolved else "°")
    chance = scale.interval(*told.chance)
    low, high = (scale.difference(end) for end in told.parameters)
    said_unknown = say("strip_unknown", lang, low=low, high=high)
    low, high = (scale.difference(end) for end in told.chance)
    said_chance = say("strip_chance", lang, low=low, high=high)
    drawn = _is_drawn(each)
    return DifferenceRow(
        cells=(
            told.outcome.words.text(lang),
            scale.value(compared.value(told.arm, told.outcome.id).value),
            scale.value(compared.value(told.against, told.outcome.id).value),
            scale.difference(told.value),
        ),
        unknown=unknown,
        unknown_svg=unknown_strip(axis, told.value, *told.parameters, said_unknown)
        if drawn
        else "",
        chance=chance,
        chance_svg=chance_strip(axis, told.value, *told.chance, said_chance) if drawn else "",
        children=ABSENT
        if told.children_needed is None
        else rounded_children(told.children_needed, lang),
        said_unknown=said_unknown,
        said_chance=said_chance,
    )


def _notes(answer: Answer, lang: str) -> tuple[str, ...]:
    notes = []
    if answer.differences:
        notes.append(say("table_note", lang))
    if any(not each.told.resolved for each in answer.differences):
        notes.append(say("unresolved", lang, children=number(answer.sizes.children, lang)))
    if answer.sizes.draws < ROUGH_BELOW:
        notes.append(say("rough", lang, draws=answer.sizes.draws))
    notes += [sentences.saying(answer, one, lang) for one in answer.found.notes]
    return tuple(notes)


def _small(answer: Answer, table: FoundTable, lang: str) -> SmallTable:
    question = answer.question

    def name(code: str) -> str:
        return words_of(question, code).text(lang)

    return SmallTable(
        name(table.table_id),
        tuple(name(one) for one in table.columns),
        tuple(
            (name(row.label), *(_cell(cell, name, lang) for cell in row.cells))
            for row in table.rows
        ),
    )


def _cell(cell: Cell, name: object, lang: str) -> str:
    if cell is None:
        return ABSENT
    if isinstance(cell, Quantity):
        value = quantity(cell.value, cell.kind, lang)
        if cell.low is None or cell.high is None or not math.isfinite(cell.value):
            return value
        low, high = (quantity(end, cell.kind, lang) for end in (cell.low, cell.high))
        return f"{value} ({say('from_to', lang, low=low.rstrip('%'), high=high)})"
    assert callable(name)
    return str(name(cell))


def _drivers(drivers: Drivers, lang: str) -> SmallTable | None:
    if not drivers.drivers:
        return None
    shown = drivers.drivers[:DRIVERS_SHOWN]
    rest = max(0.0, 1.0 - sum(one.share for one in shown))
    rows = [
        (
            one.moving.words.text(lang),
            share(one.share, lang),
            getattr(one.moving.support, lang),
        )
        for one in shown
    ]
    rows.append((say("everything_else", lang), share(rest, lang), ""))
    titles = (say("parameter", lang), say("share", lang), say("support", lang))
    return SmallTable(say("drivers", lang), titles, tuple(rows))


def _guesses(answer: Answer, lang: str) -> SmallTable | None:
    main = answer.main
    if not answer.guesses or main is None:
        return None
    scale = Scale(main.told.outcome, lang)
    rows = []
    for parameter in answer.guesses:
        tried = [one for one in answer.tried if one.parameter.name == parameter.name]
        rows.append(
            (
                parameter.words.text(lang),
                _plain(parameter.value, lang),
                getattr(parameter.support, lang),
                "; ".join(
                    f"{_plain(one.value, lang)}: {scale.difference(one.difference)}"
                    for one in tried
                ),
            )
        )
    titles = ("guess", "taken", "support", "instead")
    return SmallTable(say("guesses", lang), tuple(say(one, lang) for one in titles), tuple(rows))


def _plain(value: float, lang: str) -> str:
    """A parameter's value as its file has it, with the language's decimal sign."""
    if value and not 1e-3 <= abs(value) < 1e5:
        return quantity(math.log10(abs(value)), "log10", lang)
    text = f"{value:g}"
    return text.replace(".", ",") if lang == "nl" else text
