# SPDX-License-Identifier: Apache-2.0
"""How a published figure is named, drawn and footnoted: what makes it comparable, and what not."""

from __future__ import annotations

from collections.abc import Sequence

from cartulary.codebook.benchmark import benchmarks
from cartulary.codebook.published_cohort import NOT_STATED, Benchmark, PublishedEstimate
from cartulary.reports.content import (
    Absent,
    BenchmarkMark,
    Cell,
    Interval,
    Percent,
    Sentence,
)
from cartulary.reports.programme_report.code_words import STUDIES
from cartulary.reports.programme_report.teller import Teller
from cartulary.studies.published import PublishedBeside

FITS = ("same", "our_reading")
SAME_DAY = 5  # days within which two printed figures speak of one month
DAYS_PER_MONTH = 365.25 / 12


def study_name(benchmark: Benchmark) -> str:
    """The short name of a study: "ELIANA"."""
    return STUDIES.get(benchmark.study, benchmark.study.upper())


def with_size(tell: Teller, benchmark: Benchmark) -> str:
    """The study with how many children it infused: "ELIANA (75)"."""
    if benchmark.n_infused is None:
        return study_name(benchmark)
    return f"{study_name(benchmark)} ({tell.number(benchmark.n_infused)})"


def mark_of(tell: Teller, beside: PublishedBeside) -> BenchmarkMark | None:
    """A published share as a mark in a figure; None where it prints no value."""
    row = beside.row
    if row.value is None:
        return None
    style = beside.benchmark.study if beside.benchmark.study in STUDIES else "third"
    month = 0.0 if row.at_days is None else row.at_days / DAYS_PER_MONTH
    return BenchmarkMark(
        label=study_name(beside.benchmark),
        month=round(month),
        value=row.value,
        low=beside.low,
        high=beside.high,
        style=style,
        cohort_detail=f"{beside.benchmark.cut}, n = {beside.benchmark.n_infused}",
        comparable=beside.comparable in FITS,
    )


def published_cells(
    tell: Teller, beside: PublishedBeside | None, note: str = ""
) -> tuple[Cell, ...]:
    """A published percentage and its interval; `note` names the footnote that qualifies it."""
    if beside is None or beside.row.value is None:
        return (Absent("not_given", columns=2),)
    low, high = beside.low, beside.high
    if low is None and high is None:
        return (Percent(beside.row.value), Absent("not_given", footnote=note))
    return (Percent(beside.row.value), Interval(low, high, footnote=note))


def of_study(
    found: Sequence[PublishedBeside], study: str, month: int | None = None
) -> PublishedBeside | None:
    """The figure of one study, at one month where the figure is one of a curve."""
    for beside in found:
        if beside.benchmark.study != study:
            continue
        days = beside.row.at_days
        if month is None or (days is not None and abs(days - month * DAYS_PER_MONTH) <= SAME_DAY):
            return beside
    return None


def remarks(tell: Teller, beside: PublishedBeside, named: bool = True) -> Sentence | None:
    """Why the figure may not be set beside ours as it stands, or None when it may.

    `named=False` leaves the study's name out, where the column says it.
    """
    row = beside.row
    said: list[str] = []
    if row.key.startswith("neurotoxicity"):
        said.append(
            tell.t(
                "neurologische events (CTCAE), geen ICANS",
                "neurological events (CTCAE), not ICANS",
            )
        )
    elif row.key.startswith("cytopenia"):
        said.append(
            tell.t(
                "elke cytopenie van graad 3–4 op dag 28",
                "any cytopenia of grade 3–4 at day 28",
            )
        )
    elif row.scale == "penn_crs_2014" and row.key.startswith("crs"):
        said.append(
            tell.t(
                "Penn-schaal, die zwaarder gradeert dan ASTCT",
                "Penn scale, which grades higher than ASTCT",
            )
        )
    elif row.key.startswith("crs") and row.scale == NOT_STATED:
        said.append(tell.t("schaal niet vermeld", "scale not stated"))
    if row.key == "transplant_in_remission":
        said.append(tell.t("alleen transplantatie in remissie", "transplant in remission only"))
    if row.sct_rule == "unverified" and row.key in ("efs", "rfs", "dor"):
        said.append(
            tell.t(
                "regel voor transplantatie niet ingezien",
                "rule for transplant not seen",
            )
        )
    if row.population == "responders":
        said.append(tell.t("van de kinderen in remissie", "of the children in remission"))
    if not row.is_confirmed:
        said.append(tell.t("onbevestigd", "unconfirmed"))
    elif beside.interval_is == "unconfirmed":
        said.append(tell.t("interval onbevestigd", "interval unconfirmed"))
    elif beside.interval_is == "derived":
        said.append(
            tell.t(
                "interval berekend uit aantallen",
                "interval reckoned from counts",
            )
        )
    other = _other_cuts(tell, beside.benchmark, row)
    if other:
        said.append(other)
    if not said:
        return None
    whole = "; ".join(said)
    if not named:
        return tell.says("{what}.", "{what}.", what=whole[:1].upper() + whole[1:])
    return tell.says(
        "{name}: {what}.", "{name}: {what}.", name=study_name(beside.benchmark), what=whole
    )


def _other_cuts(tell: Teller, benchmark: Benchmark, row: PublishedEstimate) -> str:
    """Another figure that was printed for the same study, outcome and day."""
    if row.at_days is None or row.value is None:
        return ""
    for other in benchmarks().values():
        if other.study != benchmark.study or other.id == benchmark.id:
            continue
        for found in other.estimates_for(row.key):
            if (
                found.value is None
                or found.at_days is None
                or found.subgroup is not None
                or found.population != row.population
                or abs(found.at_days - row.at_days) > SAME_DAY
                or abs(found.value - row.value) < 0.005
            ):
                continue
            source = "" if found.is_confirmed else tell.t(", onbevestigd", ", unconfirmed")
            return tell.t(
                f"datasnede {benchmark.cut}; in snede {_cut(tell, other)} "
                f"{tell.percent(found.value)}{source}",
                f"data cut {benchmark.cut}; in the {_cut(tell, other)} cut "
                f"{tell.percent(found.value)}{source}",
            )
    return ""


def _cut(tell: Teller, benchmark: Benchmark) -> str:
    return f"{benchmark.cut} (n = {benchmark.n_infused})" if benchmark.n_infused else benchmark.cut
