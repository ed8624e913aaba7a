# SPDX-License-Identifier: Apache-2.0
"""The look of every figure: colours, type, and the Altair theme `cartulary`.

Hue never stands alone: origin is told by line and mark as well, grades and classes by lightness.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

INK: Final = "#15202B"
INK_2: Final = "#44505C"
INK_3: Final = "#626D78"
BORDER: Final = "#7C8791"
LINE: Final = "#B4BDC5"
HAIRLINE: Final = "#DEE2E4"
PAPER: Final = "#FFFFFF"

#: origin -> (hue, dash, filled mark)
ORIGIN: Final = MappingProxyType(
    {
        "recorded": ("#0B4F8A", []),
        "reconstructed": ("#0C6E77", []),
        "simulated": ("#7A4494", [2, 3]),
    }
)
#: benchmark style -> (hue, dash, open mark)
BENCHMARK: Final = MappingProxyType(
    {
        "eliana": ("#9C4E08", [6, 3], "square"),
        "cibmtr": ("#56606B", [6, 3], "diamond"),
        "third": ("#56606B", [2, 2], "triangle-up"),
    }
)
#: one blue ramp for classes and states, dark to light, legible in grey
RAMP: Final = ("#3E5C76", "#8AA5B8", "#CFDAE1")
STATE: Final = "#35566F"
NO_REMISSION: Final = ("#F6E9D8", "#8A4B10")
LOSS: Final = ("#EBDCC8", "#8A4B10")
UNKNOWN: Final = ("#E9ECEE", "#98A2AB")
COURSE_BAND: Final = "#DDE4EA"
RELAPSE: Final = "#8A4B10"

FONT: Final = "Inter"
SIZE: Final = 11.0
SMALL: Final = 10.5
#: a figure as wide as the page's text block, in its own units; print sets it at three quarters
PAGE_WIDTH: Final = 680

TICKS: Final = (0, 3, 6, 9, 12, 18, 24, 36, 48, 60)


def months_shown(last_day: float, days_per_month: float) -> tuple[float, ...]:
    """The ticks that fit a follow-up, always at least to a year."""
    last_month = last_day / days_per_month
    return tuple(tick for tick in TICKS if tick <= max(12, last_month))


def cartulary_theme() -> dict[str, Any]:
    """The Altair theme: no frame, no axis of its own, Inter, ink."""
    return {
        "config": {
            "background": None,
            "font": FONT,
            "aria": False,
            "padding": 0,
            "view": {"stroke": None, "fill": None},
            "axis": {
                "domain": False,
                "ticks": False,
                "grid": False,
                "labelFont": FONT,
                "labelFontSize": SIZE,
                "labelColor": INK_2,
                "titleFont": FONT,
                "titleFontWeight": 400,
                "titleColor": INK_2,
            },
            "text": {"font": FONT, "fontSize": SIZE, "fill": INK, "baseline": "middle"},
            "concat": {"spacing": 0},
            "legend": {"disable": True},
        }
    }
