# SPDX-License-Identifier: Apache-2.0
"""The tables of a validation: figure by figure, misses, and what each is judged by."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cartulary.codebook.source import SUPPORT
from cartulary.reports.cells import Absent, Cell, Number, Words
from cartulary.reports.content import Column, Row, Table
from cartulary.reports.text import Prose
from cartulary.reports.validation_report.voice import Voice
from cartulary.studies.validation.judged import Judged


def figures_table(voice: Voice, rows: Sequence[Judged], name: str, caption: Prose) -> Table:
    """Observed and predicted with their intervals, whether it was met, and the widths' ratio."""
    return Table(
        id=name,
        caption=caption,
        columns=(
            Column(voice.t("cijfer", "figure"), weight=2),
            Column("n", align="right"),
            Column(voice.t("gezien", "observed"), align="right"),
            Column(voice.t("95%-BI", "95% CI"), align="right"),
            Column(voice.t("voorspeld", "predicted"), align="right", strong=True),
            Column(voice.t("95%-interval", "95% interval"), align="right"),
            Column(voice.t("oordeel", "verdict")),
            Column(voice.t("breedte", "width"), align="right"),
        ),
        rows=tuple(_row(voice, row) for row in rows),
        note=(
            voice.says(
                "Breedte: die van het voorspelde interval gedeeld door die van het geziene.",
                "Width: that of the predicted interval over that of the observed.",
            ),
        ),
    )


def _row(voice: Voice, row: Judged) -> Row:
    target = row.target
    ratio: Cell = Absent("not_estimated")
    if math.isfinite(row.width_ratio):
        ratio = Number(row.width_ratio, 1)
    return Row(
        (
            Words(f"{voice.label(row)} · {voice.cut(row)}"),
            str(target.n) if target.n else Absent("not_given"),
            voice.figure(row, target.value),
            voice.between(row, row.observed_low, row.observed_high),
            voice.figure(row, row.median),
            voice.between(row, row.low, row.high),
            voice.verdict(row),
            ratio,
        )
    )


def misses_table(voice: Voice, rows: Sequence[Judged]) -> Table:
    """Every figure that was missed, and why as far as anybody has said."""
    unexplained = voice.t("niet verklaard", "not explained")
    return Table(
        id="misses",
        caption=(voice.says("Wat het model mist, en waarom.", "What the model misses, and why."),),
        columns=(
            Column(voice.t("cijfer", "figure"), weight=2),
            Column(voice.t("gezien", "observed"), align="right"),
            Column(voice.t("voorspeld", "predicted"), align="right"),
            Column(voice.t("waarom", "why"), weight=3),
        ),
        rows=tuple(
            Row(
                (
                    Words(f"{voice.label(row)} · {voice.cut(row)}"),
                    voice.figure(row, row.target.value),
                    f"{voice.figure(row, row.median)} ({voice.between(row, row.low, row.high)})",
                    Words(row.target.miss.text(voice.lang) or unexplained),
                )
            )
            for row in rows
        ),
    )


def judged_by_table(voice: Voice, rows: Sequence[Judged]) -> Table:
    """By what figures are judged, what their sources name, and how well they are supported."""
    about: dict[tuple[str, str, str, str], list[str]] = {}
    for row in rows:
        target = row.target
        what = (
            target.definition or voice.t("telling", "count"),
            _printed(voice, row),
            SUPPORT[target.estimate.support].text(voice.lang),
            _interval_is(voice, row),
        )
        about.setdefault(what, []).append(target.id)
    return Table(
        id="judged_by",
        caption=(
            voice.says(
                "Waaraan de gesimuleerde kinderen worden beoordeeld, en hoe goed de cijfers zijn "
                "onderbouwd.",
                "What the simulated children are judged by, and how well figures are supported.",
            ),
        ),
        columns=(
            Column(voice.t("beoordeeld volgens", "judged by"), weight=3),
            Column(voice.t("zoals gedrukt", "as printed"), weight=3),
            Column(voice.t("onderbouwing; interval", "support; interval"), weight=3),
            Column(voice.t("cijfers", "figures"), weight=4, quiet=True),
        ),
        rows=tuple(
            Row((judged_by, printed, f"{support}; {interval}", ", ".join(ids)))
            for (judged_by, printed, support, interval), ids in sorted(about.items())
        ),
    )


def remarks_table(voice: Voice, rows: Sequence[Judged]) -> Table:
    """What had to be taken or supposed, each with the figures that it is about."""
    about: dict[str, list[str]] = {}
    for row in rows:
        remark = row.target.why.text(voice.lang)
        if remark:
            named = f"{voice.study(row.target.id.partition('.')[0])}: {voice.label(row)}"
            about.setdefault(remark, []).append(named)
    return Table(
        id="remarks",
        caption=(
            voice.says(
                "Wat moest worden aangenomen, en bij welke cijfers.",
                "What had to be taken, and for which figures.",
            ),
        ),
        columns=(
            Column(voice.t("aangenomen", "taken"), weight=3),
            Column(voice.t("cijfers", "figures"), weight=2, quiet=True),
        ),
        rows=tuple(
            Row((Words(remark), "; ".join(dict.fromkeys(ids)))) for remark, ids in about.items()
        ),
    )


def _printed(voice: Voice, row: Judged) -> str:
    estimate = row.target.estimate
    known = estimate.scale if estimate.scale is not None else estimate.definition
    return voice.t("niet vermeld", "not stated") if known == "not stated" else str(known)


def _interval_is(voice: Voice, row: Judged) -> str:
    interval = row.target.interval
    return interval.nl if voice.lang == "nl" else interval.en
