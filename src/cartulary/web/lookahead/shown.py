# SPDX-License-Identifier: Apache-2.0
"""A comparison as the page shows it: the content of its printed page, each outcome a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from cartulary.web.lookahead.look_wanted import LookWanted

if TYPE_CHECKING:
    from cartulary.reports.comparison_report.content import ComparisonPage, Figures
    from cartulary.studies.policies_compared import Compared, Outcome

#: Rows that stand open; all others are one click away.
FIRST_ROWS: Final = (
    *("infused", "days_to_infusion", "efs.indication.12", "os.indication.12", "remission.28"),
    *("relapse.early.24", "relapse.cd19_negative.24", "relapse.cd19_positive.24"),
    *("crs.3", "icans.3", "transplant.24", "death_in_remission.24"),
)
_KEPT: Final = 24
_MONTHS_OF_TABLE: Final = (0, 3, 6, 9, 12, 18, 24, 36)


@dataclass(frozen=True, slots=True)
class Row:
    """One outcome of the table, and the address of the page that is judged by it."""

    query: str
    is_chosen: bool
    figures: Figures


class _ByIdentity:
    """A comparison as the key of a cache: itself, not what it holds."""

    __slots__ = ("compared",)

    def __init__(self, compared: Compared) -> None:
        self.compared = compared

    def __hash__(self) -> int:
        return id(self.compared)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and other.compared is self.compared


def shown(compared: Compared, wanted: LookWanted, lang: str) -> dict[str, Any]:
    """All that the page shows of a comparison; the policy held against is its first arm."""
    return _shown(_ByIdentity(compared), wanted, lang)


def content_of(compared: Compared, wanted: LookWanted, lang: str) -> ComparisonPage:
    """The content of the page, as it is printed too."""
    from cartulary.reports.comparison_report.build import build_page

    return build_page(
        compared,
        lang,
        outcome_id=wanted.outcome,
        calibration=calibration_words(lang),
        programme_size=wanted.size,
    )


def calibration_words(lang: str) -> list[str]:
    """What the draws rest on, in sentences: of which posterior, and by how many figures."""
    from cartulary.studies.calibration.posterior import posterior

    about = posterior().about
    if about.provisional:
        return [
            "De parameters zijn voorlopig: ze zijn nog aan geen gepubliceerd cijfer getoetst."
            if lang == "nl"
            else "The parameters are provisional: they have seen no published figure yet."
        ]
    fitted = len(about.targets)
    if lang == "nl":
        return [
            f"{len(about.parameters)} parameters, aangepast aan {fitted} gepubliceerde cijfers; "
            "niet aan kinderen van dit centrum."
        ]
    return [
        f"{len(about.parameters)} parameters, fitted to {fitted} published figures; not to "
        "children of this centre."
    ]


def judged_by(compared: Compared | None) -> tuple[Outcome, ...]:
    """What a comparison may be judged by: all that it holds, or would hold."""
    if compared is not None:
        return compared.outcomes
    from cartulary.studies.policies_compared import outcomes

    return outcomes()


@lru_cache(maxsize=_KEPT)
def _shown(held: _ByIdentity, wanted: LookWanted, lang: str) -> dict[str, Any]:
    compared = held.compared
    page = content_of(compared, wanted, lang)
    part = page.parts[0]
    firsts = {*FIRST_ROWS, wanted.outcome}
    rows = [
        (one.id, Row(wanted.with_word(outcome=one.id), one.id == wanted.outcome, figures))
        for one, figures in zip(compared.outcomes, part.rows, strict=True)
    ]
    most = max((one.share for one in part.drivers), default=0.0) or 1.0
    return {
        "page": page,
        "part": part,
        "panels": [
            {"title": one.title, "small": one.small, "about": one.about, "svg": _safe(one.svg)}
            for one in part.panels
        ],
        "curve_rows": _curve_rows(compared, wanted, lang),
        "rows": [row for name, row in rows if name in firsts],
        "more_rows": [row for name, row in rows if name not in firsts],
        "drivers": [
            {
                "words": one.words,
                "percent": round(100 * one.share),
                "width": round(100 * one.share / most),
                "support": one.support.value if one.support else "",
                "support_words": one.support_words,
            }
            for one in part.drivers
        ],
    }


def _curve_rows(compared: Compared, wanted: LookWanted, lang: str) -> dict[str, Any]:
    """The same as the two panels as a table: value, and both bands, of each policy by month."""
    from cartulary.reports.wording import interval, percent

    name = "os" if wanted.outcome.startswith("os") else "efs"
    lines: Sequence[tuple[Any, Any]] = [
        (compared.curve(arm.id, name), compared.chance_curve(arm.id, name, wanted.size))
        for arm in compared.arms[:2]
    ]
    rows = []
    for month in _MONTHS_OF_TABLE:
        if month >= len(compared.months):
            continue
        cells = []
        for known, chance in lines:
            cells.append(percent(float(known.value[month]), lang))
            for one in (known, chance):
                ends = float(one.low[month]), float(one.high[month])
                cells.append(interval(*ends, lang, medium="screen"))
        rows.append({"month": month, "cells": cells})
    head = gettext("Alive") if name == "os" else gettext("Event-free")
    return {
        "rows": rows,
        "names": [arm.words.text(lang) for arm in compared.arms[:2]],
        "heads": [head, gettext("Parameters"), gettext("Chance")] * 2,
    }


def _safe(svg: str) -> SafeString:
    """A figure of ours, every word of it escaped when it was drawn."""
    return mark_safe(svg)  # noqa: S308
