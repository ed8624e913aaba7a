# SPDX-License-Identifier: Apache-2.0
"""The page of outcomes made of the same figures, words and drawings as the programme's report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cartulary.codebook.endpoint_reader import endpoint, endpoints
from cartulary.course.errors import EstimandError
from cartulary.reports.content import (
    Block,
    Chart,
    CumulativeIncidenceData,
    Figure,
    Finding,
    MarginNote,
    Paragraph,
    Prose,
    Section,
    Sentence,
)
from cartulary.reports.disclosure import controlled
from cartulary.reports.evidence_page.beside import (
    default_cohorts,
    family_of,
    survival_beside,
    toxicity_beside,
)
from cartulary.reports.evidence_page.beside_words import (
    Names,
    at_named_month,
    mark_named,
    may_they_be_compared,
    printed_sentence,
    published_table,
)
from cartulary.reports.evidence_page.cohort_names import short_names
from cartulary.reports.evidence_page.margin import margin_notes
from cartulary.reports.evidence_page.toxicity_rows import row_styles, toxicity_part
from cartulary.reports.programme_report.about import ProgrammeRead, about
from cartulary.reports.programme_report.build import build_report
from cartulary.reports.programme_report.code_words import CLOCKS, STUDIES
from cartulary.reports.programme_report.comparison_words import what_is_allowed
from cartulary.reports.programme_report.counts import named_counts
from cartulary.reports.programme_report.curve import NAMED_MONTH, curve_data, curve_table
from cartulary.reports.programme_report.event_free import at_month, curve_reading
from cartulary.reports.programme_report.relapse import INCIDENCE, relapse_section
from cartulary.reports.programme_report.teller import Teller
from cartulary.reports.programme_report.variants import variants_table
from cartulary.reports.wording import interval
from cartulary.studies.programme import ProgrammeFigures
from cartulary.studies.survival import SurvivalFigure


class ScreenTeller(Teller):
    """The report's voice, with intervals as a screen writes them: "13 to 69"."""

    def limits(self, low: float | None, high: float | None, n: int = 0) -> str:
        """Two limits of a share as percentages without the sign."""
        return interval(low, high, self.lang, decimals=int(n >= 100), medium="screen")


CLOCK_ORDER = ("infusion", "apheresis", "indication", "remission")


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """The finding, the notes beside it, and three sections: curve, relapse, toxicity.

    `figures` are those of the whole report of the same children; `toxicity_styles` says of each
    row of the toxicity table whose it is; `names` what each cohort is called, `sizes` how many a
    label of the strip counts.
    """

    title: str
    lang: str
    origin: str
    finding: Prose
    notes: tuple[MarginNote, ...]
    sections: tuple[Section, ...]
    figures: tuple[Figure, ...]
    toxicity_styles: tuple[str, ...]
    sizes: dict[str, str]


def offered_endpoints(figures: ProgrammeFigures) -> dict[str, tuple[str, ...]]:
    """The endpoints there is a curve of, by the clock that each starts."""
    offered: dict[str, list[str]] = {clock: [] for clock in CLOCK_ORDER}
    for endpoint_id in figures.survival:
        offered[clock_of(endpoint_id)].append(endpoint_id)
    return {clock: tuple(found) for clock, found in offered.items() if found}


def clock_of(endpoint_id: str) -> str:
    """Where an endpoint's clock starts, as its id ends.

    >>> clock_of("efs.hypothetical.infusion")
    'infusion'
    """
    return endpoint_id.rsplit(".", 1)[-1]


def build_evidence(
    figures: ProgrammeFigures,
    programme: ProgrammeRead,
    endpoint_id: str,
    lang: str,
    *,
    suppress: int = 0,
    beside: Sequence[str] | None = None,
) -> EvidencePage:
    """One endpoint with relapse and toxicity of chosen children, small counts withheld.

    Arguments:
        figures: of the children that were chosen.
        programme: its name, centre, data cut and files.
        endpoint_id: which curve is shown; one of `offered_endpoints`.
        lang: "nl" or "en"; suppress: counts from 1 up to this less one are withheld.
        beside: ids of the published cohorts that are set beside it; None for those shown first.
    Returns: an `EvidencePage`. What is withheld is what the whole report of these children
        withholds, so that the page never shows what the report does not.
    Refuses: an endpoint there is no curve of.
    """
    if endpoint_id not in figures.survival:
        known = endpoint_id in endpoints()
        raise EstimandError(
            f"There is no curve of {endpoint_id!r}. "
            + (
                "The programme does not report it, or nobody can be counted. Choose another."
                if known
                else "The codebook has no such endpoint. Choose another definition."
            )
        )
    whole = build_report(figures, programme, lang, suppress)
    cohorts = default_cohorts(endpoint_id) if beside is None else tuple(beside)
    chosen = with_cohorts(figures, endpoint_id, cohorts)
    found = chosen.survival[endpoint_id]
    tell = ScreenTeller(chosen, about(programme), lang, named_counts(chosen), suppress)
    names = short_names([one.benchmark for one in found.published], lang)
    sections = (
        _curve_section(tell, found, names),
        _relapse_part(tell),
        toxicity_part(tell),
    )
    notes = margin_notes(tell, found, names)
    both = controlled(
        replace(
            whole,
            brief=(*whole.brief, Finding(finding(tell, found, names))),
            brief_notes=(*whole.brief_notes, *notes),
            sections=(*whole.sections, *sections),
        )
    )
    return EvidencePage(
        title=endpoint(endpoint_id).definition.name.text(lang),
        lang=lang,
        origin=both.origin,
        finding=both.brief[-1].sentences,
        notes=both.brief_notes[len(whole.brief_notes) :],
        sections=both.sections[len(whole.sections) :],
        figures=both.figures,
        toxicity_styles=row_styles(tell),
        sizes={names[one.benchmark.id]: f"n {one.row.n}" for one in found.published if one.row.n},
    )


