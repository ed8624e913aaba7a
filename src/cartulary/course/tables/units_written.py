# SPDX-License-Identifier: Apache-2.0
"""Units as people write them beside a value or in a header, and the way to the unit we keep."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple


class Scale(NamedTuple):
    """How a written value becomes the kept one. Powers of ten divide exactly as they multiply."""

    times: float = 1.0
    divided_by: float = 1.0

    def applied(self, value: float) -> float:
        """The value in the unit we keep."""
        return value * self.times / self.divided_by


SAME = Scale()

_IGNORED = dict.fromkeys(map(ord, " \t\n^×·*.\u00a0\u202f"), None)


def plain_unit(unit: str) -> str:
    """A unit without superscripts, spaces and signs of multiplication.

    >>> plain_unit("x10^9/L"), plain_unit("10⁹ / l"), plain_unit("mg·h/L")
    ('109/l', '109/l', 'mgh/l')
    """
    text = unicodedata.normalize("NFKD", unit).casefold().translate(_IGNORED)
    if text.startswith("x1"):
        text = text[1:]
    if text.startswith("10e"):
        text = "10" + text[3:]
    elif text.startswith("e") and text[1:2].isdigit():
        text = "10" + text[1:]
    return text


# For each unit we keep: the plain spellings that are the same, and those that need a factor.
_WRITTEN: dict[str, dict[str, Scale]] = {
    "10⁹": {
        "109": SAME,
        "109cells": SAME,
        "109cellen": SAME,
        "106": Scale(divided_by=1e3),
        "108": Scale(divided_by=10),
        "106cells": Scale(divided_by=1e3),
        "106cellen": Scale(divided_by=1e3),
        "cells": Scale(divided_by=1e9),
        "cellen": Scale(divided_by=1e9),
    },
    "10⁹/L": {
        "109/l": SAME,
        "/nl": SAME,
        "cells/μl": Scale(divided_by=1e3),
        "cells/ul": Scale(divided_by=1e3),
        "/μl": Scale(divided_by=1e3),
        "/ul": Scale(divided_by=1e3),
        "/mm3": Scale(divided_by=1e3),
    },
    "cells": {
        "cells": SAME,
        "cellen": SAME,
        **{f"10{power}": Scale(10.0**power) for power in range(5, 11)},
        **{f"10{power}cells": Scale(10.0**power) for power in range(5, 11)},
        **{f"10{power}cellen": Scale(10.0**power) for power in range(5, 11)},
    },
    "cells/kg": {
        "cells/kg": SAME,
        "cellen/kg": SAME,
        "/kg": SAME,
        **{f"10{power}/kg": Scale(10.0**power) for power in range(5, 11)},
        **{f"10{power}cells/kg": Scale(10.0**power) for power in range(5, 11)},
        **{f"10{power}cellen/kg": Scale(10.0**power) for power in range(5, 11)},
    },
    "%": {
        "%": SAME,
        "percent": SAME,
        "procent": SAME,
        "pct": SAME,
        "fraction": Scale(100.0),
        "fractie": Scale(100.0),
    },
    "kg": {"kg": SAME, "g": Scale(divided_by=1e3), "gram": Scale(divided_by=1e3)},
    "°C": {"°c": SAME, "c": SAME, "oc": SAME, "celsius": SAME, "°celsius": SAME},
    "L/min": {"l/min": SAME, "lpm": SAME, "l/minuut": SAME, "l/minute": SAME},
    "mg/m²": {"mg/m2": SAME, "g/m2": Scale(1e3)},
    "mg·h/L": {"mgh/l": SAME, "mgu/l": SAME, "mghr/l": SAME},
    "mg/kg": {"mg/kg": SAME, "g/kg": Scale(1e3), "μg/kg": Scale(divided_by=1e3)},
}


def scale_between(written: str, kept: str) -> Scale | None:
    """The way from a unit as written to the unit we keep, or None when there is none we know.

    >>> scale_between("x10^6 cells/kg", "cells/kg").applied(1.2)
    1200000.0
    >>> scale_between("furlong", "kg") is None
    True
    """
    plain = plain_unit(written)
    if plain == plain_unit(kept):
        return SAME
    return _WRITTEN.get(kept, {}).get(plain)
