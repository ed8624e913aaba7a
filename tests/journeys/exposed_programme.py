# SPDX-License-Identifier: Apache-2.0
"""A programme of ninety invented children in remission: aplasia lost, infused again, transplanted.

Settings of a test, not findings: B cells come back at a third of the children, some of those are
infused again, some others transplanted, and relapse is frequent.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.journeys.programme_folder import folder

CHILDREN = 90
SEED = 11
REMISSION = 28
B_CELL_DAYS = (28, 60, 90, 120, 180, 270, 360)


def exposed_programme(place: Path, *, b_cells: bool = True) -> Path:
    """Ninety children, each infused on day 0 and in remission on day 28.

    `b_cells=False` leaves every measurement of B cells out.
    """
    draw = np.random.default_rng(SEED)
    tables: dict[str, list[str]] = {
        "infusion": ["child,day,number"],
        "assessment": ["child,day,timepoint,response"],
        "measurement": ["child,day,analyte,value,unit"],
        "relapse": ["child,day,site,cd19_status,level"],
        "transplant": ["child,day,reason"],
        "death": ["child,day,cause"],
        "last_contact": ["child,day"],
    }
    names = [f"P-{number:03d}" for number in range(1, CHILDREN + 1)]
    for name in names:
        tables["infusion"].append(f"{name},0,1")
        tables["assessment"].append(f"{name},{REMISSION},day_28,CR")
        relapse = int(REMISSION + 10 + draw.exponential(420))
        end = int(draw.integers(300, 1100))
        lost = int(40 + draw.exponential(160)) if draw.random() < 0.35 else 10_000
        again = lost + int(draw.integers(20, 90)) if draw.random() < 0.5 else 10_000
        planned = int(60 + draw.exponential(60)) if draw.random() < 0.35 else 10_000
        planned = planned if planned < again else 10_000
        for day in B_CELL_DAYS:
            if day < min(relapse, end, planned, again):
                value = 0.1 if day < lost else 6.0
                tables["measurement"].append(f"{name},{day},b_cells_of_lymphocytes,{value},%")
        if again < min(relapse, end):
            tables["infusion"].append(f"{name},{again},2")
        if planned < min(relapse, end):
            tables["transplant"].append(f"{name},{planned},consolidation")
        if relapse < end:
            status = ("negative", "positive")[int(draw.integers(2))]
            tables["relapse"].append(f"{name},{relapse},marrow,{status},morphological")
            if draw.random() < 0.4:
                tables["death"].append(f"{name},{end},leukaemia")
                continue
        tables["last_contact"].append(f"{name},{end}")
    if not b_cells:
        del tables["measurement"]
    return folder(
        place,
        {
            "programme.csv": "key,value\nname,Exposed\ncentre,PMC\norigin,simulated\n"
            "day0_is,infusion\n",
            "children.csv": "\n".join(("child,sex,age_years", *(f"{n},f,9" for n in names))) + "\n",
            **{f"{name}.csv": "\n".join(rows) + "\n" for name, rows in tables.items()},
        },
    )
