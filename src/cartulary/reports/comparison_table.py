# SPDX-License-Identifier: Apache-2.0
"""The article's comparison, C1 to C4: event-free, survival, CRS and ICANS beside two cohorts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cartulary.codebook.benchmark import benchmarks
from cartulary.codebook.published_cohort import Benchmark, PublishedEstimate
from cartulary.evidence import Estimate
from cartulary.reports.wording import interval, percent, units
from cartulary.studies.programme import ProgrammeFigures
from cartulary.studies.published import PublishedBeside, published_rows

ARTICLE = "article_2020"
PRINTED_FOR_ELIANA = "eliana_as_printed"
YEAR = 365


@dataclass(frozen=True, slots=True)
class ComparisonTable:
    """Finished words: a title, headers, rows of as many cells, and notes below."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """One outcome: its name, how it is asked for, our figure and its unit."""

    nl: str
    en: str
    published_key: str
    article_key: str
    at_days: int | None
    ours: Estimate | None
    silent: bool
    beside: Sequence[PublishedBeside]


def comparison_table(figures: ProgrammeFigures, lang: str) -> ComparisonTable:
    """Four outcomes of a programme beside ELIANA and the CIBMTR, each with its interval.

    What the article itself prints for ELIANA has a column of its own: two of its figures match no
    source that was found.

    Arguments: the programme's figures; "nl" or "en".
    Returns: a `ComparisonTable`.
    """
    nl = lang == "nl"
    eliana, cibmtr = _cohort("eliana"), _cohort("cibmtr")
    rows = [_row(line, lang) for line in _lines(figures)]
    header = (
        "Uitkomst" if nl else "Outcome",
        _sized(eliana, "ELIANA"),
        "ELIANA volgens het artikel" if nl else "ELIANA as the article prints it",
        _sized(cibmtr, "CIBMTR"),
        "dit programma" if nl else "this programme",
        "per",
        "opmerking" if nl else "remark",
    )
    origin = {
        "recorded": ("vastgelegd", "recorded"),
        "reconstructed": ("gereconstrueerd", "reconstructed"),
        "simulated": ("gesimuleerd", "simulated"),
    }[figures.origin]
    return ComparisonTable(
        "Het programma naast ELIANA en CIBMTR (95%-interval)"
        if nl
        else "The programme beside ELIANA and CIBMTR (95% interval)",
        header,
        tuple(rows),
        (
            f"Herkomst van dit programma: {origin[0]}."
            if nl
            else f"Origin of this programme: {origin[1]}.",
            "* onbevestigd: uit het geheugen, of geen bron gevonden."
            if nl
            else "* unconfirmed: from memory, or no source was found.",
            "Overlappende of gescheiden intervallen zijn geen toets: de kinderen verschilden."
            if nl
            else "Intervals that overlap or do not are no test: the children differed.",
        ),
    )


def _lines(figures: ProgrammeFigures) -> tuple[_Line, ...]:
    efs = figures.survival.get("efs.hypothetical.infusion")
    os_ = figures.survival.get("os.infusion")
    toxicity = {(figure.kind, figure.at_least): figure for figure in figures.toxicity}
    crs, icans = toxicity.get(("crs", 1)), toxicity.get(("icans", 1))
    return (
        _Line(
            "Vrij van events, 12 maanden",
            "Event-free at 12 months",
            "efs",
            "efs",
            YEAR,
            efs.at[12] if efs else None,
            "efs" in figures.not_reported,
            efs.published if efs else (),
        ),
        _Line(
            "Overleving, 12 maanden",
            "Survival at 12 months",
            "os",
            "os",
            YEAR,
            os_.at[12] if os_ else None,
            "os" in figures.not_reported,
            os_.published if os_ else (),
        ),
        _Line("CRS, alle graden", "CRS, any grade", "crs_any", "crs_any", None,
              crs.by_infusion if crs else None, False, crs.published if crs else ()),
        _Line("ICANS, alle graden", "ICANS, any grade", "neurotoxicity_any", "icans_any", None,
              icans.by_infusion if icans else None, False, icans.published if icans else ()),
    )  # fmt: skip


def _row(line: _Line, lang: str) -> tuple[str, ...]:
    nl = lang == "nl"
    printed = benchmarks()[ARTICLE].estimate(
        line.article_key, line.at_days, subgroup=PRINTED_FOR_ELIANA, disputed=True
    )
    rows = {cohort.study: row for cohort, row in published_rows(line.published_key, line.at_days)}
    beside = {
        one.benchmark.study: one
        for one in line.beside
        if line.at_days is None or one.row.at_days == rows_day(rows, one)
    }
    unit = line.ours.unit if line.ours is not None else "child"
    return (
        line.nl if nl else line.en,
        _published(beside.get("eliana"), rows.get("eliana"), lang),
        _bare(printed, lang),
        _published(beside.get("cibmtr"), rows.get("cibmtr"), lang),
        _ours(line, lang),
        units(1, unit, lang),
        _remark(line, rows, printed, lang),
    )


def rows_day(rows: dict[str, PublishedEstimate], one: PublishedBeside) -> int | None:
    """The day of the figure that is asked for of this study."""
    row = rows.get(one.benchmark.study)
    return None if row is None else row.at_days


def _cohort(study: str) -> Benchmark | None:
    return next(
        (cohort for cohort, _ in published_rows("efs", YEAR) if cohort.study == study), None
    )


def _sized(cohort: Benchmark | None, name: str) -> str:
    return name if cohort is None else f"{name} ({cohort.cut}, n = {cohort.n_infused})"


def _published(beside: PublishedBeside | None, row: PublishedEstimate | None, lang: str) -> str:
    """A published share with its interval; a star where it is unconfirmed."""
    if beside is None:
        if row is None:
            return "n.g."
        beside = PublishedBeside(benchmarks()[row.benchmark], row, None, "differs")
    value = beside.row.value
    if value is None:
        return "n.g."
    text = percent(value, lang) + ("" if beside.row.is_confirmed else "*")
    if beside.low is None or beside.high is None:
        return text
    star = "*" if beside.interval_is == "unconfirmed" else ""
    return f"{text} ({_limits(beside.low, beside.high, lang)}{star})"


def _bare(row: PublishedEstimate | None, lang: str) -> str:
    if row is None or row.value is None:
        return "n.g."
    return percent(row.value, lang) + ("" if row.is_confirmed else "*")


def _ours(line: _Line, lang: str) -> str:
    nl = lang == "nl"
    if line.silent:
        return "niet gerapporteerd" if nl else "not reported"
    found = line.ours
    if found is None or found.value is None:
        return "nog niet te bepalen" if nl else "cannot be estimated yet"
    counted = "" if line.at_days is not None else f"{found.events}/{found.n}: "
    return f"{counted}{percent(found.value, lang)} ({_limits(found.low, found.high, lang)})"


def _limits(low: float | None, high: float | None, lang: str) -> str:
    return interval(low, high, lang, medium="screen")


def _remark(
    line: _Line,
    rows: dict[str, PublishedEstimate],
    printed: PublishedEstimate | None,
    lang: str,
) -> str:
    nl = lang == "nl"
    said = []
    eliana, cibmtr = rows.get("eliana"), rows.get("cibmtr")
    if (
        printed is not None
        and not printed.is_confirmed
        and eliana is not None
        and printed.value != eliana.value
    ):
        said.append(
            "het cijfer van het artikel past bij geen gevonden bron"
            if nl
            else "the article's figure matches no source found"
        )
    if cibmtr is not None and cibmtr.key == "efs" and cibmtr.sct_rule == "unverified":
        said.append(
            "CIBMTR: regel voor transplantatie niet ingezien"
            if nl
            else "CIBMTR: rule for transplant not seen"
        )
    if eliana is not None and eliana.key.startswith("crs"):
        said.append("ELIANA: Penn-schaal, per kind" if nl else "ELIANA: Penn scale, by child")
    if eliana is not None and eliana.key.startswith("neurotoxicity"):
        said.append(
            "ELIANA en CIBMTR: neurologische events, per kind"
            if nl
            else "ELIANA and CIBMTR: neurological events, by child"
        )
    return "; ".join(said)
