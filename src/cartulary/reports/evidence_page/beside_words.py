# SPDX-License-Identifier: Apache-2.0
"""What is said of published figures beside ours: what was printed, and whether they compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cartulary.codebook import benchmark_terms as terms
from cartulary.reports.content import (
    Absent,
    BenchmarkMark,
    Cell,
    Column,
    MarginNote,
    Prose,
    Row,
    Sentence,
    Table,
    Told,
)
from cartulary.reports.evidence_page.cohort_names import name_of
from cartulary.reports.programme_report.code_words import STUDIES
from cartulary.reports.programme_report.comparison_words import difference_cell
from cartulary.reports.programme_report.curve import NAMED_MONTH
from cartulary.reports.programme_report.event_free import SIGNS
from cartulary.reports.programme_report.published_words import (
    DAYS_PER_MONTH,
    SAME_DAY,
    published_cells,
    remarks,
)
from cartulary.reports.programme_report.teller import Teller, row_cells
from cartulary.studies.published import PublishedBeside
from cartulary.studies.survival import DAYS_OF_MONTH

Names = Mapping[str, str]


def at_named_month(found: Sequence[PublishedBeside]) -> list[PublishedBeside]:
    """Those of the month that the page names."""
    day = DAYS_OF_MONTH[NAMED_MONTH]
    return [b for b in found if b.row.at_days and abs(b.row.at_days - day) <= SAME_DAY]


def mark_named(beside: PublishedBeside, names: Names) -> BenchmarkMark:
    """A published value as a mark under the cohort's own name."""
    row, cohort = beside.row, beside.benchmark
    assert row.value is not None
    assert row.at_days is not None
    return BenchmarkMark(
        label=names[cohort.id],
        month=round(row.at_days / DAYS_PER_MONTH),
        value=row.value,
        low=beside.low,
        high=beside.high,
        style=cohort.study if cohort.study in STUDIES else "third",
        cohort_detail=f"{cohort.cut}, n = {cohort.n_infused}",
        comparable=beside.comparable != "differs",
    )


def printed_sentence(
    tell: Teller, found: Sequence[PublishedBeside], names: Names
) -> Sentence | None:
    """What each cohort printed at the named month, in one sentence."""
    parts = []
    for beside in at_named_month(found):
        name, value = names[beside.benchmark.id], tell.percent(beside.row.value or 0.0)
        limits = (
            tell.limits(beside.low, beside.high)
            if beside.interval_is in ("printed", "derived")
            else tell.t("interval onbevestigd", "interval unconfirmed")
            if beside.interval_is == "unconfirmed"
            else tell.t("zonder interval", "without an interval")
        )
        verb = "" if parts else tell.t("meldde ", "printed ")
        parts.append(f"{name} {verb}{value} ({limits})")
    if not parts:
        return None
    return tell.says("{text}.", "{text}.", text=tell.names(parts))


def may_they_be_compared(
    tell: Teller, found: Sequence[PublishedBeside], names: Names, endpoint_id: str
) -> tuple[Sentence, ...]:
    """For each cohort one sentence: under which definition it counts, and ours under that."""
    said = []
    for cohort in dict.fromkeys(beside.benchmark.id for beside in found):
        of_cohort = [beside for beside in found if beside.benchmark.id == cohort]
        named = at_named_month(of_cohort)
        said.append(_compared(tell, (named or of_cohort)[0], names[cohort], endpoint_id))
        if not named:
            days = [beside.row.at_days for beside in of_cohort if beside.row.at_days]
            months = tell.names([f"{day / DAYS_PER_MONTH:.0f}" for day in days])
            said.append(
                tell.says(
                    "{name} meldt niets op twaalf maanden, wel op {months}.",
                    "{name} prints nothing at twelve months, but at {months}.",
                    name=names[cohort],
                    months=months,
                )
            )
    return tuple(said)


