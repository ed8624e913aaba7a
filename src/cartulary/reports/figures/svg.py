# SPDX-License-Identifier: Apache-2.0
"""A chart's data to SVG: same data, same bytes; text in Inter; no id that clashes in a page."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from cartulary.reports.chart_data import (
    ChartData,
    CumulativeIncidenceData,
    FlowData,
    SurvivalCurveData,
    SwimmerData,
    ToxicityData,
)
from cartulary.reports.occupancy_data import OccupancyData

FONTS = files("cartulary.reports") / "fonts"


@cache
def _renderer() -> Any:
    """The chart renderer, told once where Inter lies."""
    import vl_convert

    vl_convert.register_font_directory(str(Path(str(FONTS))))
    return vl_convert


def _chart(data: ChartData, lang: str, medium: str) -> Any:
    """The Altair chart of one kind of data."""
    if isinstance(data, SurvivalCurveData):
        from cartulary.reports.figures.survival_curve import survival_curve

        return survival_curve(data, lang, medium)
    if isinstance(data, CumulativeIncidenceData):
        from cartulary.reports.figures.cumulative_incidence import cumulative_incidence

        return cumulative_incidence(data, lang, medium)
    if isinstance(data, SwimmerData):
        from cartulary.reports.figures.swimmer import swimmer

        return swimmer(data, lang)
    if isinstance(data, ToxicityData):
        from cartulary.reports.figures.toxicity_intervals import toxicity_intervals

        return toxicity_intervals(data, lang, medium)
    if isinstance(data, FlowData):
        from cartulary.reports.figures.flow import flow

        return flow(data, lang)
    if isinstance(data, OccupancyData):
        from cartulary.reports.figures.stacked_probability import stacked_probability

        return stacked_probability(data, lang, medium)
    return data.chart(lang, medium)


def svg_of(data: ChartData, lang: str, medium: str = "print") -> str:
    """A figure as SVG.

    Arguments: the chart's data; the report's language; medium "print" or "screen", which decides
        how an interval is written.
    Returns: an `<svg>` element without an XML declaration, the same for the same input.
    """
    # Only these write intervals, and so differ between print and screen.
    written = isinstance(
        data, SurvivalCurveData | CumulativeIncidenceData | ToxicityData | OccupancyData
    )
    return _drawn(data, lang, medium if written else "print")


@lru_cache(maxsize=16)
def _drawn(data: ChartData, lang: str, medium: str) -> str:
    """A figure drawn once for every form of a report."""
    import altair as alt
    from altair.utils.schemapi import debug_mode

    from cartulary.reports.figures.theme import cartulary_theme

    with debug_mode(False):  # our own layers need no check of each against the schema
        spec = _chart(data, lang, medium).to_dict(validate=False, context={"pre_transform": False})
    spec["config"] = cartulary_theme()["config"]
    spec["autosize"] = {"type": "none", "contains": "padding"}
    major, minor = alt.SCHEMA_VERSION.lstrip("v").split(".")[:2]
    return str(_renderer().vegalite_to_svg(spec, vl_version=f"{major}.{minor}")).strip()


def accessible_svg(svg: str, identity: str, title: str, sentence: str) -> str:
    """The SVG for a page: a title and a sentence that a screen reader says, ids of its own.

    >>> accessible_svg('<svg width="1"><g id="a"/></svg>', "f1", "T", "S")[:40]
    '<svg width="1" role="img" aria-labelledb'
    """
    own = re.sub(r'\bid="([^"]+)"', rf'id="{identity}-\1"', svg)
    own = re.sub(r"url\(#([^)]+)\)", rf"url(#{identity}-\1)", own)
    own = re.sub(r'href="#([^"]+)"', rf'href="#{identity}-\1"', own)
    head, _, body = own.partition(">")
    return (
        f'{head} role="img" aria-labelledby="{identity}-title {identity}-desc">'
        f'<title id="{identity}-title">{escape(title)}</title>'
        f'<desc id="{identity}-desc">{escape(sentence)}</desc>{body}'
    )


def png_of(svg: str, scale: float = 2.0) -> bytes:
    """An SVG as a PNG picture, its text in Inter; the same for the same input."""
    return bytes(_renderer().svg_to_png(svg, scale=scale))
