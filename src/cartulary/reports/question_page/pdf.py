# SPDX-License-Identifier: Apache-2.0
"""A question's page as PDF/UA-1 by typst: the same bytes for the same answer, on one page."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from cartulary.reports.question_page.page import QuestionPage
from cartulary.reports.question_page.words import WORDS

HERE = files("cartulary.reports.question_page")
FONTS = files("cartulary.reports") / "fonts"


def question_pdf(page: QuestionPage) -> bytes:
    """The page as a tagged PDF: one sheet of A4, a second only where one cannot hold it."""
    words = {name: held.text(page.lang) for name, held in WORDS.items()}
    content = asdict(page) | {"words": words}
    return bytes(
        _compiler().compile(
            input=str(Path(str(HERE)) / "question.typ"),
            format="pdf",
            sys_inputs={"page": json.dumps(content, ensure_ascii=False)},
            pdf_standards=["ua-1"],
        )
    )


@cache
def _compiler() -> Any:
    """The typesetter with typst's own fonts and Inter; the machine's fonts are left out."""
    import typst

    return typst.Compiler(
        root=str(Path(str(HERE))),
        font_paths=[str(Path(str(FONTS)))],
        ignore_system_fonts=True,
    )
