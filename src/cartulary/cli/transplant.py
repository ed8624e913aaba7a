# SPDX-License-Identifier: Apache-2.0
"""`cartulary transplant`: does a transplant in remission help, and how far do these data go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cartulary.cli.exposure import Asked, ask, exposure_options


@click.command(name="transplant")
@click.argument("programme", type=click.Path(path_type=Path))
@exposure_options
def command(programme: Path, **options: Any) -> None:
    """Ask of PROGRAMME whether a transplant in remission helps, by five analyses.

    The naive one, ever against never, is wrong and is there to be seen. Landmarks, a
    time-dependent Cox model, Simon-Makuch curves and clone-censor-weight keep clear of immortal
    time; each says how many children it rests on, or why it cannot be made. Then the share of
    infused children in each state over time, and the days spent there. The same as cartulary
    exposure transplant.
    """
    ask("transplant", programme, Asked(**options))
