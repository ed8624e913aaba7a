# SPDX-License-Identifier: Apache-2.0
"""The difference under every strategy for other treatment: one figure, one table, one sentence."""

from __future__ import annotations

from typing import Final

from cartulary.reports.content import (
    Block,
    Cell,
    Chart,
    Column,
    Count,
    Note,
    Percent,
    Row,
    Section,
    Table,
)
from cartulary.reports.estimands_words import say
from cartulary.reports.study_report.dots import DotRow
from cartulary.reports.study_report.methods_table import difference_dots, difference_row, dots_told
from cartulary.reports.study_report.voice import ANY_COUNT, Voice, capital
from cartulary.reports.text import Sentence, Span, Told
from cartulary.studies.estimands import (
    COMPOSITE,
    HYPOTHETICAL,
    HYPOTHETICAL_WEIGHTED,
    PRINCIPAL_STRATUM,
    STRINGENT,
    TREATMENT_POLICY,
    WHILE_ON_TREATMENT,
)
from cartulary.studies.target_trial.by_estimand import Refusal, StrategyFigures
from cartulary.studies.target_trial.protocol import GROUPS

#: What becomes of other treatment: Dutch, English.
_MAKES: Final[dict[str, tuple[str, str]]] = {
    TREATMENT_POLICY: ("genegeerd", "ignored"),
    HYPOTHETICAL: ("stopt de follow-up", "ends follow-up"),
    HYPOTHETICAL_WEIGHTED: ("stopt de follow-up, met gewicht", "ends follow-up, weighted"),
    COMPOSITE: ("telt als gebeurtenis", "counts as the event"),
    STRINGENT: ("zo ook moleculair recidief", "and so does molecular relapse"),
    WHILE_ON_TREATMENT: ("wat erna komt telt niet", "what follows it does not count"),
    PRINCIPAL_STRATUM: ("komt nooit voor", "never happens"),
}
_KINDS: Final[dict[str, tuple[str, str]]] = {
    "second_infusion": ("een infusie", "an infusion"),
    "transplant": ("een transplantatie", "a transplant"),
    "new_therapy": ("een nieuwe behandeling", "a new therapy"),
}


def estimands_section(voice: Voice) -> Section:
    """Every strategy beside the others, weighted as the main method weights."""
    found = voice.study.estimands
    blocks: list[Block] = [_chart(voice) if found.spread else _table(voice)]
    reasons = _reasons(voice)
    if reasons is not None:
        blocks.append(reasons)
    return Section(
        voice.t("De uitkomst onder elke estimand", "The outcome under every estimand"),
        (_other(voice), *spread_words(voice)),
        tuple(blocks),
        id="estimands",
    )


def _other(voice: Voice) -> Sentence:
    """How many had other treatment first."""
    found = voice.study.estimands.other
    kinds = [kind for kind in _KINDS if any(kind in group for group in found)]
    told, counts = [], []
    for place, name in enumerate(GROUPS):
        n = voice.counts.n(name)
        for kind in kinds:
            number = found[place].get(kind, 0)
            if number:
                counts += [voice.counts.other(name, kind), n]
                had = voice.t("kreeg" if number == 1 else "kregen", "had")
                told.append(
                    voice.t(
                        f"{number} van {n.value} met {voice.label(name)} {had} {_KINDS[kind][0]}",
                        f"{number} of {n.value} with {voice.label(name)} {had} {_KINDS[kind][1]}",
                    )
                )
    if not told:
        return voice.says(
            "Na de start kreeg geen kind voor de gebeurtenis een andere behandeling; de keuze "
            "ertussen maakt hier geen verschil.",
            "After the start no child had other treatment before the event; the choice among "
            "these makes no difference here.",
        )
    return voice.says(
        "Na de start, en voor de gebeurtenis, volgde er andere behandeling: {t}.",
        "After the start, and before the event, other treatment followed: {t}.",
        t=Told("; ".join(told), tuple(counts)),
    )


