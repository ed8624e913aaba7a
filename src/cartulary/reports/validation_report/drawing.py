# SPDX-License-Identifier: Apache-2.0
"""The figure of a validation: each published share with its interval, and the model's below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from cartulary.reports.figures import theme
from cartulary.reports.figures.drawing import Frame, broken, layered, pixels
from cartulary.reports.wording import interval, percent

LEFT: Final = 250.0
RIGHT: Final = 488.0
VALUES: Final = 520.0
BOUNDS: Final = 582.0
VERDICT: Final = theme.PAGE_WIDTH
TOP: Final = 40.0
LINE: Final = 13.0
ROW_GAP: Final = 9.0
APART: Final = 12.0
TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
OBSERVED: Final = theme.INK


@dataclass(frozen=True, slots=True)
class PredictedRow:
    """One share: what was observed and what is predicted, each (value, low, high)."""

    label: str
    detail: str
    observed: tuple[float, float, float]
    predicted: tuple[float, float, float] | None
    met: bool
    verdict: str

    @property
    def lines(self) -> list[str]:
        """The label as it is broken."""
        return broken(self.label, LEFT - 10)

    @property
    def detail_lines(self) -> list[str]:
        """The detail as it is broken."""
        return broken(self.detail, LEFT - 10, theme.SMALL) if self.detail else []


@dataclass(frozen=True, slots=True)
class PredictedData:
    """Published shares of one study beside the model's, on one axis of per cents."""

    observed_is: str
    predicted_is: str
    none: str
    rows: tuple[PredictedRow, ...]

    def chart(self, lang: str, medium: str = "print") -> Any:
        """The chart in pixels, as tall as its rows."""
        tops = [TOP]
        for row in self.rows:
            lines = max(len(row.lines) + len(row.detail_lines), 2)
            tops.append(tops[-1] + LINE * lines + ROW_GAP)
        frame = pixels(theme.PAGE_WIDTH, tops[-1])
        layers = [*self._axis(frame, tops[-1] - ROW_GAP, lang)]
        for row, top in zip(self.rows, tops, strict=False):
            layers += self._row(frame, row, top, lang, medium)
        return layered(frame, layers)

    def _axis(self, frame: Frame, bottom: float, lang: str) -> list[Any]:
        """Per cents above, hairlines down, and which mark is which."""
        hue = theme.ORIGIN["simulated"][0]
        return [
            frame.rules(
                [{"x": _at(s), "y": TOP - 14, "x2": _at(s), "y2": bottom} for s in TICKS[1:]]
            ),
            frame.rule(_at(0), TOP - 14, _at(0), bottom, theme.INK, 1),
            frame.texts(
                [{"x": _at(s), "y": 18, "words": percent(s, lang, sign=s == 1)} for s in TICKS],
                color=theme.INK_2,
                align="center",
            ),
            frame.mark(5, 6, "square", size=44, stroke=OBSERVED),
            frame.text(16, 6, self.observed_is, color=OBSERVED),
            frame.mark(5, 20, "circle", size=50, fill=hue),
            frame.text(16, 20, self.predicted_is, color=hue),
        ]

    def _row(
        self, frame: Frame, row: PredictedRow, top: float, lang: str, medium: str
    ) -> list[Any]:
        """The words at the left, the observed above the predicted, the numbers at the right."""
        hue, dash = theme.ORIGIN["simulated"]
        layers = [
            *(frame.text(0, top + LINE * line, text) for line, text in enumerate(row.lines)),
            *(
                frame.text(0, top + LINE * line, text, color=theme.INK_2, size=theme.SMALL)
                for line, text in enumerate(row.detail_lines, start=len(row.lines))
            ),
            *_whisker(frame, row.observed, top, OBSERVED, (), lang, medium, filled=False),
        ]
        if row.predicted is None:
            layers.append(frame.text(_at(0) + 8, top + APART, self.none, color=theme.INK_3))
        else:
            layers += _whisker(
                frame, row.predicted, top + APART, hue, tuple(dash), lang, medium, filled=True
            )
        color = theme.INK_2 if row.met else theme.RELAPSE
        layers.append(
            frame.text(
                VERDICT, top + APART / 2, row.verdict, color=color,
                weight=400 if row.met else 600, align="right",
            )
        )  # fmt: skip
        return layers


def _whisker(
    frame: Frame,
    figure: tuple[float, float, float],
    y: float,
    hue: str,
    dash: tuple[float, ...],
    lang: str,
    medium: str,
    *,
    filled: bool,
) -> list[Any]:
    """An interval with its mark, and its numbers."""
    value, low, high = figure
    ink = {"fill": hue} if filled else {"stroke": hue}
    return [
        frame.rule(_at(low), y, _at(high), y, hue, 1.8, dash),
        frame.mark(_at(value), y, "circle" if filled else "square", size=46, **ink),
        frame.text(
            VALUES, y, percent(value, lang, sign=False), color=hue, align="right", weight=600
        ),
        frame.text(
            BOUNDS, y, interval(low, high, lang, medium=medium), color=theme.INK_2, align="right"
        ),
    ]


def _at(share: float) -> float:
    return LEFT + share * (RIGHT - LEFT)
