# SPDX-License-Identifier: Apache-2.0
"""How long a programme of 100,000 rows takes to read, and how much memory.

    python benchmarks/bench_reading.py [--rows 100000] [--wrong 0.0] [--workbook]

Writes a generated programme into a temporary folder: children with an indication, apheresis,
product, infusion and last contact each, and the rest of the rows measurements and findings of
different days and values, so that few cells repeat. Then reads it in a process of its own.
`--wrong` is the share of rows with a refused date. Beside it stands the time in which the csv
module alone walks through the same files.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

TARGET_SECONDS = 10.0
TARGET_GIB = 1.0
ROWS_A_CHILD = 100
OTHER_ROWS_A_CHILD = 6

TABLES = {
    "programme": ("key", "value"),
    "children": ("child", "sex", "birth_date", "indication_date"),
    "apheresis": ("child", "date", "number", "CD3+ cells collected (10⁹)", "preservation"),
    "product": ("child", "date", "product identifier", "status"),
    "infusion": ("child", "date", "number", "product identifier", "dose per kg (cells/kg)"),
    "assessment": ("child", "date", "response", "MRD result", "MRD (%)"),
    "last_contact": ("child", "date", "status"),
    "measurement": ("child", "date", "analyte", "specimen", "value", "unit"),
    "finding": ("child", "date", "highest temperature (°C)", "hypotension for age", "ICE score"),
}
ANALYTES = (
    ("neutrophils (ANC)", "10^9/L", 8.0),
    ("ferritin", "ng/mL", 9000.0),
    ("CRP", "mg/L", 300.0),
    ("B cells (CD19+)", "cells/µL", 400.0),
    ("CAR transgene", "copies/µg", 1e5),
)


def write(folder: Path, rows: int, wrong: float, seed: int) -> int:
    """The generated programme; the number of rows written."""
    draw = random.Random(seed)
    tables: dict[str, list[tuple[str, ...]]] = {name: [] for name in TABLES}
    tables["programme"] = [("name", "Generated"), ("origin", "simulated")]
    for number in range(max(1, rows // ROWS_A_CHILD)):
        child = f"P-{number:05d}"
        day0 = date(2016, 1, 1) + timedelta(days=draw.randrange(2500))

        def on(day: int, day0: date = day0) -> str:
            if draw.random() < wrong:
                return "03/04/2020"
            return (day0 + timedelta(days=day)).isoformat()

        infusion = draw.randrange(30, 70)
        tables["children"].append(
            (child, draw.choice("fm"), on(-draw.randrange(300, 8000)), day0.isoformat())
        )
        tables["apheresis"].append((child, on(7), "1", f"{draw.uniform(0.5, 9):.2f}", "fresh"))
        tables["product"].append((child, on(8), f"L{number}", "released"))
        dose = f"{draw.uniform(0.3, 4.9):.2f}e6"
        tables["infusion"].append((child, on(infusion), "1", f"L{number}", dose))
        tables["assessment"].append((child, on(infusion + 28), "CR", "negative", "0"))
        tables["last_contact"].append((child, on(infusion + 700), "in follow-up"))
        for _ in range((ROWS_A_CHILD - OTHER_ROWS_A_CHILD) // 2):
            analyte, unit, most = draw.choice(ANALYTES)
            value = f"{draw.uniform(0, most):.2f}"
            day = infusion + draw.randrange(365)
            tables["measurement"].append((child, on(day), analyte, "blood", value, unit))
            temperature = f"{draw.uniform(36, 41):.1f}"
            tables["finding"].append((child, on(day), temperature, "no", str(draw.randrange(11))))
    for name, header in TABLES.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([header, *tables[name]])
    return sum(map(len, tables.values()))


def measure(path: str) -> dict[str, float]:
    """Reads the programme in this process; processor seconds and the most memory held."""
    from cartulary.course.cohort import Cohort
    from cartulary.course.tables import read_courses

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    readable = read_courses(path)
    read = time.process_time() - start
    cohort = Cohort.from_courses(readable.courses, readable.name)
    whole = time.process_time() - start
    return {
        "read_s": read,
        "whole_s": whole,
        "children": len(cohort),
        "events": sum(len(course.events) for course in readable.courses),
        "problems": len(readable.problems),
        "before_gib": before / 2**20,
        "gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def csv_alone(folder: Path) -> float:
    """Processor seconds in which the csv module walks through the files."""
    start = time.process_time()
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            for _ in csv.reader(stream):
                pass
    return time.process_time() - start


def main() -> int:
    """Prints one line of times, memory and whether the targets are met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--wrong", type=float, default=0.0)
    parser.add_argument("--workbook", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure)))
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "generated"
        folder.mkdir()
        rows = write(folder, given.rows, given.wrong, given.seed)
        place = folder
        if given.workbook:
            from cartulary.course.tables import read_programme, write_programme

            place = Path(name) / "generated.xlsx"
            cohort = read_programme(folder).cohort
            assert cohort is not None
            write_programme(cohort, place)
        found = json.loads(
            subprocess.run(
                [sys.executable, __file__, "--measure", str(place)],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        )
        alone = csv_alone(folder)
    print(f"rows {rows}, children {found['children']:.0f}, events {found['events']:.0f}, ", end="")
    print(f"problems {found['problems']:.0f}")
    print(f"  csv module alone   {alone:6.2f} s of processor time")
    print(f"  read into courses  {found['read_s']:6.2f} s ({found['read_s'] / alone:.0f} times)")
    print(f"  with the cohort    {found['whole_s']:6.2f} s (target {TARGET_SECONDS:g} s)")
    print(f"  most memory        {found['gib']:6.2f} GiB (target {TARGET_GIB:g} GiB; ", end="")
    print(f"{found['before_gib']:.2f} before)")
    met = found["whole_s"] < TARGET_SECONDS and found["gib"] < TARGET_GIB
    return 0 if met or given.workbook else 1


if __name__ == "__main__":
    sys.exit(main())
