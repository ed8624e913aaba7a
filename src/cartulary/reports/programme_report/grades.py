# SPDX-License-Identifier: Apache-2.0
"""The highest grade after each infusion, with onset and duration, and who was not assessed."""

from __future__ import annotations

from cartulary.reports.content import Absent, Column, Count, Row, Sum, Table, Told
from cartulary.reports.programme_report.code_words import TOXICITIES, pair
from cartulary.reports.programme_report.teller import Teller
from cartulary.studies.toxicity import GradeCounts


def grades_table(tell: Teller, grades: list[GradeCounts]) -> Table:
    """A row a toxicity: infusions by highest grade; grade 0 says that somebody looked."""
    rows = []
    sums = []
    for figure in grades:
        counts = tuple(tell.count(f"{figure.kind}.grade.{g}") for g in range(6))
        absent = tell.count(f"{figure.kind}.not_judged")
        onset = tell.median(figure.onset_days)
        lasted = tell.median(figure.duration_days)
        some = tuple(count for count in counts[1:] if count.value)
        judged = [
            Count(0 if found is None else found.n, f"{figure.kind}.{what}_days.n")
            for what, found in (
                ("onset", figure.onset_days),
                ("duration", figure.duration_days),
            )
        ]
        rows.append(
            Row(
                (
                    pair(TOXICITIES.get(figure.kind, (figure.kind, figure.kind)), tell.lang),
                    *counts,
                    absent,
                    tell.says("{d}", "{d}", d=Told(onset, (judged[0],)))
                    if onset
                    else Absent("not_applicable" if not some else "not_recorded"),
                    tell.says("{d}", "{d}", d=Told(lasted, (judged[1],)))
                    if lasted
                    else Absent("not_applicable" if not some else "not_recorded"),
                )
            )
        )
        sums.append(Sum(tell.count("flow.infusions"), (*counts, absent)))
    group = tell.t("Infusies naar hoogste graad", "Infusions by highest grade")
    days = tell.t("Mediaan (spreiding), dagen", "Median (range), days")
    return Table(
        id="grades",
        caption=(
            tell.says("Hoogste graad na elke infusie.", "Highest grade after each infusion."),
        ),
        columns=(
            Column(tell.t("Toxiciteit", "Toxicity"), weight=1),
            *(Column(str(grade), group, "right") for grade in range(6)),
            Column(tell.t("niet beoord.", "not assessed"), group, "right"),
            Column(tell.t("begin", "onset"), days, "right"),
            Column(tell.t("duur", "duration"), days, "right"),
        ),
        rows=tuple(rows),
        sums=tuple(s for s in sums if s.total.value == sum(p.value for p in s.parts)),
        note=(
            tell.says(
                "Begin in dagen na de infusie. Febriele neutropenie is volgens CTCAE graad 3 of "
                "hoger.",
                "Onset in days after the infusion. Febrile neutropenia is grade 3 or higher in "
                "CTCAE.",
            ),
        ),
    )
