# SPDX-License-Identifier: Apache-2.0
"""The page of outcomes made of the same figures, words and drawings as the programme's report."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from cartulary.codebook.endpoint_reader import endpoint, endpoints
from cartulary.course.errors import EstimandError
from cartulary.reports.content import (
    Block,
    Chart,
    Finding,
    MarginNote,
    Prose,
    Report,
    Section,
)
from cartulary.reports.evidence_page.margin import margin_notes
from cartulary.reports.programme_report.about import ProgrammeRead, about
from cartulary.reports.programme_report.code_words import CLOCKS
from cartulary.reports.programme_report.comparison_words import (
    published_sentence,
    what_is_allowed,
)
from cartulary.reports.programme_report.counts import named_counts
from cartulary.reports.programme_report.curve import NAMED_MONTH, curve_data, curve_table
from cartulary.reports.programme_report.event_free import at_month, benchmark_table, curve_reading
from cartulary.reports.programme_report.figure_list import all_figures
from cartulary.reports.programme_report.published_words import FITS, SAME_DAY, study_name
from cartulary.reports.programme_report.relapse import relapse_section
from cartulary.reports.programme_report.teller import Teller
from cartulary.reports.programme_report.toxicity import toxicity_section
from cartulary.reports.programme_report.wholes import spine, sums, within
from cartulary.studies.programme import ProgrammeFigures
from cartulary.studies.survival import DAYS_OF_MONTH, SurvivalFigure

CLOCK_ORDER = ("infusion", "apheresis", "indication", "remission")


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
) -> Report:
    """One endpoint with relapse and toxicity, as a report of three sections.

    Arguments:
        figures: of the children that were chosen.
        programme: its name, centre, data cut and files.
        endpoint_id: which curve is shown; one of `offered_endpoints`.
        lang: "nl" or "en"; suppress: counts from 1 up to this less one are withheld.
        beside: the published studies that are set beside it, "eliana" and "cibmtr".
    Returns: a `Report`: its brief is the finding, its notes the margin, its sections the figures.
    Refuses: an endpoint there is no curve of.
    """
    found = figures.survival.get(endpoint_id)
    if found is None:
        known = endpoint_id in endpoints()
        raise EstimandError(
            f"There is no curve of {endpoint_id!r}. "
            + (
                "The programme does not report it, or nobody can be counted. Choose another."
                if known
                else "The codebook has no such endpoint. Choose another definition."
            )
        )
    figures = with_studies(figures, beside)
    found = figures.survival[endpoint_id]
    told = about(programme)
    tell = Teller(figures, told, lang, named_counts(figures), suppress)
    clock = clock_of(endpoint_id)
    return Report(
        title=endpoint(endpoint_id).definition.name.text(lang),
        subtitle="",
        lang=lang,
        programme=programme.centre or programme.name,
        origin=figures.origin,
        control_hash=told.control_hash,
        facts=(),
        brief=(Finding(finding(tell, found)),),
        brief_notes=margin_notes(tell, found),
        sections=(
            _curve_section(tell, found, clock),
            *(_without_margin(section(tell)) for section in (relapse_section, toxicity_section)),
        ),
        figures=all_figures(tell),
        sums=sums(tell),
        within=within(tell),
        spine=spine(tell),
        data_cut=programme.data_cut,
        suppress=suppress,
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
