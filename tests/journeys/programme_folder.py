# SPDX-License-Identifier: Apache-2.0
"""Small programmes written down as a data manager would, for tests of reading."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

PROGRAMME = "key,value\nname,Trial run\ncentre,PMC\norigin,recorded\ndata_cut,2023-12-31\n"
CHILDREN = "child,sex,age_years,indication_date\nP-001,f,9,2020-03-10\nP-002,m,12.5,2021-01-05\n"


def folder(place: Path, tables: Mapping[str, str | bytes]) -> Path:
    """A programme's folder with these tables beside a description and two children."""
    place.mkdir(parents=True, exist_ok=True)
    for name, content in {
        "programme.csv": PROGRAMME,
        "children.csv": CHILDREN,
        **tables,
    }.items():
        data = content.encode("utf-8") if isinstance(content, str) else content
        (place / name).write_bytes(data)
    return place
