# SPDX-License-Identifier: Apache-2.0
"""Layers of a figure on one pair of axes, in Altair: rules, steps, areas, marks and text.

Axes, grid and labels are layers too: they carry words and sit where the reader looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cartulary.reports.figures import theme

_BETWEEN_WORDS: Final = 4.0
Records = Iterable[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Frame:
    """A panel: its size and the domains of its axes, y from bottom to top."""

    width: float
    height: float
    x: tuple[float, float]
    y: tuple[float, float]

    def per_pixel_x(self, pixels: float) -> float:
        """A length along x that is so many pixels wide."""
        return pixels * (self.x[1] - self.x[0]) / self.width

    def per_pixel_y(self, pixels: float) -> float:
        """A length along y that is so many pixels high."""
        return pixels * (self.y[1] - self.y[0]) / self.height

    def layer(self, records: Records, **encodings: str) -> Any:
        """An Altair chart of the records with these encodings on the frame's scales."""
        import altair as alt

        channels: dict[str, Any] = {}
        for channel, field in encodings.items():
            if channel in ("x", "x2", "y", "y2"):
                kind = {"x": alt.X, "x2": alt.X2, "y": alt.Y, "y2": alt.Y2}[channel]
                if channel.endswith("2"):
                    channels[channel] = kind(field)
                else:
                    domain = self.x if channel == "x" else self.y
                    channels[channel] = kind(
                        f"{field}:Q",
                        axis=None,
                        scale=alt.Scale(domain=list(domain), nice=False, zero=False, clamp=False),
                    )
            elif channel == "order":
                channels[channel] = alt.Order(f"{field}:Q")
            elif channel == "detail":
                channels[channel] = alt.Detail(f"{field}:N")
            elif channel == "text":
                channels[channel] = alt.Text(f"{field}:N")
        data = alt.Data(values=[dict(record) for record in records])
        return alt.Chart(data, width=self.width, height=self.height).encode(**channels)

    def rule(
        self,
        x: float,
        y: float,
        x2: float,
        y2: float,
        color: str = theme.HAIRLINE,
        width: float = 1,
        dash: Sequence[float] = (),
        cap: str = "butt",
    ) -> Any:
        """One straight line."""
        return self.rules(
            [{"x": x, "y": y, "x2": x2, "y2": y2}], color=color, width=width, dash=dash, cap=cap
        )

    def rules(
        self,
        records: Records,
        color: str = theme.HAIRLINE,
        width: float = 1,
        dash: Sequence[float] = (),
        cap: str = "butt",
    ) -> Any:
        """Straight lines from (x, y) to (x2, y2)."""
        return self.layer(records, x="x", y="y", x2="x2", y2="y2").mark_rule(
            color=color, strokeWidth=width, strokeDash=list(dash), strokeCap=cap
        )

    def text(self, x: float, y: float, words: str, **style: Any) -> Any:
        """Words at a place; see `texts` for the style."""
        return self.texts([{"x": x, "y": y, "words": words}], **style)

    def texts(
        self,
        records: Records,
        *,
        color: str = theme.INK,
        size: float = theme.SIZE,
        weight: int = 400,
        align: str = "left",
        baseline: str = "middle",
        dx: float = 0,
        dy: float = 0,
    ) -> Any:
        """Words at places (x, y, words)."""
        return self.layer(records, x="x", y="y", text="words").mark_text(
            fill=color,
            fontSize=size,
            fontWeight=weight,
            align=align,
            baseline=baseline,
            dx=dx,
            dy=dy,
        )

    def path(
        self,
        points: Sequence[tuple[float, float]],
        color: str,
        width: float,
        dash: Sequence[float] = (),
    ) -> Any:
        """A line through points in order."""
        records = [{"x": x, "y": y, "place": place} for place, (x, y) in enumerate(points)]
        return self.layer(records, x="x", y="y", order="place").mark_line(
            color=color, strokeWidth=width, strokeDash=list(dash), strokeCap="butt"
        )

    def area(
        self,
        points: Sequence[tuple[float, float, float]],
        fill: str,
        opacity: float = 1,
    ) -> Any:
        """The ground between y and y2 at each x, in order of x."""
        records = [{"x": x, "y": low, "y2": high} for x, low, high in points]
        style = {"fill": fill, "fillOpacity": opacity, "strokeOpacity": 0, "strokeWidth": 0}
        return self.layer(records, x="x", y="y", y2="y2").mark_area(interpolate="linear", **style)

    def boxes(
        self, records: Records, fill: str, stroke: str | None = None, width: float = 1
    ) -> Any:
        """Rectangles from (x, y) to (x2, y2)."""
        style: dict[str, Any] = {"fill": fill}
        if stroke:
            style |= {"stroke": stroke, "strokeWidth": width}
        return self.layer(records, x="x", y="y", x2="x2", y2="y2").mark_rect(**style)

    def marks(
        self,
        records: Records,
        shape: str,
        *,
        size: float = 60,
        fill: str = theme.PAPER,
        stroke: str | None = None,
        width: float = 1.6,
    ) -> Any:
        """Symbols at places; filled with paper they are open, with "transparent" mere strokes."""
        return self.layer(records, x="x", y="y").mark_point(
            shape=shape,
            size=size,
            fill=fill,
            stroke=stroke or fill,
            strokeWidth=width,
            opacity=1,
        )

    def mark(self, x: float, y: float, shape: str, **style: Any) -> Any:
        """One symbol; see `marks` for the style."""
        return self.marks([{"x": x, "y": y}], shape, **style)

    def blank(self) -> Any:
        """Nothing, drawn at every corner: it fixes the panel's extent."""
        corners = [
            {"x": self.x[0], "y": self.y[0]},
            {"x": self.x[1], "y": self.y[1]},
        ]
        return self.layer(corners, x="x", y="y").mark_point(opacity=0, size=0)


