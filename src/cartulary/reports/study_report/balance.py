# SPDX-License-Identifier: Apache-2.0
"""How alike the groups are, before and after they were made alike."""

from __future__ import annotations

import math

from cartulary.evidence.external_control.overlap import BalanceRow, BalanceTable
from cartulary.reports.content import Chart, Column, Count, Number, Row, Section, Table
from cartulary.reports.study_report.dots import Dot, DotRow, DotsData
from cartulary.reports.study_report.voice import ANY_COUNT, Voice, capital
from cartulary.reports.text import Told
from cartulary.reports.wording import word


def balance_section(voice: Voice) -> Section | None:
    """The main method's balance; of the first weighting method where the main one has none."""
    held = next((c for c in voice.study.comparisons if c.balance is not None), None)
    if held is None or held.balance is None:
        return None
    table = held.balance
    worst = max(table.rows, key=lambda row: abs(row.difference_before))
    left = max(table.rows, key=lambda row: abs(row.difference_after))
    lead = voice.says(
        "Vooraf verschilden de groepen het meest in {c} ({b} standaarddeviatie); na {m} is het "
        "grootste verschil {a}.",
        "Beforehand the groups differed most in {c} ({b} standard deviation); after {m} the "
        "largest difference is {a}.",
        c=_name(voice, worst),
        b=Told(voice.number(abs(worst.difference_before), 2), _counts(voice, worst)),
        a=Told(voice.number(abs(left.difference_after), 2), _counts(voice, left)),
        m=voice.method(held.method),
    )
    size = voice.says(
        "Gewogen zijn de {n} controles er {e} waard; één kind draagt hoogstens {s} van het "
        "gewicht.",
        "Weighted, the {n} controls are worth {e}; one child carries at most {s} of the weight.",
        n=voice.counts.n("control"),
        e=Told(voice.number(table.effective), voice.counts.of(held)),
        s=Told(voice.percent(table.largest_share), (ANY_COUNT,)),
    )
    return Section(
        voice.t("Hoe vergelijkbaar de groepen zijn", "How alike the groups are"),
        (lead, size),
        (_chart(voice, table),),
        id="balance",
    )


def _counts(voice: Voice, row: BalanceRow) -> tuple[Count, ...]:
    """Of a yes or no the children of both groups who have it: their mean times n is that count."""
    return (
        *voice.counts.has("treated", row.covariate),
        *voice.counts.has("control", row.covariate),
    )


def _name(voice: Voice, row: BalanceRow) -> str:
    return voice.study.protocol.fact(row.covariate).words.text(voice.lang)


def _chart(voice: Voice, table: BalanceTable) -> Chart:
    """Standardised differences as dots, open before and filled after."""
    reach = max(
        0.5,
        *(
            math.ceil(10 * abs(value) + 0.5) / 10
            for row in table.rows
            for value in (row.difference_before, row.difference_after)
        ),
    )
    ticks = [-0.5, 0.0, 0.5] if reach < 1.0 else [-1.0, -0.5, 0.0, 0.5, 1.0]
    data = DotsData(
        rows=tuple(
            DotRow(
                label=capital(_name(voice, row)),
                dots=(
                    Dot(row.difference_before, filled=False),
                    Dot(row.difference_after),
                ),
                words=f"{voice.number(row.difference_before, 2)} → "
                f"{voice.number(round(row.difference_after, 4) + 0.0, 2)}",
                rests_on=_counts(voice, row),
            )
            for row in table.rows
        ),
        low=-reach,
        high=reach,
        ticks=tuple((tick, voice.number(tick, 1)) for tick in ticks),
        origin=voice.study.aligned.control.follow_up.origin,
        axis=voice.t("controles min behandeld, in SD", "controls less treated, in SD"),
        values=voice.t("voor → na weging", "before → after weighting"),
        bounds=(-table.limit, table.limit),
        left=voice.t("minder bij controles", "less in controls"),
        right=voice.t("meer bij controles", "more in controls"),
        key=(voice.t("na weging", "weighted"), voice.t("ervoor", "before")),
        withheld=word("absent.withheld", voice.lang),
    )
    told = "; ".join(
        f"{_name(voice, row)} {voice.number(row.difference_before, 2)} "
        f"{voice.t('en', 'and')} {voice.number(round(row.difference_after, 4) + 0.0, 2)}"
        for row in table.rows
    )
    caption = voice.says(
        "Verschil tussen controles en behandelde kinderen, voor en na weging; de stippellijnen "
        "staan op {l}, waarbinnen een verschil klein heet.",
        "Difference between controls and treated children, before and after weighting; the "
        "dotted lines stand at {l}, within which a difference counts as small.",
        l=voice.number(table.limit, 1),
    )
    return Chart(
        data=data,  # type: ignore[arg-type]
        caption=(caption,),
        alt=voice.says(
            "Gestandaardiseerde verschillen voor en na weging: {t}.",
            "Standardised differences before and after weighting: {t}.",
            t=Told(told, tuple(c for row in table.rows for c in _counts(voice, row))),
        ),
        table=_table(voice, table),
        id="balance",
    )


def _table(voice: Voice, table: BalanceTable) -> Table:
    """Means of both groups, before and after, with the standardised difference."""
    return Table(
        id="balance",
        caption=(
            voice.says("Gemiddelden en verschillen per kenmerk.", "Means and differences by "
                       "characteristic."),
        ),
        columns=(
            Column(voice.t("kenmerk", "characteristic"), weight=1),
            Column(capital(voice.label("treated")), voice.t("gemiddelde", "mean"), "right"),
            Column(voice.t("controles", "controls"), voice.t("gemiddelde", "mean"), "right"),
            Column(voice.t("gewogen", "weighted"), voice.t("gemiddelde", "mean"), "right"),
            Column(voice.t("voor", "before"), voice.t("verschil (SD)", "difference (SD)"), "right"),
            Column(voice.t("na", "after"), voice.t("verschil (SD)", "difference (SD)"), "right"),
        ),
        rows=tuple(
            Row(
                (
                    capital(_name(voice, row)),
                    *(
                        Number(value, 2, _counts(voice, row))
                        for value in (
                            row.target,
                            row.before,
                            row.after,
                            row.difference_before,
                            round(row.difference_after, 6) + 0.0,
                        )
                    ),
                )
            )
            for row in table.rows
        ),
    )  # fmt: skip