def with_cohorts(
    figures: ProgrammeFigures, endpoint_id: str, cohorts: Sequence[str]
) -> ProgrammeFigures:
    """The figures with only these published cohorts beside the curve and the toxicities."""
    figure = figures.survival[endpoint_id]
    beside = replace(figure, published=survival_beside(figures, figure, cohorts))
    return replace(
        figures,
        survival={**figures.survival, endpoint_id: beside},
        toxicity=tuple(
            replace(one, published=toxicity_beside(one, cohorts)) for one in figures.toxicity
        ),
    )


def finding(tell: Teller, figure: SurvivalFigure, names: Names) -> Prose:
    """What the figure says at twelve months, what was published, and what that allows."""
    key = figure.endpoint_id
    nl, en = _state(key)
    known = [one for one in at_named_month(figure.published) if one.benchmark.study in STUDIES]
    return tell.prose(
        at_month(tell, figure, key, nl, en),
        printed_sentence(tell, figure.published, names),
        what_is_allowed(tell, figure.at[NAMED_MONTH], key, known) if figure.published else None,
        *may_they_be_compared(tell, figure.published, names, key),
        None if default_cohorts(key) or not family_of(key) else _no_other_clock(tell),
    )


def _no_other_clock(tell: Teller) -> Sentence:
    return tell.says(
        "ELIANA en CIBMTR tellen vanaf infusie; naast dit cijfer staan zij daarom niet.",
        "ELIANA and CIBMTR count from infusion, so neither stands beside this figure.",
    )


def _state(endpoint_id: str) -> tuple[str, str]:
    """What a child is that had no event."""
    family = family_of(endpoint_id)
    if family == "os":
        return "in leven", "alive"
    if family == "rfs":
        return "vrij van recidief", "free of relapse"
    return "vrij van events", "event-free"


def _curve_section(tell: Teller, figure: SurvivalFigure, names: Names) -> Section:
    key = figure.endpoint_id
    clock = clock_of(key)
    title = endpoint(key).definition.name.text(tell.lang)
    drawn = curve_data(tell, replace(figure, published=()), clock)
    marks = tuple(mark_named(one, names) for one in figure.published)
    data = replace(drawn, label=tell.t("Programma", "Programme"), benchmarks=marks)
    at = figure.at[NAMED_MONTH]
    clock_words = CLOCKS[clock][tell.lang != "nl"]
    words = tell.t(f"{title}, vanaf {clock_words}", f"{title}, from {clock_words}")
    chart = Chart(
        data,
        (curve_reading(tell, bool(data.censor_days), bool(marks)),),
        tell.says(
            "{what}: {p} op twaalf maanden, interval {ci}; {n} gevolgd.",
            "{what}: {p} at twelve months, interval {ci}; {n} followed.",
            what=words,
            p=tell.share(at, key),
            ci=tell.bounds(at, key),
            n=tell.many(f"{key}.n", "child"),
        ),
        curve_table(tell, figure, "curve", words),
        "curve",
    )
    count = tell.says(
        "{n}, {k} met een event",
        "{n}, {k} with an event",
        n=tell.many(f"{key}.n", "child"),
        k=tell.count(key),
    )
    published = published_table(tell, figure.published, names, "published")
    blocks: list[Block] = [Paragraph((count,)), chart]
    if published is not None:
        blocks.append(published)
    if family_of(key) == "efs" and clock == "infusion":
        blocks.append(variants_table(tell))
    return Section(title, (), tuple(blocks), id="curve")


def _relapse_part(tell: Teller) -> Section:
    """The report's section of relapse, its figure first, without the notes of its margin."""
    whole = relapse_section(tell)
    charts = [block for block in whole.blocks if isinstance(block, Chart)]
    rest = [block for block in whole.blocks if not isinstance(block, Chart | MarginNote)]
    title = tell.t("Recidief naar soort", "Relapse by class")
    count = tell.says(
        "{k} van {n}",
        "{k} of {n}",
        k=tell.count("relapse.any"),
        n=tell.many("flow.infused", "child"),
    )
    free = tell.t("geen recidief", "no relapse")
    charts = [
        replace(one, data=replace(one.data, free_label=free))
        if isinstance(one.data, CumulativeIncidenceData)
        else one
        for one in charts
    ]
    known = INCIDENCE in tell.figures.incidence
    blocks: tuple[Block, ...] = (*((Paragraph((count,)),) if known else ()), *charts, *rest)
    return Section(title, whole.lead, blocks, id="relapse")