def _rests(voice: Voice, row: StrategyFigures) -> tuple[Count, ...]:
    """Everything a strategy's figures give away."""
    counts: tuple[Count, ...] = ()
    for name in GROUPS:
        own = voice.counts.strategy(name, row)
        counts += (*((own,) if own is not None else ()), voice.counts.n(name))
    return counts


def spread_words(voice: Voice) -> tuple[Sentence, ...]:
    """How far the choice of strategy moves the difference, and whether it moves the verdict."""
    found = voice.study.estimands
    if found.spread is None:
        return ()
    rows = [row for row in found.rows if row.difference is not None]
    counts = tuple(dict.fromkeys(c for row in rows for c in _rests(voice, row)))
    low, high = found.spread
    sure = [
        row.strategy for row in rows
        if row.difference is not None and row.difference.low is not None
        and row.difference.high is not None
        and (row.difference.low > 0.0 or row.difference.high < 0.0)
    ]  # fmt: skip
    moved = (
        voice.says(
            "Door de keuze van de estimand alleen loopt het verschil van {a} tot {b} punten.",
            "By the choice of estimand alone the difference runs from {a} to {b} points.",
            a=Told(voice.points(low), counts),
            b=Told(voice.points(high), counts),
        )
        if voice.points(low) != voice.points(high)
        else voice.says(
            "De keuze van de estimand laat het verschil op {a} punten staan.",
            "The choice of estimand leaves the difference at {a} points.",
            a=Told(voice.points(low), counts),
        )
    )
    if not sure or len(sure) == len(rows):
        return (moved,)
    names = voice.names([say(name, voice.lang) for name in sure])
    return (
        moved,
        voice.says(
            "Het interval laat 'geen verschil' alleen buiten bij {s}: de conclusie hangt aan de "
            "estimand.",
            "The interval leaves out 'no difference' only under {s}: the conclusion hangs on the "
            "estimand.",
            s=Told(names, counts),
        ),
    )


def _chart(voice: Voice) -> Chart:
    """Every strategy that has a figure as a row of dots."""
    rows: list[DotRow] = [
        difference_row(
            voice,
            capital(say(row.strategy, voice.lang)),
            row.difference,
            _rests(voice, row),
            detail=voice.t(*_MAKES[row.strategy]),
            strong=row.strategy == TREATMENT_POLICY,
            starts_group=row.strategy == WHILE_ON_TREATMENT,
        )
        for row in voice.study.estimands.rows
        if row.difference is not None
    ]
    return Chart(
        data=difference_dots(  # type: ignore[arg-type]
            voice, rows, voice.t("punten (95%-BI)", "points (95% CI)")
        ),
        caption=(
            voice.says(
                "Hetzelfde verschil, met de gewichten van de hoofdmethode, onder elke strategie "
                "voor andere behandeling na de start. De laatste beantwoordt een andere vraag: zij "
                "stijgt met elke andere behandeling.",
                "The same difference, with the weights of the main method, under every strategy "
                "for other treatment after the start. The last answers another question: it rises "
                "with each other treatment.",
            ),
        ),
        alt=voice.says(
            "Verschil per strategie: {t}.", "Difference by strategy: {t}.", t=dots_told(rows)
        ),
        table=_table(voice),
        id="estimands",
    )


def _table(voice: Voice) -> Table:
    """One row a strategy, also those that cannot be had."""
    free, events = voice.t("% vrij", "% free"), voice.t("gebeurtenissen", "events")
    short = (capital(voice.label("treated")), voice.t("controles", "controls"))
    return Table(
        id="estimands",
        caption=(
            voice.says(
                "{when} na de start, onder elke strategie van ICH E9(R1) voor andere behandeling.",
                "{when} after the start, under every strategy of ICH E9(R1) for other treatment.",
                when=capital(voice.day_words(voice.study.protocol.day)),
            ),
        ),
        columns=(
            Column(voice.t("strategie", "strategy"), weight=2),
            Column(voice.t("andere behandeling", "other treatment"), weight=3),
            Column(short[0], events, "right"),
            Column(short[1], events, "right"),
            Column(short[0], free, "right"),
            Column(short[1], free, "right"),
            Column(voice.t("verschil (95%-BI)", "difference (95% CI)"), align="right"),
        ),
        rows=tuple(_row(voice, row) for row in voice.study.estimands.rows),
    )


