# SPDX-License-Identifier: Apache-2.0
"""The page of outcomes made of the same figures, words and drawings as the programme's report."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from cartulary.codebook.endpoint_reader import endpoint, endpoints
from cartulary.course.errors import EstimandError
from cartulary.reports.content import (
    Block,
    Chart,
    Figure,
    Finding,
    MarginNote,
    Prose,
    Section,
    Sentence,
)
from cartulary.reports.disclosure import controlled
from cartulary.reports.evidence_page.margin import margin_notes
from cartulary.reports.programme_report.about import ProgrammeRead, about
from cartulary.reports.programme_report.build import build_report
from cartulary.reports.programme_report.code_words import CLOCKS
from cartulary.reports.programme_report.comparison_words import (
    published_sentence,
    what_is_allowed,
)
from cartulary.reports.programme_report.counts import named_counts
from cartulary.reports.programme_report.curve import NAMED_MONTH, curve_data, curve_table
from cartulary.reports.programme_report.event_free import at_month, benchmark_table, curve_reading
from cartulary.reports.programme_report.published_words import FITS, SAME_DAY, study_name
from cartulary.reports.programme_report.relapse import relapse_section
from cartulary.reports.programme_report.teller import Teller
from cartulary.reports.programme_report.toxicity import toxicity_section
from cartulary.studies.programme import ProgrammeFigures
from cartulary.studies.survival import DAYS_OF_MONTH, SurvivalFigure

CLOCK_ORDER = ("infusion", "apheresis", "indication", "remission")


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """The finding, the notes beside it, and three sections: curve, relapse, toxicity.

    `figures` are those of the whole report of the same children.
    """

    title: str
    lang: str
    origin: str
    finding: Prose
    notes: tuple[MarginNote, ...]
    sections: tuple[Section, ...]
    figures: tuple[Figure, ...]


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
    beside: Collection[str] = ("eliana", "cibmtr"),
) -> EvidencePage:
    """One endpoint with relapse and toxicity of chosen children, small counts withheld.

    Arguments:
        figures: of the children that were chosen.
        programme: its name, centre, data cut and files.
        endpoint_id: which curve is shown; one of `offered_endpoints`.
        lang: "nl" or "en"; suppress: counts from 1 up to this less one are withheld.
        beside: the published studies that are set beside it, "eliana" and "cibmtr".
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
    beside_chosen = with_studies(figures, beside)
    found = beside_chosen.survival[endpoint_id]
    told = about(programme)
    tell = Teller(beside_chosen, told, lang, named_counts(beside_chosen), suppress)
    sections = (
        _curve_section(tell, found, clock_of(endpoint_id)),
        *(_without_margin(section(tell)) for section in (relapse_section, toxicity_section)),
    )
    both = controlled(
        replace(
            whole,
            brief=(*whole.brief, Finding(finding(tell, found))),
            brief_notes=(*whole.brief_notes, *margin_notes(tell, found)),
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
    )


def with_studies(figures: ProgrammeFigures, studies: Collection[str]) -> ProgrammeFigures:
    """The figures with only these published studies beside them."""
    return replace(
        figures,
        survival={
            name: replace(
                one, published=tuple(b for b in one.published if b.benchmark.study in studies)
            )
            for name, one in figures.survival.items()
        },
        toxicity=tuple(
            replace(one, published=tuple(b for b in one.published if b.benchmark.study in studies))
            for one in figures.toxicity
        ),
    )


def finding(tell: Teller, figure: SurvivalFigure) -> Prose:
    """What the figure says at twelve months, what was published, and what that allows."""
    key = figure.endpoint_id
    nl, en = _state(key)
    at_day = [
        beside
        for beside in figure.published
        if beside.row.at_days is not None
        and abs(beside.row.at_days - DAYS_OF_MONTH[NAMED_MONTH]) <= SAME_DAY
    ]
    fits = [beside for beside in at_day if beside.comparable in FITS]
    return tell.prose(
        at_month(tell, figure, key, nl, en),
        published_sentence(tell, fits),
        what_is_allowed(tell, figure.at[NAMED_MONTH], key, fits) if fits else None,
        *(
            tell.says(
                "**{name} staat er niet naast**: de definitie van de bron past niet bij deze.",
                "**{name} is not set beside it**: the definition of the source does not fit this.",
                name=study_name(beside.benchmark),
            )
            for beside in at_day
            if beside.comparable not in FITS
        ),
        None if figure.published or clock_of(key) == "infusion" else _no_other_clock(tell),
    )


def _no_other_clock(tell: Teller) -> Sentence:
    return tell.says(
        "ELIANA en CIBMTR tellen vanaf infusie; naast dit cijfer staat daarom geen benchmark.",
        "ELIANA and CIBMTR count from infusion, so no benchmark stands beside this figure.",
    )


def _state(endpoint_id: str) -> tuple[str, str]:
    """What a child is that had no event."""
    if endpoint_id.startswith("os."):
        return "in leven", "alive"
    if endpoint_id.startswith("rfs."):
        return "vrij van recidief", "free of relapse"
    return "vrij van events", "event-free"


def _curve_section(tell: Teller, figure: SurvivalFigure, clock: str) -> Section:
    key = figure.endpoint_id
    title = endpoint(key).definition.name.text(tell.lang)
    data = curve_data(tell, figure, clock)
    at = figure.at[NAMED_MONTH]
    clock_words = CLOCKS[clock][tell.lang != "nl"]
    words = tell.t(f"{title}, vanaf {clock_words}", f"{title}, from {clock_words}")
    chart = Chart(
        data,
        (
            tell.says(
                "Event bij {k} van {n}.",
                "An event in {k} of {n}.",
                k=tell.count(key),
                n=tell.many(f"{key}.n", "child"),
            ),
            curve_reading(tell, bool(data.censor_days), bool(data.benchmarks)),
        ),
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
    published = benchmark_table(tell, figure, "published")
    blocks: tuple[Block, ...] = (chart, published) if published is not None else (chart,)
    return Section(title, (), blocks, id="curve")


def _without_margin(section: Section) -> Section:
    """A section of the report without its notes: the page has a margin of its own."""
    kept = tuple(block for block in section.blocks if not isinstance(block, MarginNote))
    return replace(section, blocks=kept, new_page=False)
