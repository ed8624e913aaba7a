# SPDX-License-Identifier: Apache-2.0
"""What the estimate withstands: other starts, the wrong analyses, unseen differences, losses."""

from __future__ import annotations

from cartulary.reports.content import Block, Chart, Column, Heading, Paragraph, Row, Section, Table
from cartulary.reports.study_report.dots import DotRow
from cartulary.reports.study_report.outcome import difference_dots, difference_row
from cartulary.reports.study_report.voice import Voice, capital
from cartulary.reports.text import Sentence
from cartulary.studies.target_trial.protocol import UNADJUSTED
from cartulary.studies.target_trial.sensitivity import Confounder


def robustness_section(voice: Voice) -> Section:
    """Other choices side by side, then what nobody measured."""
    study = voice.study
    lead = voice.says(
        "Een ander startmoment of een fout in de opzet verandert de schatting; hoeveel, staat "
        "hieronder.",
        "Another start or a mistake in the design changes the estimate; by how much is shown "
        "below.",
    )
    blocks: list[Block] = [_choices(voice)]
    found = study.sensitivity
    if found.e_value is not None:
        blocks += [
            Heading(voice.t("Wat niemand heeft gemeten", "What nobody measured")),
            Paragraph(_e_value_words(voice)),
            _confounders(voice),
        ]
    blocks.append(Paragraph((_tipping(voice),)))
    return Section(
        voice.t("Wat de schatting verdraagt", "What the estimate withstands"),
        (lead,),
        tuple(blocks),
        id="robustness",
    )


def _choices(voice: Voice) -> Chart:
    """The main estimate beside other landmarks and the two wrong analyses."""
    study = voice.study
    crude = next(c for c in study.comparisons if c.method == UNADJUSTED)
    start = voice.t("start op dag {}", "start on day {}")
    rows = [
        difference_row(
            voice,
            capital(start.format(study.aligned.start_day)) + voice.t(", het protocol",
                                                                     ", the protocol"),
            study.main,
            detail=_sizes(voice, *(g.follow_up.n for g in study.aligned.groups)),
            strong=True,
        )
    ]  # fmt: skip
    rows += [
        difference_row(
            voice,
            capital(start.format(one.day)),
            one.found,
            detail=_sizes(voice, one.treated, one.control),
        )
        for one in study.landmarks
    ]
    wrong = [
        difference_row(voice, voice.t("Fout: niet gecorrigeerd", "Wrong: unadjusted"), crude),
        difference_row(
            voice,
            voice.t("Fout: wachten telt alleen voor behandelden", "Wrong: only the treated wait"),
            study.immortal,
        ),
    ]
    first = wrong[0]
    wrong[0] = DotRow(first.label, first.dots, first.words, starts_group=True)
    rows += wrong
    told = "; ".join(f"{row.label} {row.words}" for row in rows)
    return Chart(
        data=difference_dots(  # type: ignore[arg-type]
            voice, rows, voice.t("punten (95%-BI)", "points (95% CI)")
        ),
        caption=(
            voice.says(
                "De hoofdmethode vanaf andere startdagen, en twee foute analyses. De laatste telt "
                "vanaf tijdstip nul: behandelde kinderen konden voor hun behandeling geen "
                "gebeurtenis krijgen, want dan stonden zij niet in het bestand (onsterfelijke "
                "tijd).",
                "The main method from other starts, and two wrong analyses. The last counts from "
                "time zero: treated children could have no event before their treatment, or they "
                "would not be in the file (immortal time).",
            ),
        ),
        alt=voice.says("Verschil per keuze: {t}.", "Difference by choice: {t}.", t=told),
        table=Table(
            id="choices",
            caption=(voice.says("Het verschil per keuze.", "The difference by choice."),),
            columns=(
                Column(voice.t("keuze", "choice"), weight=1),
                Column(voice.t("kinderen", "children")),
                Column(voice.t("punten (95%-BI)", "points (95% CI)"), align="right"),
            ),
            rows=tuple(Row((row.label, row.detail or "–", row.words)) for row in rows),
        ),
        id="choices",
    )


