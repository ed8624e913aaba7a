# SPDX-License-Identifier: Apache-2.0
"""How well the model fits: every published figure beside its prediction, met or missed."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe

from cartulary.codebook.benchmark import benchmarks
from cartulary.codebook.target import Target, TargetScale
from cartulary.registry import keys
from cartulary.registry.permissions import Permission
from cartulary.reports.evidence_page.cohort_names import name_of
from cartulary.reports.evidence_page.svg import Drawing
from cartulary.reports.figures import theme
from cartulary.reports.wording import interval, number, percent
from cartulary.web.access import SeatedRequest, page
from cartulary.web.entry.spoken import language

#: The name under which `cartulary validate` writes its figures.
FIGURES: Final = "validation.json"
_WIDTH, _HEIGHT, _EDGE = 180.0, 22.0, 8.0


@page(Permission.SEE_LOOK_AHEAD)
def fit(request: SeatedRequest) -> HttpResponse:
    """The figures that the model was fitted to and those it never saw, cohort by cohort."""
    from cartulary.studies.calibration.posterior import posterior

    lang = language()
    found = validation()
    about = posterior().about
    context: dict[str, Any] = {
        "found": found,
        "parts": parts_of(found, lang) if found else [],
        "posterior": about,
        "is_of_another": bool(found) and found["posterior"] != about.posterior_id,
        "command": "cartulary validate --out FOLDER",
        "file": FIGURES,
    }
    return render(request, "lookahead/fit.html", context)


def validation() -> dict[str, Any]:
    """What `cartulary validate` found: put on this server, else shipped; empty where neither is."""
    shipped = Path(str(files("cartulary.studies.validation"))) / FIGURES
    for place in (keys.home() / FIGURES, shipped):
        if place.is_file():
            return _read(place, place.stat().st_mtime_ns)
    return {}


def parts_of(found: dict[str, Any], lang: str) -> list[dict[str, Any]]:
    """Fitted and kept aside, each by cohort, each figure as a row."""
    parts = []
    for use in ("fit", "kept_aside"):
        chosen = [one for one in found["figures"] if one["use"] == use]
        # A cohort stands once, its figures in the order of the report.
        chosen.sort(key=lambda one: str(one["benchmark"]))
        cohorts = [
            {"name": _cohort(benchmark, lang), "rows": [_row(one, lang) for one in rows]}
            for benchmark, rows in groupby(chosen, key=lambda one: str(one["benchmark"]))
        ]
        parts.append({"use": use, "cohorts": cohorts, **found["tally"][use]})
    return parts


@lru_cache(maxsize=2)
def _read(place: Path, _stamp: int) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return said


@lru_cache(maxsize=1)
def _targets() -> dict[str, Target]:
    from cartulary.studies.calibration.target import targets

    return {one.id: one for one in targets()}


def _cohort(benchmark: str, lang: str) -> str:
    known = benchmarks().get(benchmark)
    return name_of(known, lang) if known is not None else benchmark


def _row(one: dict[str, Any], lang: str) -> dict[str, Any]:
    """A figure: observed, predicted, and what is said of a miss."""
    target = _targets().get(one["id"])
    is_share = target is not None and target.scale is TargetScale.LOGIT
    return {
        "words": one["outcome"][lang],
        "definition": one["definition"],
        "n": "–" if one["n"] is None else one["n"],
        "observed": _said(one["observed"], lang, is_share=is_share),
        "observed_ends": _ends(one["observed_low"], one["observed_high"], lang, is_share=is_share),
        "predicted": _said(one["predicted"], lang, is_share=is_share),
        "predicted_ends": _ends(
            one["predicted_low"], one["predicted_high"], lang, is_share=is_share
        ),
        "met": one["met"],
        "miss": one["miss"][lang],
        "svg": _drawn(one) if is_share else "",
    }


def _said(value: float | None, lang: str, *, is_share: bool) -> str:
    if value is None:
        return "–"
    if is_share:
        return percent(value, lang)
    return number(value, lang, max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0)


def _ends(low: float | None, high: float | None, lang: str, *, is_share: bool) -> str:
    if low is None or high is None:
        return ""
    if is_share:
        return interval(low, high, lang, medium="screen")
    to = "tot" if lang == "nl" else "to"
    return f"{_said(low, lang, is_share=False)} {to} {_said(high, lang, is_share=False)}"


def _drawn(one: dict[str, Any]) -> SafeString | str:
    """Observed above, predicted below, from 0 to 100%; the cells beside it say the same."""
    drawing = Drawing(_WIDTH, _HEIGHT)

    def x(share: float) -> float:
        return _EDGE + (_WIDTH - 2 * _EDGE) * share

    for share in (0.0, 0.5, 1.0):
        drawing.line((x(share), 0), (x(share), _HEIGHT), theme.HAIRLINE)
    hue = theme.BENCHMARK["cibmtr"][0]
    if one["observed_low"] is not None:
        drawing.line((x(one["observed_low"]), 6), (x(one["observed_high"]), 6), hue, 1.6, (5, 3))
    drawing.mark((x(one["observed"]), 6), "diamond", hue, 8)
    if one["predicted"] is not None:
        hue = theme.ORIGIN["simulated"][0]
        drawing.line((x(one["predicted_low"]), 16), (x(one["predicted_high"]), 16), hue, 2.4)
        drawing.mark((x(one["predicted"]), 16), "plus", hue, 9)
    svg = drawing.svg("", "", "")
    body = svg[svg.index("</desc>") + len("</desc>") :]
    size = f'width="{_WIDTH:g}" height="{_HEIGHT:g}" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}"'
    # Lines and marks of ours; no word is in it.
    return mark_safe(f'<svg {size} aria-hidden="true">{body}')  # noqa: S308
