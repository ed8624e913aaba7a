# SPDX-License-Identifier: Apache-2.0
"""The figures of a report as JSON, stable to the byte."""

from __future__ import annotations

import json
from typing import Any

from cartulary.reports.content import Figure, Report
from cartulary.reports.disclosure import controlled


def render_json(report: Report) -> str:
    """The report's figures and what they rest on.

    Arguments: a finished report; if it asks for it, small numbers are withheld first.
    Returns: JSON text with sorted keys and a final newline; `figures` keeps the report's order.
    Refuses: NaN and infinity, which JSON does not know.
    """
    report = controlled(report)
    content: dict[str, Any] = {
        "title": report.title,
        "programme": report.programme,
        "lang": report.lang,
        "origin": report.origin,
        "origin_label": report.origin_label,
        "data_cut": report.data_cut.isoformat() if report.data_cut else None,
        "control_hash": report.control_hash,
        "suppress": report.suppress,
        "figures": [figure_record(figure) for figure in report.figures],
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, indent=1, allow_nan=False)
    return text + "\n"


def figure_record(figure: Figure) -> dict[str, Any]:
    """One figure as plain JSON values; a withheld figure keeps its name and says so."""
    return {
        **dict(figure.more),
        "id": figure.id,
        "endpoint": figure.endpoint,
        "definition": figure.definition,
        "unit": figure.unit,
        "n": figure.n,
        "events": figure.events,
        "at_days": figure.at_days,
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "method": figure.method,
        "origin": figure.origin,
        "missing": figure.missing,
        "withheld": figure.withheld,
    }