def _row(voice: Voice, row: StrategyFigures) -> Row:
    name, makes = capital(say(row.strategy, voice.lang)), voice.t(*_MAKES[row.strategy])
    if row.difference is None or row.treated is None or row.control is None:
        refused = voice.t("niet te geven", "cannot be had")
        return Row((name, makes, "–", "–", "–", "–", refused))
    d = row.difference
    assert d.value is not None
    cells: list[Cell] = []
    for group in GROUPS:
        own = voice.counts.strategy(group, row)
        cells.append("–" if own is None else own)
    for estimate in (row.treated, row.control):
        assert estimate.value is not None
        cells.append(Percent(estimate.value, _rests(voice, row)))
    words = f"{voice.points(d.value)} ({voice.limits(d.low, d.high)})"
    return Row((name, makes, *cells, voice.told(words, *_rests(voice, row))))


def _reasons(voice: Voice) -> Note | None:
    """Why a strategy has no figure, in words."""
    said = tuple(
        reason(voice, row.strategy, row.refusal)
        for row in voice.study.estimands.rows
        if row.refusal is not None
    )
    return Note(said) if said else None


def reason(voice: Voice, strategy: str, refusal: Refusal) -> Sentence:
    """Why one strategy has no figure."""
    name = capital(say(strategy, voice.lang))
    group = voice.label(refusal.group) if refusal.group else ""
    numbers = [Told(str(count), (ANY_COUNT,)) for count in refusal.counts]
    if refusal.why == "few_leaving":
        return voice.says(
            "{s}: in de groep {g} vielen {a} kinderen weg bij {b} kenmerken. Met minder dan vijf "
            "per kenmerk is niet te zien waarvan weggaan afhing.",
            "{s}: in the group {g} {a} children left, for {b} characteristics. Fewer than five "
            "for each cannot show on what leaving depended.",
            s=name, g=group, a=numbers[0], b=str(refusal.counts[1]),
        )  # fmt: skip
    if refusal.why == "few_events":
        return voice.says(
            "{s}: de groep {g} heeft dan {a} gebeurtenissen voor de vergelijkingsdag; te weinig "
            "voor een interval.",
            "{s}: the group {g} then has {a} events by the day compared; too few for an interval.",
            s=name, g=group, a=numbers[0],
        )  # fmt: skip
    if refusal.why == "not_followed":
        return voice.says(
            "{s}: de groep {g} is dan maar tot dag {a} gevolgd.",
            "{s}: the group {g} is then followed to day {a} only.",
            s=name, g=group, a=str(refusal.counts[0]),
        )  # fmt: skip
    if refusal.why == "refused":
        said = voice.says("{s}:", "{s}:", s=name)
        words = Span(refusal.words, lang="en", rests_on=(ANY_COUNT,))
        return Sentence((*said.spans, Span(" "), words))
    nl, en = _WHY[refusal.why]
    return voice.says(f"{{s}}: {nl}", f"{{s}}: {en}", s=name)


_WHY: Final[dict[str, tuple[str, str]]] = {
    "not_identified": (
        "niet te bepalen. Het gaat om kinderen die onder geen van beide behandelingen iets anders "
        "zouden krijgen; wie dat zijn is bij externe controles niet te zien.",
        "not identified. It is about children who would have nothing else under either treatment; "
        "who they are cannot be seen with external controls.",
    ),
    "no_other_treatment": (
        "niemand kreeg na de start iets anders; het cijfer is dat van het behandelbeleid.",
        "nobody had anything else after the start; the figure is that of treatment policy.",
    ),
    "no_relapse": (
        "de strenge editie is er een van eindpunten die recidief tellen, en dit eindpunt doet dat "
        "niet.",
        "the stringent edition is of endpoints that count relapse, and this one does not.",
    ),
    "not_weighted": (
        "de hoofdmethode weegt geen kinderen, dus er zijn geen gewichten om mee te nemen.",
        "the main method weights no children, so there are no weights to carry over.",
    ),
}