def _compared(tell: Teller, beside: PublishedBeside, name: str, endpoint_id: str) -> Sentence:
    row = beside.row
    ours = beside.ours
    rule = terms.TRANSPLANT_RULES[row.sct_rule].text(tell.lang)
    rule = f" ({rule})" if row.sct_rule not in ("not_applicable", "not stated") else ""
    tail = rule
    if not row.is_confirmed:
        tail += tell.t("; het cijfer zelf is onbevestigd", "; the figure itself is unconfirmed")
    apart = ours is not None and ours.value is not None and ours.endpoint != endpoint_id
    if beside.comparable in ("same", "our_reading") and apart:
        assert ours is not None
        assert ours.value is not None
        key = tell.key_of(ours, row.definition)
        said = Told(tell.percent(ours.value, ours.n), tell.rests(ours, key))
        if beside.comparable == "same":
            return tell.says(
                "Onder de eigen definitie van {name}{tail} is ons cijfer {ours}.",
                "Under the definition of {name} itself{tail} ours is {ours}.",
                name=name,
                tail=tail,
                ours=said,
            )
        return tell.says(
            "**Van {name} is de definitie onze lezing**{tail}; daaronder is ons cijfer {ours}.",
            "**The definition of {name} is our reading**{tail}; under that ours is {ours}.",
            name=name,
            tail=tail,
            ours=said,
        )
    if beside.comparable == "same":
        return tell.says(
            "{name} telt onder dezelfde definitie{tail}.",
            "{name} counts under the same definition{tail}.",
            name=name,
            tail=tail,
        )
    if beside.comparable == "our_reading":
        return tell.says(
            "**Van {name} is de definitie onze lezing**{tail}.",
            "**The definition of {name} is our reading**{tail}.",
            name=name,
            tail=tail,
        )
    if beside.comparable == "not_stated":
        unsure = tail.removeprefix(rule)
        return tell.says(
            "**{name} vermeldt geen definitie**{tail}: een verschil kan daaraan liggen.",
            "**{name} states no definition**{tail}: a difference may lie in that alone.",
            name=name,
            tail=unsure,
        )
    return tell.says(
        "**{name} definieert dit anders**{tail}; dat is niet zonder meer te vergelijken.",
        "**{name} defines this otherwise**{tail}; that does not simply compare.",
        name=name,
        tail=tail,
    )


def cohort_notes(
    tell: Teller, found: Sequence[PublishedBeside], names: Names, endpoint_id: str
) -> tuple[MarginNote, ...]:
    """A note a cohort: whom it is of, whether it compares, and what its file warns of."""
    notes = []
    for cohort in {b.benchmark.id: b.benchmark for b in found}.values():
        of_cohort = [beside for beside in found if beside.benchmark.id == cohort.id]
        said: list[Sentence] = list(may_they_be_compared(tell, of_cohort, names, endpoint_id))
        for beside in at_named_month(of_cohort) or of_cohort[:1]:
            remark = remarks(tell, beside, named=False)
            if remark is not None and " " in remark.plain and remark not in said:
                said.append(remark)
        said += [
            tell.says("{t}", "{t}", t=one.text(tell.lang)) for one in cohort.comparability[-2:]
        ]
        notes.append(MarginNote(name_of(cohort, tell.lang), tuple(said), cohort.id))
    return tuple(notes)


def published_table(
    tell: Teller, found: Sequence[PublishedBeside], names: Names, name: str
) -> Table | None:
    """Each published figure beside ours under the same definition, with the difference."""
    rows: list[Row] = []
    used: set[str] = set()
    notes: dict[str, Sentence] = {}
    for beside in found:
        row = beside.row
        remark = remarks(tell, beside, named=False)
        note = "" if remark is None else remark.plain
        if remark is not None:
            notes[note] = remark
        ours = beside.ours
        key = tell.key_of(ours, row.definition)
        value: tuple[Cell, ...] = (
            tell.cells(ours, key, counted=False)[1:]
            if ours is not None
            else (Absent("not_estimated", columns=2), "")
        )
        used.add(beside.comparable)
        months = tell.number((row.at_days or 0) / DAYS_PER_MONTH)
        size = tell.number(row.n) if row.n else Absent("not_given")
        rows.append(
            Row(
                row_cells(
                    names[beside.benchmark.id],
                    tell.t(f"{months} mnd", f"{months} months"),
                    size,
                    *published_cells(tell, beside, note),
                    SIGNS[beside.comparable][0],
                    *value,
                    difference_cell(tell, beside, key),
                )
            )
        )
    if not rows:
        return None
    ci = tell.t("95%-BI", "95% CI")
    published = tell.t("Gepubliceerd", "Published")
    ours_title = tell.t("Dit programma", "This programme")
    return Table(
        id=name,
        caption=(
            tell.says(
                "Gepubliceerde cijfers, en het onze onder dezelfde definitie.",
                "Published figures, and ours under the same definition.",
            ),
        ),
        columns=(
            Column(tell.t("Cohort", "Cohort")),
            Column(tell.t("op", "at")),
            Column("n", published, "right"),
            Column("%", published, "right"),
            Column(ci, published),
            Column(tell.t("definitie", "definition"), align="centre"),
            Column("%", ours_title, "right", strong=True),
            Column(ci, ours_title),
            Column(tell.t("verschil in procentpunten", "difference in points"), weight=1),
        ),
        rows=tuple(rows),
        footnotes=tuple(notes.items()),
        note=signs(tell, used),
    )


def signs(tell: Teller, used: set[str]) -> Prose:
    """The signs in words, those that occur."""
    said = "; ".join(
        f"{sign} {tell.t(nl, en)}" for code, (sign, nl, en) in SIGNS.items() if code in used
    )
    return (tell.says("{said}.", "{said}.", said=said),)
