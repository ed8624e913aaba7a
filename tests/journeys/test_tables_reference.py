# SPDX-License-Identifier: Apache-2.0
"""The reference page of tables is the one that the code writes."""

from __future__ import annotations

from pathlib import Path

from cartulary.course.events import EVENT_TYPES
from cartulary.course.tables.reference_page import tables_page


def test_the_page_is_current(repository: Path) -> None:
    page = repository / "docs" / "reference" / "tables.md"
    assert page.read_text(encoding="utf-8") == tables_page(), (
        "run: python -m cartulary.course.tables.reference_page docs/reference/tables.md"
    )


def test_every_kind_of_event_and_every_fact_stands_on_it() -> None:
    page = tables_page()
    for cls in EVENT_TYPES:
        assert f"## {cls.en} / {cls.nl}\n" in page
        assert all(f"| `{name}` |" in page for name in cls.facts())
