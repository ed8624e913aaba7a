# SPDX-License-Identifier: Apache-2.0
"""A follow-up as a CDISC ADaM ADTTE table, so that a statistician finds the same number elsewhere.

In R: `survfit(Surv(AVAL, CNSR == 0) ~ 1, data = adtte, conf.type = "log-log")`.
With delayed entry: `Surv(ENTRYDY, AVAL, CNSR == 0)`.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from pathlib import Path

from cartulary.codebook.endpoint import CENSORED, MISSING, Endpoint
from cartulary.codebook.endpoint_cohort import outcomes
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.course.cohort import Cohort
from cartulary.course.errors import EstimandError

COLUMNS = (
    "STUDYID",
    "USUBJID",
    "PARAMCD",
    "PARAM",
    "PARCAT1",
    "STARTDY",
    "ENTRYDY",
    "AVAL",
    "AVALU",
    "CNSR",
    "EVNTDESC",
    "CNSDTDSC",
    "ORIGIN",
)
# ADaM allows eight characters in PARAMCD.
PARAMCD_LENGTH = 8


def adtte_text(cohort: Cohort, endpoint_id: str) -> str:
    """The follow-up of one endpoint as ADTTE in CSV, one row a child, without calendar dates.

    AVAL is the length from the clock's start to the event or to censoring, in days; CNSR is 0 for
    an event and 1 for censoring. EVNTDESC names the event, so that competing causes can be told
    apart. ENTRYDY is the day of entry on the same clock, 0 unless the child entered late.
    STARTDY is the study day on which the clock starts. Children who cannot be judged have no row.

    Refuses: an endpoint without a time, such as a response.
    """
    chosen = endpoint(endpoint_id)
    if chosen.kind == "response":
        raise EstimandError(
            f"{endpoint_id} is a response. A table of times to an event has no place for it. "
            "Choose a time-to-event endpoint, such as efs.hypothetical.infusion."
        )
    rows = outcomes(cohort, chosen)
    inside = rows.filter(rows["in_population"] & (rows["status"] != MISSING))
    names = cohort.children["course_id"].to_list()
    origins = cohort.children["origin"].to_list()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for child, start, entry, left, status in inside.select(
        "child", "start_day", "entry", "exit", "status"
    ).iter_rows():
        censored = status == CENSORED
        writer.writerow(
            (
                "CARTULARY",
                _cell(names[child]),
                _paramcd(chosen),
                chosen.definition.name.en,
                f"{endpoint_id}, edition {chosen.definition.edition}",
                start,
                entry,
                left,
                "DAYS",
                int(censored),
                "" if censored else chosen.words_of(status, "en").upper(),
                "LAST CONTACT OR AN EVENT THAT STOPS FOLLOW-UP" if censored else "",
                origins[child],
            )
        )
    return text.getvalue()


def write_adtte(cohort: Cohort, endpoint_id: str, path: Path) -> None:
    """Writes `adtte_text` to a file, whole or not at all."""
    text = adtte_text(cohort, endpoint_id)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _paramcd(chosen: Endpoint) -> str:
    letters = chosen.definition.abbreviation.en.upper()
    return "".join(c for c in letters if c.isalnum())[:PARAMCD_LENGTH] or "TTE"


def _cell(text: str) -> str:
    """Text that a spreadsheet cannot take for a formula."""
    return f"'{text}" if text[:1] in "=+-@" else text
