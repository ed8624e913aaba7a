# SPDX-License-Identifier: Apache-2.0
"""What was borrowed from the controls as a prior, and what that costs where they mislead."""

from __future__ import annotations

from cartulary.reports.content import Block, Column, Heading, Paragraph, Row, Table
from cartulary.reports.study_report.voice import Voice, capital
from cartulary.reports.text import Sentence, Told
from cartulary.studies.target_trial.borrowed import SURPRISES, Borrowed, Borrowing
from cartulary.studies.target_trial.protocol import POWER_PRIOR


def borrowed_blocks(voice: Voice) -> tuple[Block, ...]:
    """A heading, what the priors rest on, and a row for each; nothing without priors."""
    held = [c.borrowing for c in voice.study.comparisons if c.borrowing is not None]
    if not held:
        return ()
    return (
        Heading(voice.t("Wat is geleend van de controles", "What was borrowed from the controls")),
        Paragraph(_words(voice, held[0])),
        _table(voice, held),
        *((Paragraph(_others(voice, held)),) if _others(voice, held) else ()),
    )


def _words(voice: Voice, one: Borrowing) -> tuple[Sentence, ...]:
    """What stands for the curves, and how to read errors and conflict."""
    counts = voice.counts.of(voice.study.main)
    which = (
        voice.t("gewogen zoals de hoofdmethode doet", "weighted as the main method does")
        if one.which == "weighted"
        else voice.t("zoals zij waren", "as they were")
    )
    return (
        voice.says(
            "Een prior neemt de controles ({w}) als voorspelling van wat de behandelde kinderen "
            "anders was overkomen. Voor de krommen staan {a} van {b} en {c} van {d} kinderen vrij "
            "van de gebeurtenis: evenveel waarde en evenveel onzekerheid.",
            "A prior takes the controls ({w}) as a forecast of what the treated children would "
            "else have met. For the curves stand {a} of {b} and {c} of {d} children free of the "
            "event: the same value with the same uncertainty.",
            w=which,
            a=Told(str(one.treated.free), counts),
            b=Told(str(one.treated.n), counts),
            c=Told(str(one.controls.free), counts),
            d=Told(str(one.controls.n), counts),
        ),
        voice.says(
            "'Waard' is voor hoeveel kinderen de prior telt, 'beter' de kans dat de behandelde "
            "kinderen vaker vrij zijn. De foutkans telt hoe vaak een behandeling die niets doet "
            "beter zou heten, ook als het de kinderen nu zonder behandeling 5 of 10 punten beter "
            "was gegaan dan de prior denkt. Het conflict is de kans op aantallen die de prior niet "
            "waarschijnlijker vindt dan die van de behandelde kinderen: klein als de behandeling "
            "werkt, en ook als de controles misleiden. Zonder gelijktijdige controles is dat niet "
            "te onderscheiden.",
            "'Worth' is for how many children the prior counts, 'better' the chance that the "
            "treated children are free more often. The error is how often a treatment that does "
            "nothing would be called better, also where the children of now would have fared 5 or "
            "10 points better untreated than the prior believes. The conflict is the chance of "
            "counts that the prior holds no likelier than those of the treated children: small "
            "where the treatment works, and also where the controls mislead. Without concurrent "
            "controls the two cannot be told apart.",
        ),
    )


def _others(voice: Voice, held: list[Borrowing]) -> tuple[Sentence, ...]:
    """Whether the controls agree with the other studies of a robust prior."""
    found = [row.others for one in held for row in one.rows if row.others is not None]
    if not found:
        return ()
    studies = voice.study.protocol.robust_map
    assert studies is not None
    listed = "; ".join(f"{s.name} ({s.free}/{s.n}; {s.source})" for s in studies.studies)
    return (
        voice.says(
            "De robuuste prior kent ook: {s}. Tegen die studies is het conflict van de controles "
            "zelf p = {p}.",
            "The robust prior also knows: {s}. Against these studies the conflict of the controls "
            "themselves is p = {p}.",
            s=listed,
            p=Told(voice.number(found[0], 2), voice.counts.of(voice.study.main)),
        ),
    )


def _table(voice: Voice, held: list[Borrowing]) -> Table:
    """One row a prior."""
    rows = [Row(_cells(voice, row)) for one in held for row in one.rows]
    error = voice.t("foutkans, % als controles", "error, % where controls fare")
    return Table(
        id="borrowed",
        caption=(
            voice.says(
                "Verschil met een geleende controlegroep, en hoe vaak dat lenen bedriegt.",
                "The difference from a borrowed control group, and how often borrowing deceives.",
            ),
        ),
        columns=(
            Column(voice.t("prior", "prior"), weight=1),
            Column(voice.t("instelling", "setting")),
            Column(voice.t("waard", "worth"), align="right"),
            Column(voice.t("punten (95%-GI)", "points (95% CrI)"), align="right"),
            Column(voice.t("beter", "better"), align="right"),
            *(
                Column(
                    voice.t("als prior", "as prior")
                    if not more
                    else voice.t(f"+{100 * more:g}", f"+{100 * more:g}"),
                    error,
                    "right",
                )
                for more in SURPRISES
            ),
            Column(voice.t("conflict p", "conflict p"), align="right"),
        ),
        rows=tuple(rows),
    )


def _cells(voice: Voice, row: Borrowed) -> tuple[Sentence | str, ...]:
    """One prior's cells."""
    counts = voice.counts.of(voice.study.main)
    d = row.difference
    assert d.value is not None
    words = f"{voice.points(d.value)} ({voice.limits(d.low, d.high)})"
    name = capital(voice.short_method(row.method))
    setting = (
        f"a₀\u00a0=\u00a0{voice.number(row.setting, 2 if round(10 * row.setting, 9) % 1 else 1)}"
        if row.method == POWER_PRIOR
        else voice.t(f"{voice.percent(row.setting)} vaag", f"{voice.percent(row.setting)} vague")
    )
    return (
        name,
        setting,
        voice.told(voice.number(row.worth), *counts),
        voice.told(words.replace(" ", "\u00a0"), *counts),
        voice.told(voice.percent(row.better), *counts),
        *(voice.told(_share(voice, error), *counts) for error in row.errors),
        voice.told(_chance(voice, row.conflict), *counts),
    )


def _share(voice: Voice, share: float) -> str:
    """A small share as a percentage without its sign."""
    return "<0" + voice.number(0.1, 1)[1:] if share < 0.001 else voice.number(100 * share, 1)


def _chance(voice: Voice, p: float) -> str:
    """A chance with two decimals, or below the smallest of them."""
    return f"<{voice.number(0.01, 2)}" if p < 0.01 else voice.number(p, 2)
