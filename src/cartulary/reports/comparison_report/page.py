# SPDX-License-Identifier: Apache-2.0
"""The page of a comparison as one self-contained HTML file: style, fonts and figures inline."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final

from cartulary.codebook.parameter_set import ParameterSupport
from cartulary.reports.comparison_report.content import ComparisonPage
from cartulary.reports.html import page_style

_HERE: Final = files("cartulary.reports.comparison_report")
#: How well a parameter is known, by filled marks.
MARKS: Final = {
    ParameterSupport.STRONG: "●●●",
    ParameterSupport.MEDIUM: "●●○",
    ParameterSupport.SPECULATIVE: "●○○",
}


def comparison_html(page: ComparisonPage) -> str:
    """The page as one HTML file that opens without a network; the same for the same content."""
    from markupsafe import Markup

    rendered: str = _template().render(
        page=page,
        # The style is ours, and the drawings escape every word that they are given.
        style=Markup(page_style() + "\n" + _sheet()),  # noqa: S704
        drawn=Markup,
        marks=lambda support: MARKS.get(support, ""),
        percent=lambda share: f"{100 * share:.0f}",
    )
    return rendered


@cache
def _sheet() -> str:
    return (_HERE / "comparison.css").read_text(encoding="utf-8")


@cache
def _template() -> Any:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string((_HERE / "comparison.html.jinja").read_text(encoding="utf-8"))
