# SPDX-License-Identifier: Apache-2.0
"""A question's page as one self-contained HTML file: style, fonts and figures inline, no script."""

from __future__ import annotations

from importlib.resources import files

from cartulary.reports.html import page_style
from cartulary.reports.question_page.page import QuestionPage
from cartulary.reports.question_page.words import say

HERE = files("cartulary.reports.question_page")


def question_html(page: QuestionPage) -> str:
    """The page as HTML, the same for the same answer; it opens without a network."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    template = environment.from_string(
        HERE.joinpath("question.html.jinja").read_text(encoding="utf-8")
    )
    style = page_style() + HERE.joinpath("question.css").read_text(encoding="utf-8")
    return template.render(
        page=page,
        say=lambda name, **values: say(name, page.lang, **values),
        # Both come from this package alone: drawings escape the words of the files.
        style=Markup(style),  # noqa: S704
        drawn=Markup,
    )
