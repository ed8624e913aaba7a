# SPDX-License-Identifier: Apache-2.0
"""A programme's figures made into a report: page one, nine pages of sections, the appendix."""

from __future__ import annotations

from collections.abc import Sequence

from cartulary.course.problem import Problem
from cartulary.reports.content import Report
from cartulary.reports.programme_report.about import ProgrammeRead, about
from cartulary.reports.programme_report.baseline import baseline_section
from cartulary.reports.programme_report.brief import LABELS, brief_notes, facts, findings
from cartulary.reports.programme_report.code_words import pair
from cartulary.reports.programme_report.counts import named_counts
from cartulary.reports.programme_report.definitions import definitions_section
from cartulary.reports.programme_report.event_free import event_free_section
from cartulary.reports.programme_report.figure_list import all_figures
from cartulary.reports.programme_report.flow import flow_section
from cartulary.reports.programme_report.outcome_table import outcome_table
from cartulary.reports.programme_report.overall import other_clocks_section, overall_section
from cartulary.reports.programme_report.quality import quality_section
from cartulary.reports.programme_report.relapse import relapse_section
from cartulary.reports.programme_report.response import response_section
from cartulary.reports.programme_report.strata import strata_section
from cartulary.reports.programme_report.teller import Teller
from cartulary.reports.programme_report.timing import follow_up_section, timing_section
from cartulary.reports.programme_report.toxicity import toxicity_section
from cartulary.reports.programme_report.transplant import transplant_section
from cartulary.reports.programme_report.treatment import infection_section, treatment_section
from cartulary.reports.programme_report.wholes import spine, sums, within
from cartulary.studies.programme import ProgrammeFigures

SECTIONS = (
    flow_section,
    baseline_section,
    response_section,
    event_free_section,
    overall_section,
    relapse_section,
    toxicity_section,
    treatment_section,
    infection_section,
    strata_section,
    transplant_section,
    timing_section,
    follow_up_section,
)
APPENDIX = (other_clocks_section, quality_section, definitions_section)


def build_report(
    figures: ProgrammeFigures,
    programme: ProgrammeRead,
    lang: str,
    suppress: int = 0,
    found: Sequence[Problem] = (),
) -> Report:
    """The report of a programme in one language.

    Arguments:
        figures: what was reckoned from the programme's cohort.
        programme: its name, centre, data cut, files, problems and what was left out, as
            `course.tables.read_programme` gives them.
        lang: "nl" or "en".
        suppress: counts from 1 up to this number less one are withheld by the renderers; 0 = none.
        found: what the plausibility checks said of the courses.
    Returns: a `Report`, ready for `render_html`, `render_pdf`, `render_workbook`, `render_json`.
    Refuses nothing of its own; a programme without children has no figures to begin with.
    """
    tell = Teller(figures, about(programme, found), lang, named_counts(figures), suppress)
    return Report(
        title=tell.t(
            "CAR-T-celtherapie bij kinderen met B-ALL", "CAR-T cells in children with B-ALL"
        ),
        subtitle=tell.t(
            "Uitkomsten van het programma naast ELIANA en CIBMTR",
            "Outcomes of the programme beside ELIANA and CIBMTR",
        ),
        lang=lang,
        programme=programme.centre or programme.name,
        origin=figures.origin,
        control_hash=tell.about.control_hash,
        facts=facts(tell),
        brief=findings(tell),
        brief_notes=brief_notes(tell),
        brief_table=outcome_table(tell),
        sections=tuple(section(tell) for section in SECTIONS),
        appendix=tuple(made for section in APPENDIX if (made := section(tell)) is not None),
        figures=all_figures(tell),
        sums=sums(tell),
        within=within(tell),
        spine=spine(tell),
        origin_label=pair(LABELS[figures.origin], lang),
        data_cut=programme.data_cut,
        suppress=suppress,
    )
