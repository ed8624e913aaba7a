# SPDX-License-Identifier: Apache-2.0
"""Writes the example programme as a folder of CSV tables, from the description in children.txt.

    python examples/maxima_2020/write_tables.py OUT

Nothing else in the project knows these children: the report reads the tables as it would any
programme's. The order of collection, manufacture and chemotherapy before an infusion is set by
the few lengths below, which are invented; README.md says what repeats the article and what not.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent

# Invented lengths in days, so that every course has its steps in a possible order.
APHERESIS_DAY = 5
SECOND_APHERESIS_AFTER = 9
ORDER_AFTER_APHERESIS = 1
MANUFACTURE_DAYS = 25
BRIDGING_FROM, BRIDGING_TO = 8, 24
LYMPHODEPLETION_BEFORE = 6
ASSESSMENT_BEFORE = 8

REASONS = {
    "refract": "refractory",
    "relapse1": "first_relapse",
    "relapse2": "later_relapse",
    "posttx": "post_transplant_relapse",
    "cns": "cns_relapse",
}
BRIDGES = {
    "chemo": "chemotherapy",
    "ino": "inotuzumab",
    "blina": "blinatumomab",
    "none": "none",
}
BLASTS = {"high": 38, "low": 2, "none": 1}
YES_NO = {"y": "yes", "n": "no"}
# The programme says which outcomes its source does not report; no figure is made of them.
PROGRAMME = {
    "name": "Example after the Princess Máxima Center figures of 2020",
    "centre": "Example centre",
    "origin": "reconstructed",
    "data_cut": "2020-10-01",
    "day0_is": "indication",
    "not_reported": "os",
    "notes": "Reconstructed from published figures. No child in it exists; days are invented.",
}

Row = dict[str, object]
Tables = dict[str, list[Row]]


def described(path: Path = HERE / "children.txt") -> list[dict[str, str]]:
    """The lines of the description, one mapping a child."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line and line[0] != "#"]
    header = [word.strip() for word in lines[0].split("|")]
    return [
        dict(zip(header, (word.strip() for word in line.split("|")), strict=True))
        for line in lines[1:]
    ]


def tables(children: list[dict[str, str]]) -> Tables:
    """Every table of the programme."""
    out: Tables = defaultdict(list)
    out["programme"] = [{"key": key, "value": value} for key, value in PROGRAMME.items()]
    for child in children:
        _before_infusion(out, child)
        if child["inf1"] != "-":
            _after_infusion(out, child)
    return out


def _before_infusion(out: Tables, child: dict[str, str]) -> None:
    name, collections = child["child"], int(child["aphereses"])
    out["children"].append({"child": name, "sex": child["sex"], "age_years": child["age"]})
    out["indication"].append(
        {"child": name, "day": 0, "reason": REASONS[child["reason"]], "decision": "accepted"}
    )
    bridge = BRIDGES[child["bridge"]]
    out["bridging"].append(
        {"child": name, "day": BRIDGING_FROM, "therapy": bridge, "stop_day": BRIDGING_TO}
    )
    later = child["inf2"] != "-" and collections > 1
    infused = child["inf1"] != "-"
    for number in range(1, collections + 1):
        day = APHERESIS_DAY + (number - 1) * SECOND_APHERESIS_AFTER
        if number > 1 and later:
            day = int(child["inf1"]) + int(child["inf2"]) - MANUFACTURE_DAYS - 15
        out["apheresis"].append({"child": name, "day": day, "number": number})
        # A first collection that was too small gave no product of its own.
        if infused and collections > 1 and not later and number == 1:
            continue
        failed = child["why"] == "failed"
        out["product"].append(
            {
                "child": name,
                "day": day + ORDER_AFTER_APHERESIS,
                "product_id": f"{name}-P{number}",
                "made_for": name,
                "apheresis_number": number,
                "product": "tisagenlecleucel",
                "antigens": "cd19",
                "site": "central",
                "status": "failed" if failed else "released",
                "decided_day": day + ORDER_AFTER_APHERESIS + MANUFACTURE_DAYS,
            }
        )
    if not infused:
        _never_infused(out, child)


def _never_infused(out: Tables, child: dict[str, str]) -> None:
    name = child["child"]
    if child["why"].startswith("died@"):
        day = int(child["why"].removeprefix("died@"))
        out["death"].append({"child": name, "day": day, "cause": "leukaemia"})
    else:
        out["last_contact"].append({"child": name, "day": int(child["end"])})


