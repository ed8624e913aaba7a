# SPDX-License-Identifier: Apache-2.0
"""The same children under every variant of event-free survival, so that the choice is seen."""

from __future__ import annotations

from cartulary.reports.content import Absent, Column, Prose, Row, Table, Told
from cartulary.reports.programme_report.code_words import CLOCKS
from cartulary.reports.programme_report.curve import NAMED_MONTH
from cartulary.reports.programme_report.teller import Teller, row_cells
from cartulary.studies.child_summary import MAIN_EFS
from cartulary.studies.programme import EFS_VARIANTS

#: what a variant of event-free survival does with what follows, in a few words
VARIANTS = {
    "efs.hypothetical": (
        "follow-up stopt bij SCT, nieuwe therapie of 2e infusie",
        "follow-up ends at SCT, new therapy or 2nd infusion",
    ),
    "efs.treatment_policy": (
        "wat er ook volgt, de klok loopt door",
        "whatever follows, the clock runs on",
    ),
    "efs.composite": (
        "nieuwe therapie of 2e infusie telt als falen",
        "new therapy or 2nd infusion counts as failure",
    ),
    "efs.success_without_transplant": (
        "ook transplantatie telt als falen",
        "transplant counts as failure too",
    ),
    "eliana.efs": ("zoals in ELIANA", "as in ELIANA"),
    "cibmtr.efs": ("zoals in CIBMTR", "as in CIBMTR"),
    "uk.efs": ("zoals in het Verenigd Koninkrijk", "as in the United Kingdom"),
    "uk.stringent_efs": ("streng, Verenigd Koninkrijk", "stringent, United Kingdom"),
}
#: whether a published figure may stand beside ours: sign, Dutch, English


def variants_table(tell: Teller) -> Table:
    """A row for each variant and clock: events, and the share event-free at twelve months."""
    rows: list[Row] = []
    for endpoint_id in EFS_VARIANTS:
        figure = tell.figures.survival.get(endpoint_id)
        name, clock = endpoint_id.rsplit(".", 1)
        words = VARIANTS.get(name)
        label = words[tell.lang != "nl"] if words else name
        clock_words = CLOCKS[clock][tell.lang != "nl"]
        if figure is None:
            rows.append(Row((label, clock_words, Absent("not_estimated", columns=4))))
            continue
        found = figure.at[NAMED_MONTH]
        counts = (tell.count(f"{endpoint_id}.n"), tell.count(endpoint_id))
        value = tell.cells(found, endpoint_id, counted=False)[1:]
        rows.append(Row(row_cells(label, clock_words, *counts, *value), clock != "infusion"
                        and not any(r.starts_group for r in rows)))  # fmt: skip
    return Table(
        id="efs.variants",
        caption=_variants_caption(tell),
        columns=(
            Column(tell.t("Wat telt", "What counts"), weight=1),
            Column(tell.t("vanaf", "from")),
            Column("n", align="right"),
            Column("events", align="right"),
            Column(tell.t("% op 12 mnd", "% at 12 months"), align="right", strong=True),
            Column(tell.t("95%-BI", "95% CI")),
        ),
        rows=tuple(rows),
    )


def _variants_caption(tell: Teller) -> Prose:
    values = {
        endpoint_id: figure.at[NAMED_MONTH].value
        for endpoint_id in EFS_VARIANTS
        if endpoint_id.endswith(".infusion")
        and (figure := tell.figures.survival.get(endpoint_id)) is not None
        and figure.at[NAMED_MONTH].value is not None
    }
    found = [value for value in values.values() if value is not None]
    if len(found) < 2:
        return (tell.says("Varianten van de definitie.", "Variants of the definition."),)
    n = tell.value(f"{MAIN_EFS}.n")
    rests = tuple(
        count
        for name in values
        for count in (
            *tell.rests(tell.figures.survival[name].at[NAMED_MONTH], name),
            tell.count(name),
        )
    )

    return (
        tell.says(
            "Dezelfde kinderen, andere definities: van {low} tot {high} vrij van events op twaalf "
            "maanden na infusie.",
            "The same children, other definitions: from {low} to {high} event-free at twelve "
            "months after infusion.",
            low=Told(tell.percent(min(found), n), rests),
            high=Told(tell.percent(max(found), n), rests),
        ),
    )
