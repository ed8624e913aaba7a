# SPDX-License-Identifier: Apache-2.0
"""What the estimate withstands: other starts, the wrong analyses, unseen differences, losses."""

from __future__ import annotations

from cartulary.reports.content import (
    Block,
    Chart,
    Column,
    Count,
    Heading,
    Paragraph,
    Row,
    Section,
    Table,
)
from cartulary.reports.study_report.borrowed import borrowed_blocks
from cartulary.reports.study_report.dots import DotRow
from cartulary.reports.study_report.method_words import WORDS
from cartulary.reports.study_report.methods_table import difference_dots, difference_row, dots_told
from cartulary.reports.study_report.voice import Voice, capital
from cartulary.reports.text import Sentence, Told
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
    blocks += [
        Heading(voice.t("Wat elke methode aanneemt", "What each method assumes")),
        _assumptions(voice),
        *borrowed_blocks(voice),
    ]
    return Section(
        voice.t("Wat de schatting verdraagt", "What the estimate withstands"),
        (lead,),
        tuple(blocks),
        id="robustness",
    )


def _assumptions(voice: Voice) -> Table:
    """Whom each method speaks of, what it takes for granted, and what it found."""
    rows = []
    for found in voice.study.comparisons:
        words = WORDS[found.method]
        d = found.difference
        counts = voice.counts.of(found)
        answer = (
            voice.t("niet gedaan", "not done")
            if d.value is None
            else voice.told(f"{voice.points(d.value)} ({voice.limits(d.low, d.high)})", *counts)
        )
        rows.append(
            Row(
                (
                    capital(voice.t(*words.name)),
                    voice.t(*words.about),
                    voice.t(*words.assumes),
                    answer,
                )
            )
        )
    return Table(
        id="assumptions",
        caption=(
            voice.says(
                "Over wie elke methode spreekt en wat zij aanneemt, behalve dat alles is gemeten "
                "wat de uitkomst voorspelt en tussen de groepen verschilt.",
                "Whom each method speaks of and what it assumes, besides that all was measured "
                "that predicts the outcome and differs between the groups.",
            ),
        ),
        columns=(
            Column(voice.t("methode", "method")),
            Column(voice.t("spreekt over", "speaks of"), weight=2),
            Column(voice.t("neemt aan", "assumes"), weight=3),
            Column(voice.t("punten (95%-BI)", "points (95% CI)"), align="right"),
        ),
        rows=tuple(rows),
    )


def _choices(voice: Voice) -> Chart:
    """The main estimate beside other landmarks and the two wrong analyses."""
    study = voice.study
    crude = next(c for c in study.comparisons if c.method == UNADJUSTED)
    start = voice.t("start op dag {}", "start on day {}")
    counts = voice.counts
    rows = [
        difference_row(
            voice,
            capital(start.format(study.aligned.start_day))
            + voice.t(", het protocol", ", the protocol"),
            study.main.difference,
            (*counts.of(study.main), counts.n("treated"), counts.n("control")),
            detail=_sizes(voice, counts.n("treated"), counts.n("control")),
            strong=True,
        )
    ]
    for one in study.landmarks:
        own = () if one.found is None else counts.of(one.found, f"start_{one.day}")
        sizes = tuple(count for count in own if count.key.endswith(".n"))
        rows.append(
            difference_row(
                voice,
                capital(start.format(one.day)),
                None if one.found is None else one.found.difference,
                own,
                detail=_sizes(voice, *sizes) if sizes else "",
            )
        )
    rows.append(
        difference_row(
            voice,
            voice.t("Fout: niet gecorrigeerd", "Wrong: unadjusted"),
            crude.difference,
            counts.of(crude),
            starts_group=True,
        )
    )
    immortal = study.immortal
    rows.append(
        difference_row(
            voice,
            voice.t("Fout: wachten telt alleen voor behandelden", "Wrong: only the treated wait"),
            None if immortal is None else immortal.difference,
            () if immortal is None else counts.of(immortal, "immortal"),
        )
    )
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
        alt=voice.says("Verschil per keuze: {t}.", "Difference by choice: {t}.", t=dots_told(rows)),
        table=Table(
            id="choices",
            caption=(voice.says("Het verschil per keuze.", "The difference by choice."),),
            columns=(
                Column(voice.t("keuze", "choice"), weight=1),
                Column(capital(voice.label("treated")), voice.t("kinderen", "children"), "right"),
                Column(voice.t("controles", "controls"), voice.t("kinderen", "children"), "right"),
                Column(
                    voice.t("waarde", "value"),
                    voice.t("verschil, punten", "difference, points"),
                    "right",
                ),
                Column(
                    voice.t("95%-BI", "95% CI"),
                    voice.t("verschil, punten", "difference, points"),
                    "right",
                ),
            ),
            rows=tuple(_choice(voice, row) for row in rows),
        ),
        id="choices",
    )


