# SPDX-License-Identifier: Apache-2.0
"""An answered question as one page: HTML, PDF and JSON, in Dutch and English."""

from cartulary.reports.question_page.answer_json import answer_json
from cartulary.reports.question_page.html import question_html
from cartulary.reports.question_page.page import QuestionPage, question_page
from cartulary.reports.question_page.pdf import question_pdf

__all__ = ["QuestionPage", "answer_json", "question_html", "question_page", "question_pdf"]
