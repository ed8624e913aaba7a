# SPDX-License-Identifier: Apache-2.0
"""The question as a trial would ask it, and where every child of both files went."""

from __future__ import annotations

import numpy as np

from cartulary.reports.content import Cell, Column, Paragraph, Row, Section, Table, Words
from cartulary.reports.study_report.voice import Voice, capital
from cartulary.studies.target_trial.align import (
    COVARIATE_MISSING,
    EVENT_BEFORE,
    LEFT_BEFORE,
    NEVER_TREATED,
    NO_CONTACT,
    NO_TIME_ZERO,
    NOT_DATED,
    NOT_ELIGIBLE,
    NOT_KNOWN,
    TREATED_LATER,
    AlignedGroup,
)

_WHY: dict[str, tuple[str, str]] = {
    NO_TIME_ZERO: ("tijdstip nul niet bekend", "time zero not known"),
    NOT_KNOWN: ("onbekend: {}", "not known: {}"),
    NOT_ELIGIBLE: ("{}", "{}"),
    NOT_DATED: ("gebeurtenis zonder datum", "event without a date"),
    NO_CONTACT: ("geen laatste contact", "no last contact"),
    EVENT_BEFORE: ("vrij van de gebeurtenis op de start", "free of the event at the start"),
    LEFT_BEFORE: ("nog gevolgd op de start", "still followed at the start"),
    NEVER_TREATED: ("behandeling gekregen", "came to the treatment"),
    TREATED_LATER: ("behandeling begonnen voor de start", "treatment begun by the start"),
    COVARIATE_MISSING: ("alle kenmerken bekend", "all characteristics known"),
}


def question_section(voice: Voice) -> Section:
    """The protocol as a table, one column a group."""
    protocol = voice.study.protocol
    return Section(
        voice.t("De vraag, als een trial gesteld", "The question, asked as a trial would"),
        (voice.says("{q}", "{q}", q=protocol.question.text(voice.lang)),),
        (_protocol(voice),),
        new_page=True,
        id="question",
    )


def _protocol(voice: Voice) -> Table:
    """Element by element: what is asked, and of whom."""
    protocol, day = voice.study.protocol, voice.study.aligned.start_day
    definition = protocol.endpoint.definition
    rules = "; ".join(rule.words.text(voice.lang) for rule in protocol.eligibility)
    last = (
        ""
        if protocol.last_day is None
        else voice.t(
            f"; uiterlijk dag {protocol.last_day} na de start",
            f"; at the latest day {protocol.last_day} after the start",
        )
    )
    who = voice.t("de behandelde kinderen", "the treated children")
    target = {
        "treated": who,
        "overlap": voice.t("kinderen die beide hadden kunnen krijgen", "children who might have "
                           "had either"),
        "pairs": voice.t("behandelde kinderen met een paar", "treated children with a pair"),
    }[voice.study.main.target]  # fmt: skip
    covariates = voice.names([protocol.fact(n).words.text(voice.lang) for n in protocol.covariates])
    rows = (
        (("Wie", "Who"), rules or voice.t("allen", "all")),
        (("Tijdstip nul", "Time zero"), protocol.time_zero_words.text(voice.lang)),
        (
            ("Vergeleken", "Compared"),
            voice.t(
                f"{voice.label('treated')} met {voice.label('control')}",
                f"{voice.label('treated')} with {voice.label('control')}",
            ),
        ),
        (
            ("Start van de telling", "Start of counting"),
            voice.t(
                f"dag {day} na tijdstip nul, in beide groepen: dan nog zonder gebeurtenis, nog "
                "gevolgd, en met de eigen behandeling begonnen",
                f"day {day} after time zero, in both groups: by then still without the event, "
                "still followed, and with its own treatment begun",
            ),
        ),
        (
            ("Eindpunt", "Endpoint"),
            f"{definition.name.text(voice.lang)} ({definition.definition_id}, "
            + voice.t("editie", "edition")
            + f" {definition.edition}): {definition.summary.text(voice.lang)} "
            + voice.t("Hier in beide groepen vanaf de start geteld.",
                      "Counted here from the start in both groups."),
        ),
        (
            ("Censurering", "Censoring"),
            voice.t("bij het laatste contact of de peildatum", "at last contact or the data cut")
            + last,
        ),
        (
            ("Schatting", "Estimate"),
            voice.t(
                f"verschil in de kans om {voice.day_words(protocol.day)} na de start vrij te zijn, "
                f"over {target}",
                "difference in the chance to be free of the event "
                f"{voice.day_words(protocol.day)} after the start, over {target}",
            ),
        ),
        (("Gecorrigeerd voor", "Adjusted for"), covariates),
        (("Hoofdmethode", "Main method"), voice.method(protocol.main)),
    )  # fmt: skip
    return Table(
        id="protocol",
        caption=(
            voice.says(
                "Het protocol ({id}, editie {e}).",
                "The protocol ({id}, edition {e}).",
                id=protocol.protocol_id,
                e=protocol.edition,
            ),
        ),
        columns=(
            Column(voice.t("onderdeel", "element")),
            Column(voice.t("protocol", "protocol"), weight=1),
        ),
        rows=tuple(Row((voice.t(*head), Words(capital(text)))) for head, text in rows),
    )