def _after_infusion(out: Tables, child: dict[str, str]) -> None:
    name, first = child["child"], int(child["inf1"])
    days = [first] + ([first + int(child["inf2"])] if child["inf2"] != "-" else [])
    products = [row["product_id"] for row in out["product"] if row["child"] == name]
    for number, day in enumerate(days, start=1):
        lymphodepletion = {"child": name, "day": day - LYMPHODEPLETION_BEFORE}
        out["lymphodepletion"].append({**lymphodepletion, "regimen": "flu_cy"})
        product = products[min(number, len(products)) - 1]
        out["infusion"].append({"child": name, "day": day, "number": number, "product_id": product})
        _toxicity(out, child, number, day)
    _disease(out, child, first)
    out["last_contact"].append({"child": name, "day": first + int(child["end"])})


def _toxicity(out: Tables, child: dict[str, str], number: int, day: int) -> None:
    name = child["child"]
    shared = {"child": name, "infusion_number": number, "basis": "reported"}
    crs = int(child[f"crs{'' if number == 1 else 2}"])
    out["toxicity"].append(
        {**shared, "day": day + 4, "toxicity": "crs", "grade": crs, "scale": "astct_crs_2019"}
    )
    out["toxicity"].append(
        {**shared, "day": day, "toxicity": "icans", "grade": 0, "scale": "astct_icans_2019"}
    )
    febrile = child["fn" if number == 1 else "fn2"]
    out["toxicity"].append(
        {
            **shared,
            "day": day + 5,
            "toxicity": "febrile_neutropenia",
            "grade": 3 if febrile == "y" else 0,
            "scale": "ctcae_febrile_neutropenia_5",
        }
    )
    late = child["np" if number == 1 else "np2"]
    if late == "?":
        return
    out["toxicity"].append(
        {
            **shared,
            "day": day + 29,
            "toxicity": "neutropenia_beyond_day_28",
            "grade": 4 if late == "y" else 0,
            "scale": "ctcae_neutrophils_5",
        }
    )
    if crs >= 2:
        given = {"child": name, "day": day + 6, "given_for": "crs"}
        out["treatment"].append({**given, "drug": "tocilizumab", "doses": 1})
        if crs >= 3:
            out["treatment"].append({**given, "drug": "dexamethasone", "doses": 2})
    if name == "M-009":
        out["infection"].append(
            {
                "child": name,
                "day": day + 60,
                "organism": "viral",
                "agent": "varicella zoster",
                "reactivation": "yes",
            }
        )


def _disease(out: Tables, child: dict[str, str], first: int) -> None:
    name, burden = child["child"], child["burden"]
    before = {
        "child": name,
        "day": first - ASSESSMENT_BEFORE,
        "timepoint": "before_lymphodepletion",
        "marrow_blasts_percent": BLASTS[burden],
        "mrd_result": "negative" if burden == "none" else "positive",
    }
    if burden != "high":
        before["response"] = "CR"
    out["assessment"].append({**before, "cns_status": "CNS1", "extramedullary": "no"})
    day28 = {"child": name, "day": first + 28, "timepoint": "day_28"}
    if child["d28"] == "NR":
        day28["day"] = first + int(child["relapse"].split("@")[1])
    if child["d28"] != "due":
        aplasia = "no" if child["relapse"].startswith("early") else "yes"
        remission = child["d28"] != "NR"
        out["assessment"].append(
            {
                **day28,
                "response": child["d28"],
                "marrow_blasts_percent": 1 if remission else 62,
                "mrd_result": "negative" if remission else "positive",
                "b_cell_aplasia": aplasia,
            }
        )
    if child["relapse"] != "-":
        _relapse(out, child, first)
    if child["sct"] != "-":
        reason, day = child["sct"].split("@")
        full = {"cons": "consolidation", "rel": "relapse"}[reason]
        out["transplant"].append({"child": name, "day": first + int(day), "reason": full})


def _relapse(out: Tables, child: dict[str, str], first: int) -> None:
    kind, day = child["relapse"].split("@")
    relapse: Row = {"child": child["child"], "day": first + int(day), "site": "marrow"}
    if kind == "early":
        relapse |= {"expansion_failed": "yes", "b_cell_aplasia": "no", "confidence": "probable"}
    if kind == "neg":
        relapse |= {"cd19_status": "negative", "b_cell_aplasia": "yes"}
    if kind == "pos":
        relapse |= {"cd19_status": "positive", "b_cell_aplasia": "no"}
        lost = {"child": child["child"], "day": first + int(day) - 80, "response": "CR"}
        out["assessment"].append({**lost, "timepoint": "month_6", "b_cell_aplasia": "no"})
    out["relapse"].append({**relapse, "level": "morphological"})


def write(folder: Path) -> Path:
    """Writes every table into `folder` and returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables(described()).items():
        columns = list(dict.fromkeys(key for row in rows for key in row))
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return folder


if __name__ == "__main__":
    print(write(Path(sys.argv[1])))
