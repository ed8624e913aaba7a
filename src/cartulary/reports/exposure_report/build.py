# SPDX-License-Identifier: Apache-2.0
"""An exposure's analyses made into a report: the conclusion on page one, then what it rests on."""

from __future__ import annotations

from cartulary.reports.content import Report, Section
from cartulary.reports.exposure_report.analyses import (
    analyses_section,
    analyses_table,
    count_parts,
    count_sums,
)
from cartulary.reports.exposure_report.brief import brief_notes, facts, findings
from cartulary.reports.exposure_report.curves import curves_section
from cartulary.reports.exposure_report.figure_list import all_figures
from cartulary.reports.exposure_report.plan import plan_section
from cartulary.reports.exposure_report.question import (
    account_parts,
    data_section,
    methods_section,
    question_section,
)
from cartulary.reports.exposure_report.states import states_section
from cartulary.reports.exposure_report.voice import ExposureFound, Voice
from cartulary.reports.programme_report.about import ProgrammeRead, about
from cartulary.reports.programme_report.brief import LABELS
from cartulary.reports.programme_report.code_words import pair


def build_exposure_report(
    found: ExposureFound, programme: ProgrammeRead, lang: str, suppress: int = 0
) -> Report:
    """The report of an exposure in one language.

    Arguments: what could be reckoned; the programme as it was read; "nl" or "en"; counts from 1
    up to `suppress` less one are withheld by the renderers, 0 for none.

    Returns: a `Report`, ready for the four renderers.
    """
    voice = Voice(found, about(programme), lang)
    compared = found.effect is not None
    sections: list[Section | None] = [question_section(voice)]
    if compared:
        sections += [curves_section(voice), analyses_section(voice), plan_section(voice)]
    sections.append(states_section(voice))
    return Report(
        title=found.exposure.name.text(lang),
        subtitle=voice.t(
            "Wat erna kwam, zonder onsterfelijke tijd, en waar de kinderen zijn",
            "What came after it, clear of immortal time, and where the children are",
        ),
        lang=lang,
        kind="study",
        programme=programme.centre or programme.name,
        origin=found.origin,
        control_hash=voice.about.control_hash,
        facts=facts(voice),
        brief=findings(voice),
        brief_notes=brief_notes(voice),
        brief_table=analyses_table(voice, "estimates") if compared else None,
        sections=tuple(section for section in sections if section is not None),
        appendix=(data_section(voice), methods_section(voice)),
        figures=all_figures(voice),
        sums=count_sums(voice) if compared else (),
        within=(*count_parts(voice), *account_parts(voice)) if compared else (),
        spine=(voice.n,) if compared else (),
        origin_label=pair(LABELS[found.origin], lang),
        data_cut=programme.data_cut,
        suppress=suppress,
    )
