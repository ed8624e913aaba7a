# SPDX-License-Identifier: Apache-2.0
"""Appendix: every definition and published cohort that was used, its source, and how sure it is."""

from __future__ import annotations

from cartulary.codebook import benchmark_terms as terms
from cartulary.codebook.benchmark import benchmarks
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.codebook.published_cohort import Benchmark
from cartulary.codebook.scale_reader import scales
from cartulary.reports.content import Column, Row, Section, Sentence, Table, Words
from cartulary.reports.programme_report.published_words import study_name
from cartulary.reports.programme_report.teller import Teller
from cartulary.studies.child_summary import BURDEN_SCALE
from cartulary.studies.published import PublishedBeside, published_rows

UNCONFIRMED = ("onbevestigd", "unconfirmed")


def definitions_section(tell: Teller) -> Section:
    """Definitions, scales and benchmarks; what is unconfirmed says so."""
    lead = tell.says(
        "Elk cijfer volgt een definitie met een editie; wat onbevestigd is, wacht op een clinicus "
        "of op de bron.",
        "Every figure follows a definition with an edition; what is unconfirmed awaits a clinician "
        "or the source.",
    )
    return Section(
        tell.t("Definities en bronnen", "Definitions and sources"),
        (lead,),
        (_definitions(tell), _scales(tell), _benchmarks(tell)),
        id="definitions",
    )


def _definitions(tell: Teller) -> Table:
    used = [figure.endpoint_id for figure in tell.figures.response]
    used += [*tell.figures.survival, *tell.figures.incidence]
    by_file: dict[str, list[str]] = {}
    for endpoint_id in dict.fromkeys(used):
        name, clock = endpoint_id.rsplit(".", 1)
        by_file.setdefault(name, []).append(clock)
    entries = []
    for name, clocks in sorted(by_file.items()):
        definition = endpoint(f"{name}.{clocks[0]}").definition
        status = _support(tell, definition.source.support)
        if definition.confirm is not None:
            status = tell.t(*UNCONFIRMED)
        citation = definition.source.citation
        entries.append(
            (name, definition.edition, definition.name.text(tell.lang), citation, status)
        )
    return _listed(tell, "definitions", tell.says("Eindpunten.", "Endpoints."), entries)


def _scales(tell: Teller) -> Table:
    named = {scale for figure in tell.figures.toxicity for scale in figure.scales}
    named |= {BURDEN_SCALE, "relapse_class_article_2020"}
    known = scales()
    entries = []
    for name in sorted(named):
        if name in known:
            scale = known[name]
            status = _support(tell, scale.source.support)
            citation = scale.source.citation
            entries.append((name, scale.edition, scale.name.text(tell.lang), citation, status))
        else:
            unknown = tell.t("niet in het codeboek", "not in the codebook")
            entries.append((name, "–", unknown, "", tell.t(*UNCONFIRMED)))
    said = tell.says("Schalen en indelingen.", "Scales and classes.")
    return _listed(tell, "scales", said, entries)


def _listed(
    tell: Teller, name: str, caption: Sentence, entries: list[tuple[str, str, str, str, str]]
) -> Table:
    """Name, id, edition and status in a row; each source once, as a footnote."""
    sources = {citation: tell.says("{c}", "{c}", c=citation) for *_, citation, _ in entries}
    return Table(
        id=name,
        caption=(caption,),
        columns=(
            Column(tell.t("naam", "name"), weight=1),
            Column("id"),
            Column(tell.t("editie", "edition")),
            Column(tell.t("status", "status")),
        ),
        rows=tuple(
            Row((Words(words, footnote=citation), identifier, edition, status))
            for identifier, edition, words, citation, status in entries
        ),
        footnotes=tuple((citation, said) for citation, said in sources.items() if citation),
    )


def _support(tell: Teller, support: str) -> str:
    """How well a source is known, in a word or two."""
    words = {
        "found": ("gelezen", "read"),
        "found_secondary": ("elders gelezen", "read elsewhere"),
        "from_memory_high": ("uit geheugen", "from memory"),
        "derived": ("berekend", "reckoned"),
        "ours": ("eigen keuze", "our choice"),
    }
    return tell.t(*words.get(support, UNCONFIRMED))


def _benchmarks(tell: Teller) -> Table:
    beside: list[PublishedBeside] = []
    for curve in tell.figures.survival.values():
        beside += curve.published
    for response in tell.figures.response:
        beside += response.published
    for toxicity in tell.figures.toxicity:
        beside += toxicity.published
    pairs = [(one.benchmark.id, one.row) for one in beside]
    for key in ("efs", "os"):
        pairs += [(cohort.id, row) for cohort, row in published_rows(key, 365)]
    pairs += [(cohort.id, row) for cohort, row in published_rows("transplant_in_remission")]
    rows = []
    sources = {}
    for benchmark_id in dict.fromkeys(name for name, _ in pairs):
        cohort = benchmarks()[benchmark_id]
        sources[benchmark_id] = tell.says("{c}", "{c}", c=cohort.source.citation)
        unsure = sorted(
            {
                terms.OUTCOMES[row.key].text(tell.lang)
                for name, row in pairs
                if name == benchmark_id
                and (not row.is_confirmed or row.unconfirmed_low is not None)
            }
        )
        status = ", ".join(unsure) if unsure else tell.t("niets", "nothing")
        rows.append(Row((Words(_name(tell, cohort), footnote=cohort.id), cohort.edition, status)))
    return Table(
        id="benchmarks",
        caption=(tell.says("Gepubliceerde cohorten.", "Published cohorts."),),
        columns=(
            Column(tell.t("cohort", "cohort")),
            Column(tell.t("editie", "edition")),
            Column(
                tell.t(
                    "onbevestigd (niet in de bron gezien)", "unconfirmed (not seen in the source)"
                ),
                weight=1,
            ),
        ),
        rows=tuple(rows),
        footnotes=tuple(sources.items()),
    )


def _name(tell: Teller, cohort: Benchmark) -> str:
    size = f", n = {tell.number(cohort.n_infused)}" if cohort.n_infused is not None else ""
    return f"{study_name(cohort)} ({cohort.cut}{size})"
