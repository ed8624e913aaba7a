# SPDX-License-Identifier: Apache-2.0
"""A study made into a report: the conclusion on page one, then what it rests on."""

from __future__ import annotations

import hashlib

from cartulary.reports.content import (
    Column,
    Note,
    Paragraph,
    Report,
    Row,
    Section,
    Table,
    Words,
)
from cartulary.reports.programme_report.about import ProgrammeRead, about
from cartulary.reports.programme_report.brief import LABELS
from cartulary.reports.programme_report.code_words import pair
from cartulary.reports.study_report.apart_words import sentence
from cartulary.reports.study_report.balance import balance_section
from cartulary.reports.study_report.brief import brief_notes, facts, findings
from cartulary.reports.study_report.cited import methods_section
from cartulary.reports.study_report.estimands import estimands_section
from cartulary.reports.study_report.figure_list import all_figures
from cartulary.reports.study_report.methods_table import methods_table
from cartulary.reports.study_report.outcome import outcome_section
from cartulary.reports.study_report.question import children_section, question_section
from cartulary.reports.study_report.robustness import robustness_section
from cartulary.reports.study_report.voice import Voice, capital
from cartulary.reports.wording import long_date, word
from cartulary.studies.target_trial.study import Study


def build_study_report(
    study: Study,
    treated: ProgrammeRead,
    control: ProgrammeRead,
    lang: str,
    protocol_text: str = "",
    suppress: int = 0,
) -> Report:
    """The report of a study in one language.

    Arguments: a study; the two programmes as they were read; "nl" or "en"; the text of the
    protocol's file, which enters the control hash; suppress: counts from 1 to one less are
    withheld by every renderer, with what they could be reckoned from.

    Returns: a `Report`, ready for the four renderers.
    """
    voice = Voice(study, about(treated), about(control), lang)
    whole = "\n".join(
        (hashlib.sha256(protocol_text.encode()).hexdigest(), voice.treated.control_hash,
         voice.control.control_hash)
    )  # fmt: skip
    control_hash = hashlib.sha256(whole.encode()).hexdigest()
    sections = (
        question_section(voice),
        children_section(voice),
        balance_section(voice),
        outcome_section(voice),
        estimands_section(voice),
        robustness_section(voice),
        _apart_section(voice),
    )
    return Report(
        title=study.protocol.title.text(lang),
        subtitle=voice.t(
            "Behandelde kinderen naast externe controles, als een trial opgezet",
            "Treated children beside external controls, designed as a trial",
        ),
        lang=lang,
        kind="study",
        programme=voice.names([voice.treated.name, voice.control.name]),
        origin=study.main.difference.origin,
        control_hash=control_hash,
        facts=facts(voice, control_hash),
        brief=findings(voice),
        brief_notes=brief_notes(voice),
        brief_table=methods_table(voice, "estimates"),
        sections=tuple(section for section in sections if section is not None),
        appendix=(_data_section(voice), methods_section(voice)),
        figures=all_figures(voice),
        origin_label=_origin_label(voice),
        sums=voice.counts.sums(suppress),
        within=voice.counts.within(suppress),
        spine=voice.counts.spine(),
        suppress=suppress,
    )


def _origin_label(voice: Voice) -> str:
    """What stands on every page: the origins of both groups, once where they agree."""
    origins = dict.fromkeys(group.follow_up.origin for group in voice.study.aligned.groups)
    return "; ".join(pair(LABELS[origin], voice.lang) for origin in origins)


def _apart_section(voice: Voice) -> Section:
    """What could not be aligned, one paragraph each."""
    apart = voice.study.unaligned
    lead = voice.says(
        "Weging maakt alleen gelijk wat in beide bestanden staat. Dit bleef verschillen:",
        "Weighting makes alike only what both files hold. This stayed different:",
    )
    none = voice.says("Er is niets gevonden.", "Nothing was found.")
    rows = tuple(Row((str(k), Words(sentence(voice, one)))) for k, one in enumerate(apart, start=1))
    listed = Table(
        id="not_aligned",
        caption=(
            voice.says("Wat niet gelijk te maken was.", "What could not be aligned."),
        ),
        columns=(Column("", align="right"), Column(voice.t("verschil", "difference"), weight=1)),
        rows=rows,
    )  # fmt: skip
    warning = Note(
        (
            voice.says(
                "Of de schatting een werking van de behandeling is, hangt af van wat niet is "
                "gemeten; dat kan geen berekening vaststellen.",
                "Whether the estimate is an effect of the treatment depends on what was not "
                "measured; no computation can establish that.",
            ),
        )
    )
    return Section(
        voice.t("Wat niet gelijk te maken was", "What could not be aligned"),
        (lead,) if rows else (none,),
        (listed, warning) if rows else (warning,),
        id="not_aligned",
    )


def _data_section(voice: Voice) -> Section:
    """The two files: name, cut, children, problems found, notes."""
    rows = []
    notes = []
    for name, one, group in (
        ("treated", voice.treated, voice.study.aligned.treated),
        ("control", voice.control, voice.study.aligned.control),
    ):
        origin = word(f"origin.{group.follow_up.origin}", voice.lang)
        cut = long_date(one.data_cut, voice.lang) if one.data_cut else "–"
        rows.append(
            Row((capital(voice.label(name)), Words(one.name or "–"), origin, cut,
                 voice.counts.file(name), str(len(one.files)), one.control_hash[:12]))
        )  # fmt: skip
        notes += [
            voice.says("{g}: {n}", "{g}: {n}", g=capital(voice.label(name)), n=note)
            for note in one.notes
        ]
    table = Table(
        id="files",
        caption=(voice.says("De twee bestanden.", "The two files."),),
        columns=(
            Column(voice.t("groep", "group")),
            Column(voice.t("naam", "name"), weight=1),
            Column(voice.t("herkomst", "origin")),
            Column(voice.t("tot en met", "data to")),
            Column(voice.t("kinderen", "children"), align="right"),
            Column(voice.t("tabellen", "tables"), align="right"),
            Column(voice.t("controlegetal", "control hash")),
        ),
        rows=tuple(rows),
    )
    return Section(
        voice.t("De gegevens", "The data"),
        (
            voice.says(
                "Elke groep houdt haar eigen herkomst; geen cijfer mengt ze zonder het te zeggen.",
                "Each group keeps its own origin; no figure mixes them without saying so.",
            ),
        ),
        (table, *((Paragraph(tuple(notes)),) if notes else ())),
        id="data",
    )
