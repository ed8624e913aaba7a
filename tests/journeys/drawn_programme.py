# SPDX-License-Identifier: Apache-2.0
"""A programme of sixty invented children, written as its tables, with ties and every ending."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from tests.journeys.programme_folder import folder

CHILDREN = 60
SEED = 20


def _csv(header: str, rows: Iterable[tuple[object, ...]]) -> str:
    return "\n".join((header, *(",".join(map(str, row)) for row in rows))) + "\n"


def drawn_programme(place: Path) -> Path:
    """Sixty children: most treated; relapse of two kinds, death, transplant, last contact."""
    draw = np.random.default_rng(SEED)
    tables: dict[str, list[tuple[object, ...]]] = {
        name: []
        for name in (
            "indication", "apheresis", "product", "bridging", "lymphodepletion", "infusion",
            "assessment", "relapse", "transplant", "death", "last_contact",
        )
    }  # fmt: skip
    names = [f"P-{number:03d}" for number in range(1, CHILDREN + 1)]
    for name in names:
        tables["indication"].append((name, 0, "later_relapse", "accepted"))
        tables["apheresis"].append((name, 5, 1))
        if draw.random() < 0.1:
            tables["death"].append((name, int(draw.integers(20, 60)), "leukaemia"))
            continue
        day = int(draw.integers(38, 60))
        tables["product"].append((name, 6, f"{name}-a", name, 1, "released", 33))
        bridging = ("chemotherapy", "inotuzumab", "none")[int(draw.integers(3))]
        tables["bridging"].append((name, 9, bridging, 20))
        tables["lymphodepletion"].append((name, day - 6, "flu_cy"))
        tables["infusion"].append((name, day, 1, f"{name}-a"))
        responded = draw.random() < 0.85
        tables["assessment"].append((name, day + 28, "day_28", "CR" if responded else "NR"))
        # Days in steps of a month make ties between children.
        last = day + 30 * int(draw.integers(3, 30))
        path = draw.random()
        if responded and path < 0.4:
            when = day + 30 * int(draw.integers(2, 14))
            status = ("negative", "positive")[int(draw.integers(2))]
            tables["relapse"].append((name, when, "marrow", status, "morphological"))
            last = max(last, when + 60)
        elif responded and path < 0.55:
            tables["transplant"].append((name, day + 90, "consolidation"))
            last = max(last, day + 120)
        if path > 0.8:
            tables["death"].append((name, max(last, day + 60), "infection"))
        else:
            tables["last_contact"].append((name, last))
    headers = {
        "indication": "child,day,reason,decision",
        "apheresis": "child,day,number",
        "product": "child,day,product_id,made_for,apheresis_number,status,decided_day",
        "bridging": "child,day,therapy,stop_day",
        "lymphodepletion": "child,day,regimen",
        "infusion": "child,day,number,product_id",
        "assessment": "child,day,timepoint,response",
        "relapse": "child,day,site,cd19_status,level",
        "transplant": "child,day,reason",
        "death": "child,day,cause",
        "last_contact": "child,day",
    }
    return folder(
        place,
        {
            "programme.csv": "key,value\nname,Drawn\ncentre,PMC\norigin,simulated\n"
            "day0_is,indication\n",
            "children.csv": _csv("child,sex,age_years", ((name, "f", 9) for name in names)),
            **{f"{name}.csv": _csv(headers[name], rows) for name, rows in tables.items()},
        },
    )