def children_section(voice: Voice) -> Section:
    """Where every child of both files went, and how long they waited."""
    counts = voice.counts
    lead = voice.says(
        "Van {a} kinderen in het bestand met {treated} doen er {b} mee, van {c} met {control} {d}.",
        "Of {a} children in the file of {treated} {b} take part, of {c} in that of {control} {d}.",
        a=counts.file("treated"),
        b=counts.n("treated"),
        c=counts.file("control"),
        d=counts.n("control"),
        treated=voice.label("treated"),
        control=voice.label("control"),
    )
    return Section(
        voice.t("Wie er meedoen", "Who takes part"),
        (lead,),
        (_steps(voice), Paragraph(_waits(voice))),
        id="children",
    )


def _steps(voice: Voice) -> Table:
    """One row a step; for each group how many left and how many stay."""
    groups = voice.study.aligned.groups
    order = _order(groups)
    rows = [
        Row(
            (
                voice.t("in het bestand", "in the file"),
                *(c for g in groups for c in ("–", voice.counts.file(g.group.name))),
            )
        )
    ]
    last = [-1, -1]
    for why, rule in order:
        cells: list[Cell] = []
        for place, group in enumerate(groups):
            name = group.group.name
            found = _find(group, why, rule)
            if found is None or not group.steps[found].left:
                cells.append("0")
            else:
                left = voice.counts.left(name, found)
                cells.append(voice.told(f"−{left.value}", left))
            last[place] = last[place] if found is None else found
            cells.append(voice.counts.stay(name, last[place]))
        rows.append(Row((_step_words(voice, why, rule), *cells)))
    return Table(
        id="steps",
        caption=(
            voice.says(
                "Stap voor stap: wie afvalt en wie blijft.",
                "Step by step: who leaves and who stays.",
            ),
        ),
        columns=(
            Column(voice.t("eis", "asked"), weight=1),
            *(
                Column(title, capital(voice.label(g.group.name)), "right")
                for g in groups
                for title in (voice.t("af", "left"), voice.t("blijft", "stay"))
            ),
        ),
        rows=tuple(rows),
    )


def _order(groups: tuple[AlignedGroup, AlignedGroup]) -> list[tuple[str, int]]:
    """The steps of both groups in the order in which they are asked."""
    kinds = (NO_TIME_ZERO, NOT_KNOWN, NOT_ELIGIBLE, NOT_DATED,
             NO_CONTACT, EVENT_BEFORE, LEFT_BEFORE, NEVER_TREATED,
             TREATED_LATER, COVARIATE_MISSING)  # fmt: skip
    named = {(step.why, step.rule) for group in groups for step in group.steps}
    asked = {NOT_KNOWN: 1, NOT_ELIGIBLE: 2}
    return sorted(
        named,
        key=lambda one: (
            1 if one[0] in asked else 0 if one[0] == NO_TIME_ZERO else 2,
            one[1],
            kinds.index(one[0]),
        ),
    )


def _find(group: AlignedGroup, why: str, rule: int) -> int | None:
    """The place of a step among a group's own."""
    places = (k for k, step in enumerate(group.steps) if (step.why, step.rule) == (why, rule))
    return next(places, None)


def _step_words(voice: Voice, why: str, rule: int) -> str:
    words = voice.t(*_WHY[why])
    if rule < 0:
        return words
    return words.format(voice.study.protocol.eligibility[rule].words.text(voice.lang))


def _waits(voice: Voice) -> tuple:  # type: ignore[type-arg]
    """Median wait until the treatment, and median follow-up."""
    said = []
    for group, followed in zip(
        voice.study.aligned.groups, voice.study.median_follow_up, strict=True
    ):
        wait = (
            voice.t("zonder vaste begindag", "without a set first day")
            if group.waits.size == 0
            else voice.t("begonnen na mediaan {} dagen", "begun after a median of {} days").format(
                voice.number(float(np.median(group.waits)))
            )
        )
        length = (
            voice.t("follow-up nog te kort voor een mediaan", "follow-up too short for a median")
            if followed.value is None
            else voice.t("mediane follow-up {} dagen", "median follow-up {} days").format(
                voice.number(followed.value)
            )
        )
        years = (
            ""
            if group.period is None
            else voice.t(
                f"; tijdstip nul in {group.period[0]}–{group.period[1]}",
                f"; time zero in {group.period[0]}–{group.period[1]}",
            )
        )
        said.append(
            voice.says(
                "{g}: behandeling {w}; {f} vanaf de start{y}.",
                "{g}: treatment {w}; {f} from the start{y}.",
                g=capital(voice.label(group.group.name)),
                w=wait,
                f=length,
                y=years,
            )
        )
    return tuple(said)