def _choice(voice: Voice, row: DotRow) -> Row:
    """One choice as a row of the table: children of both groups, the value and its limits."""
    sizes = [count for count in row.rests_on if count.key.endswith(".n")][:2]
    if not row.dots:
        return Row((row.label, "–", "–", row.words, "–"))
    dot = row.dots[0]
    return Row(
        (
            row.label,
            *sizes,
            voice.told(voice.points(dot.value), *row.rests_on),
            voice.told(voice.limits(dot.low, dot.high), *row.rests_on),
        )
    )


def _sizes(voice: Voice, treated: Count, control: Count) -> str:
    return voice.t(
        f"{treated.value} en {control.value} kinderen",
        f"{treated.value} and {control.value} children",
    )


def _e_value_words(voice: Voice) -> tuple[Sentence, ...]:
    """The E-value with its meaning."""
    found = voice.study.sensitivity.e_value
    assert found is not None
    counts = voice.counts.of(voice.study.main)
    words = voice.says(
        "De E-waarde van de schatting is {p}: zo sterk moet een ongemeten kenmerk zowel met de "
        "behandeling als met de gebeurtenis samenhangen, boven wat is gecorrigeerd, om de hele "
        "schatting te verklaren.",
        "The E-value of the estimate is {p}: so strongly must an unmeasured characteristic be "
        "tied to both treatment and event, beyond what was adjusted for, to explain all of it.",
        p=Told(voice.number(found.point, 2), counts),
    )
    if found.limit is None:
        return (words,)
    limit = (
        voice.says(
            "Het interval bevat al 'geen {w}'.",
            "The interval already holds 'no {w}'.",
            w=Told(voice.t("verschil", "difference"), counts),
        )
        if found.limit == 1.0
        else voice.says(
            "Voor de grens van het interval is dat {l}.",
            "For the limit of the interval it is {l}.",
            l=Told(voice.number(found.limit, 2), counts),
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
    counts = voice.counts.of(voice.study.main)
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
            Row((voice.percent(one.fewer), voice.percent(one.more),
                 voice.told(strength(one.explains), *counts),
                 voice.told(strength(one.moves), *counts)))
            for one in rows
        ),
    )  # fmt: skip


def _tipping(voice: Voice) -> Sentence:
    """How many of the treated lost early would have to have had the event."""
    found, counts = voice.study.sensitivity, voice.counts
    lost = counts.lost("treated")
    if found.tipping is None:
        return voice.says(
            "Voor de vergelijkingsdag raakten {n} behandelde kinderen uit beeld. De ondergrens "
            "van de behandelde groep ligt niet boven de schatting van de controles, ook zonder "
            "dat een van hen de gebeurtenis kreeg.",
            "Before the day compared {n} treated children went out of view. The lower limit of "
            "the treated does not lie above the estimate of the controls, even if none of them "
            "had the event.",
            n=lost,
        )
    tips = found.tipping.tips_at
    if tips is None:
        return voice.says(
            "Voor de vergelijkingsdag raakten {n} behandelde kinderen uit beeld; ook als zij "
            "allen de gebeurtenis hadden gekregen, lag hun ondergrens boven de controles ({c}).",
            "Before the day compared {n} treated children went out of view; even if all had had "
            "the event, their lower limit would lie above the controls ({c}).",
            n=lost,
            c=Told(voice.percent(found.tipping.threshold), counts.of(voice.study.main)),
        )
    return voice.says(
        "Voor de vergelijkingsdag raakten {n} behandelde kinderen uit beeld. Als {k} van hen de "
        "gebeurtenis hadden gekregen, lag de ondergrens van hun groep niet meer boven de controles "
        "({c}).",
        "Before the day compared {n} treated children went out of view. If {k} of them had had "
        "the event, the lower limit of their group would no longer lie above the controls ({c}).",
        n=lost,
        k=Told(str(tips), (lost,)),
        c=Told(voice.percent(found.tipping.threshold), counts.of(voice.study.main)),
    )
