# SPDX-License-Identifier: Apache-2.0
"""The table of the life cycle as a picture: a place for each state, a line for each step."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from cartulary.registry.product_life_path import MAIN_LINE
from cartulary.registry.product_life_states import FINAL, Act, Path, State
from cartulary.registry.product_life_table import TABLE, Row

_WIDTH, _HEIGHT = 1080, 620
_BOX_WIDTH, _BOX_HEIGHT = 128, 46
_COLUMN, _ROW = 178, 128
_LEFT, _TOP = 84, 74

#: Column and row of each state.
PLACES: Final[dict[State, tuple[float, float]]] = {
    State.ORDERED: (0, 0),
    State.COLLECTED: (1, 0),
    State.SENT: (2, 0),
    State.AT_MANUFACTURER: (3, 0),
    State.IN_MANUFACTURE: (4, 0),
    State.FAILED: (5, 0),
    State.CANCELLED: (1.5, 1.1),
    State.RELEASED: (4, 1.1),
    State.OUT_OF_SPECIFICATION: (5, 1.1),
    State.INFUSED: (0, 2.2),
    State.THAWED: (1, 2.2),
    State.STORED: (2, 2.2),
    State.RECEIVED: (3, 2.2),
    State.SHIPPED: (4, 2.2),
    State.RELEASED_WITH_APPROVAL: (5, 2.2),
    State.RETURNED: (3, 3.5),
    State.QUARANTINED: (4, 3.5),
    State.DISCARDED: (5, 3.5),
}
#: An act from so many states stands beside the picture, not in it.
_TOO_MANY: Final = 7

_INK, _INK_2, _LINE, _PAPER, _SUNK = "#15202B", "#44505C", "#7C8791", "#FFFFFF", "#F3F4F1"


def drawing() -> str:
    """The picture as SVG, the same bytes for the same table."""
    body = "\n".join((*_lines(), *_boxes(), *_legend()))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" role="img" aria-labelledby="t d" '
        'font-family="Inter, system-ui, sans-serif">\n'
        '<title id="t">The life of a product</title>\n'
        '<desc id="d">Every state from ordered to infused, and the steps between them. '
        "The table on the same page says the same.</desc>\n"
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="{_PAPER}"/>\n'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        f'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="{_INK_2}"/></marker>'
        "</defs>\n"
        f"{body}\n</svg>\n"
    )


def _centre(state: State) -> tuple[float, float]:
    column, row = PLACES[state]
    return _LEFT + column * _COLUMN, _TOP + row * _ROW


def _drawn() -> Iterator[tuple[Row, State, State]]:
    """Every step that moves cells, once for each pair of states."""
    seen = set()
    for row in TABLE:
        if row.target is None or len(row.sources) >= _TOO_MANY:
            continue
        for source in State:
            key = (row.act, source, row.target)
            if source in row.sources and source is not State.QUARANTINED and key not in seen:
                seen.add(key)
                yield row, source, row.target


_USUAL: Final = frozenset({Path.ANY, Path.CENTRAL, Path.CENTRAL_FROZEN, Path.FROZEN})


def _lines() -> Iterator[str]:
    for row, source, target in _drawn():
        usual = row.act in MAIN_LINE and row.path in _USUAL and source in _USUAL_STATES
        dash = "" if usual else ' stroke-dasharray="5 4"'
        colour = _INK if usual else _LINE
        width = 1.8 if usual else 1.1
        path, label_x, label_y = _path(source, target, usual)
        yield (
            f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{dash} '
            'marker-end="url(#tip)"/>'
        )
        if _is_labelled(row, source):
            yield _label(label_x, label_y, row.act.en)


_USUAL_STATES: Final = frozenset(set(State) - {State.RELEASED_WITH_APPROVAL})
_LABELLED_ONCE: Final = {
    Act.CANCEL: State.COLLECTED,
    Act.FAIL: State.IN_MANUFACTURE,
    Act.SHIP: State.RELEASED,
    Act.SEND_BACK: State.RECEIVED,
    Act.STORE: State.RECEIVED,
    Act.INFUSE: State.THAWED,
    Act.HAND_IN: State.SENT,
    Act.REJECT: State.IN_MANUFACTURE,
}


def _is_labelled(row: Row, source: State) -> bool:
    return _LABELLED_ONCE.get(row.act, source) is source


def _path(source: State, target: State, usual: bool) -> tuple[str, float, float]:
    """A line from edge to edge, and where its label stands."""
    (x1, y1), (x2, y2) = _centre(source), _centre(target)
    across, down = x2 - x1, y2 - y1
    half_width, half_height = _BOX_WIDTH / 2, _BOX_HEIGHT / 2
    if abs(down) < 1 and abs(across) <= _COLUMN + 1:
        side = half_width if across > 0 else -half_width
        return f"M{x1 + side:g} {y1:g}L{x2 - side:g} {y2:g}", (x1 + x2) / 2, y1 - half_height - 7
    if abs(down) < 1:
        # Past a neighbour: over it in the upper rows, under it below.
        sign = -1 if y1 < _TOP + _ROW else 1
        bow = y1 + sign * (half_height + 26 + abs(across) / 30)
        start, end = y1 + sign * half_height, y2 + sign * half_height
        return (
            f"M{x1:g} {start:g}C{x1:g} {bow:g} {x2:g} {bow:g} {x2:g} {end:g}",
            (x1 + x2) / 2,
            bow,
        )
    if abs(across) < 1:
        side = half_height if down > 0 else -half_height
        return f"M{x1:g} {y1 + side:g}L{x2:g} {y2 - side:g}", x1, (y1 + y2) / 2 + 4
    side = half_height if down > 0 else -half_height
    middle = (y1 + y2) / 2
    return (
        f"M{x1:g} {y1 + side:g}C{x1:g} {middle:g} {x2:g} {middle:g} {x2:g} {y2 - side:g}",
        x1 + across * 0.62,
        middle + 6,
    )


def _label(x: float, y: float, text: str) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="11" text-anchor="middle" fill="{_INK_2}" '
        f'stroke="{_PAPER}" stroke-width="4" paint-order="stroke">{escape(text)}</text>'
    )


def _boxes() -> Iterator[str]:
    for state in State:
        x, y = _centre(state)
        final = state in FINAL
        width = 2.2 if final else 1.2
        yield (
            f'<rect x="{x - _BOX_WIDTH / 2:g}" y="{y - _BOX_HEIGHT / 2:g}" '
            f'width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}" rx="3" '
            f'fill="{_SUNK if final else _PAPER}" stroke="{_INK}" stroke-width="{width}"/>'
        )
        lines = _broken(state.en)
        first = y + 4 - (len(lines) - 1) * 6.5
        for place, line in enumerate(lines):
            yield (
                f'<text x="{x:g}" y="{first + place * 13:g}" font-size="12" font-weight="600" '
                f'text-anchor="middle" fill="{_INK}">{escape(line)}</text>'
            )


def _broken(text: str, longest: int = 19) -> list[str]:
    """A name over as few lines as fit its box."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > longest:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _legend() -> Iterator[str]:
    many = [row for row in TABLE if len(row.sources) >= _TOO_MANY and row.target is not None]
    sentences = [
        f"“{row.act.en}” leads to “{row.target.en}” from {len(row.sources)} states."
        for row in many
        if row.target is not None
    ]
    sentences.append("“Release from quarantine” leads back to the state before it.")
    sentences.append("A thick border: nothing follows.")
    for place, sentence in enumerate(sentences):
        yield (
            f'<text x="20" y="{_HEIGHT - 90 + place * 17}" font-size="12" fill="{_INK_2}">'
            f"{escape(sentence)}</text>"
        )
