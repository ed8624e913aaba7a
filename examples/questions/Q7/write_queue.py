# SPDX-License-Identifier: Apache-2.0
"""Writes into in_house_one_place.toml how long cells queue for one place that 30 a year ask for.

    python examples/questions/Q7/write_queue.py

The days are those that the production line gives; a test holds the file to them. Run it again
after a rate of the line or of the way to the infusion has changed.
"""

from __future__ import annotations

import re
from pathlib import Path

from cartulary.codebook.parameter_reader import parameters
from cartulary.studies.production_line.line import Line, figures_of
from cartulary.twin.policy import Platform

FILE = Path(__file__).parent / "in_house_one_place.toml"
PLACES, REQUESTS_A_YEAR, YEARS, SEED = 1, 30, 200, 1


def quantiles_line() -> str:
    """The line of the file that holds the distribution of the wait."""
    line = Line(Platform.IN_HOUSE, PLACES, REQUESTS_A_YEAR)
    queue = figures_of(line, parameters(), years=YEARS, seed=SEED).queue
    pairs = ", ".join(
        f"[{probability:g}, {days:g}]"
        for probability, days in zip(queue.probabilities, queue.values, strict=True)
    )
    return f"quantiles = [{pairs}]"


if __name__ == "__main__":
    old = FILE.read_text(encoding="utf-8")
    new, times = re.subn(r"(?m)^quantiles = .*$", quantiles_line(), old)
    if times != 1:
        raise ValueError(f"{FILE.name} holds {times} lines of quantiles; it needs one.")
    FILE.write_text(new, encoding="utf-8")
    print(FILE)
