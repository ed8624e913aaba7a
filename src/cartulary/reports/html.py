# SPDX-License-Identifier: Apache-2.0
"""A report as one self-contained page: style, fonts and figures inline, no script, no host."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from importlib.resources import files
from typing import Any

from cartulary.reports.content import Chart, MarginNote, Report, Section, Table
from cartulary.reports.disclosure import controlled
from cartulary.reports.tabulated import set_table
from cartulary.reports.wording import grouped_hash, long_date, word

#: family, weight, style, file
_FACES = (
    ("Inter", 400, "normal", "Inter-Regular.woff2"),
    ("Inter", 500, "normal", "Inter-Medium.woff2"),
    ("Inter", 600, "normal", "Inter-SemiBold.woff2"),
    ("Libertinus Serif", 400, "normal", "LibertinusSerif-Regular.woff2"),
    ("Libertinus Serif", 400, "italic", "LibertinusSerif-Italic.woff2"),
    ("Libertinus Serif", 600, "normal", "LibertinusSerif-SemiBold.woff2"),
)


def render_html(report: Report) -> str:
    """The report as one HTML page.

    Arguments: a finished report; if it asks for it, small numbers are withheld first.
    Returns: the page, identical for an identical report; it opens without a network.
    """
    from markupsafe import Markup

    report = controlled(report)
    lang = report.lang
    template = _environment().get_template("report.html.jinja")
    numbering = _Numbering(report)
    return template.render(
        report=report,
        lang=lang,
        word=lambda name, **values: word(name, lang, **values),
        cut=long_date(report.data_cut, lang) if report.data_cut else "",
        digits=grouped_hash(report.control_hash),
        # Both come from this package alone; nothing a programme wrote is in them.
        style=Markup(page_style()),  # noqa: S704
        figure=numbering.figure,
        table=lambda table: set_table(table, lang, "screen"),
        number=numbering.number,
        notes=_notes,
        kind=lambda block: type(block).__name__,
        identity=numbering.identity,
    )


class _Numbering:
    """Numbers and page-wide identities of tables and figures, in reading order."""

    def __init__(self, report: Report) -> None:
        self.lang = report.lang
        self._numbers: dict[int, int] = {}
        self._identities: dict[int, str] = {}
        tables = charts = 0
        if report.brief_table:
            tables += 1
            self._numbers[id(report.brief_table)] = tables
        for place, section in enumerate((*report.sections, *report.appendix), start=1):
            self._identities[id(section)] = f"s{place}"
            for block in section.blocks:
                if isinstance(block, Table):
                    tables += 1
                    self._numbers[id(block)] = tables
                elif isinstance(block, Chart):
                    charts += 1
                    self._numbers[id(block)] = charts
                    self._identities[id(block)] = f"f{charts}"

    def number(self, block: object) -> int:
        """The number in a caption."""
        return self._numbers[id(block)]

    def identity(self, block: object) -> str:
        """The id on the page."""
        return self._identities[id(block)]

    def figure(self, chart: Chart) -> Any:
        """The figure's SVG with title and sentence."""
        from markupsafe import Markup

        from cartulary.reports.figures.svg import accessible_svg, svg_of

        title = f"{word('figure', self.lang)} {self.number(chart)}"
        svg = svg_of(chart.data, self.lang, "screen")
        # The renderer escaped the labels and accessible_svg escapes title and sentence.
        return Markup(accessible_svg(svg, self.identity(chart), title, chart.alt.plain))  # noqa: S704


def _notes(section: Section) -> list[MarginNote]:
    """What stands in the margin of a section."""
    return [block for block in section.blocks if isinstance(block, MarginNote)]


@cache
def _environment() -> Any:
    """Templates of this package; every value is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("cartulary.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def page_style() -> str:
    """The style sheet with its fonts."""
    faces = []
    for family, weight, style, name in _FACES:
        content = (files("cartulary.reports") / "fonts" / name).read_bytes()
        faces.append(
            f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{style};'
            f"src:url(data:font/woff2;base64,{b64encode(content).decode()}) format('woff2')}}"
        )
    sheet = (files("cartulary.reports") / "templates" / "report.css").read_text(encoding="utf-8")
    return "\n".join(faces) + "\n" + sheet