def text_width(words: str, size: float = theme.SIZE) -> float:
    """About how wide the words are in Inter; it decides breaks and sides, never a value."""
    return 0.56 * size * len(words)


def broken(words: str, width: float, size: float = theme.SIZE) -> list[str]:
    """The words in lines no wider than asked, broken at spaces only."""
    lines: list[str] = []
    for piece in words.split(" "):
        if lines and text_width(f"{lines[-1]} {piece}", size) <= width:
            lines[-1] += f" {piece}"
        else:
            lines.append(piece)
    return lines


def legible_months(
    words: Mapping[float, Sequence[str]], pixels_a_month: float, foremost: float | None = None
) -> frozenset[float]:
    """The months whose words do not run into each other when each is set about its own month.

    The start comes first, then the foremost month, whole years, half years, and the rest.

    >>> sorted(legible_months({0: ["84612"], 3: ["61007"], 6: ["56990"], 12: ["44120"]}, 4.0))
    [0, 12]
    >>> sorted(legible_months({0: ["19"], 3: ["17"], 6: ["12"], 12: ["9"]}, 8.0))
    [0, 3, 6, 12]
    """
    half = {
        month: (max(text_width(one) for one in told) + _BETWEEN_WORDS) / 2.0
        for month, told in words.items()
    }
    kept: list[float] = []
    for month in sorted(
        words, key=lambda one: (one != 0, one != foremost, one % 12 != 0, one % 6 != 0, one)
    ):
        if all(abs(month - other) * pixels_a_month >= half[month] + half[other] for other in kept):
            kept.append(month)
    return frozenset(kept)


def pixels(width: float, height: float) -> Frame:
    """A frame whose coordinates are pixels, y downward."""
    return Frame(width, height, (0, width), (height, 0))


def layered(frame: Frame, layers: Iterable[Any]) -> Any:
    """The layers as one Altair chart of the frame's size."""
    import altair as alt

    # Every layer has the frame's size, and a layered chart takes it over; setting it again would
    # copy all data once more.
    return alt.layer(frame.blank(), *layers)