def _sizes(voice: Voice, treated: int, control: int) -> str:
    return voice.t(f"{treated} en {control} kinderen", f"{treated} and {control} children")


def _e_value_words(voice: Voice) -> tuple[Sentence, ...]:
    """The E-value with its meaning."""
    found = voice.study.sensitivity.e_value
    assert found is not None
    words = voice.says(
        "De E-waarde van de schatting is {p}: zo sterk moet een ongemeten kenmerk zowel met de "
        "behandeling als met de gebeurtenis samenhangen, boven wat is gecorrigeerd, om de hele "
        "schatting te verklaren.",
        "The E-value of the estimate is {p}: so strongly must an unmeasured characteristic be "
        "tied to both treatment and event, beyond what was adjusted for, to explain all of it.",
        p=voice.number(found.point, 2),
    )
    if found.limit is None:
        return (words,)
    limit = (
        voice.says(
            "Het interval bevat al 'geen verschil'.", "The interval already holds 'no difference'."
        )
        if found.limit == 1.0
        else voice.says(
            "Voor de grens van het interval is dat {l}.",
            "For the limit of the interval it is {l}.",
            l=voice.number(found.limit, 2),
        )
    )
    return (words, limit)


def _confounders(voice: Voice) -> Table:
    """How strong a confounder with given shares would have to be."""

    def strength(value: float | None) -> str:
        if value is None:
            return voice.t("geen sterkte volstaat", "no strength suffices")
        return "–" if value == 1.0 else voice.number(value, 1)

    having = voice.t("kinderen die het hebben", "children who have it")
    needed = voice.t("nodig om te verklaren", "needed to explain")
    rows: list[Confounder] = list(voice.study.sensitivity.confounders)
    return Table(
        id="confounders",
        caption=(
            voice.says(
                "Hoe sterk een ongemeten kenmerk de kans op de gebeurtenis zou moeten "
                "vermenigvuldigen.",
                "By how much an unmeasured characteristic would have to multiply the chance of "
                "the event.",
            ),
        ),
        columns=(
            Column(voice.t("betere groep", "better group"), having, "right"),
            Column(voice.t("andere groep", "other group"), having, "right"),
            Column(voice.t("de schatting", "the estimate"), needed, "right"),
            Column(voice.t("de grens bij nul", "the limit near zero"), needed, "right"),
        ),
        rows=tuple(
            Row((voice.percent(one.fewer), voice.percent(one.more), strength(one.explains),
                 strength(one.moves)))
            for one in rows
        ),
    )  # fmt: skip


def _tipping(voice: Voice) -> Sentence:
    """How many of the treated lost early would have to have had the event."""
    found = voice.study.sensitivity
    if found.tipping is None:
        return voice.says(
            "Voor de vergelijkingsdag raakten {n} behandelde kinderen uit beeld. De ondergrens "
            "van de behandelde groep ligt niet boven de schatting van de controles, ook zonder "
            "dat een van hen de gebeurtenis kreeg.",
            "Before the day compared {n} treated children went out of view. The lower limit of "
            "the treated does not lie above the estimate of the controls, even if none of them "
            "had the event.",
            n=str(found.lost),
        )
    tips = found.tipping.tips_at
    if tips is None:
        return voice.says(
            "Voor de vergelijkingsdag raakten {n} behandelde kinderen uit beeld; ook als zij "
            "allen de gebeurtenis hadden gekregen, lag hun ondergrens boven de controles ({c}).",
            "Before the day compared {n} treated children went out of view; even if all had had "
            "the event, their lower limit would lie above the controls ({c}).",
            n=str(found.lost),
            c=voice.percent(found.tipping.threshold),
        )
    return voice.says(
        "Voor de vergelijkingsdag raakten {n} behandelde kinderen uit beeld. Als {k} van hen de "
        "gebeurtenis hadden gekregen, lag de ondergrens van hun groep niet meer boven de controles "
        "({c}).",
        "Before the day compared {n} treated children went out of view. If {k} of them had had "
        "the event, the lower limit of their group would no longer lie above the controls ({c}).",
        n=str(found.lost),
        k=str(tips),
        c=voice.percent(found.tipping.threshold),
    )
