# SPDX-License-Identifier: Apache-2.0
"""A follow-up as a CDISC ADaM ADTTE table, so that a statistician finds the same number elsewhere.

In R, with `adtte <- read.csv("adtte.csv")`:

    survfit(Surv(AVAL, CNSR == 0) ~ 1, data = adtte, conf.type = "log-log")

Where a child entered late (ENTRYDY above 0), `Surv(ENTRYDY, AVAL, CNSR == 0)`. Competing causes:
`Surv(AVAL, factor(ifelse(CNSR == 1, "", EVNTDESC)))`, the censored being the first level.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from cartulary.codebook.endpoint import CENSORED, MISSING, Endpoint
from cartulary.codebook.endpoint_cohort import outcomes
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.course.cohort import Cohort
from cartulary.course.errors import CartularyError, EstimandError

STUDY = "CARTULARY"
CENSORED_BY = "LAST CONTACT OR AN EVENT THAT STOPS FOLLOW-UP"
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
# Only where the follow-up is split: by what, and the group of the child.
GROUP_COLUMNS = ("GROUPVAR", "GROUP")
RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# ADaM allows eight characters in PARAMCD.
PARAMCD_LENGTH = 8


def adtte_text(
    cohort: Cohort, endpoint_id: str, *, group: str = "", groups: Sequence[str] = ()
) -> str:
    """The follow-up of one endpoint as ADTTE in CSV, one row a child, without calendar dates.

    AVAL is the length from the clock's start to the event or to censoring, in days; CNSR is 0 for
    an event and 1 for censoring. EVNTDESC names the event, so that competing causes can be told
    apart. ENTRYDY is the day of entry on the same clock, 0 unless the child entered late.
    STARTDY is the study day on which the clock starts. Children who cannot be judged have no row.
    A text that a spreadsheet would run as a formula stands behind an apostrophe.

    Arguments: a cohort of n children; the full id of an endpoint; by what the follow-up is split
    and the group of each child, shape (n,), which add the columns GROUPVAR and GROUP.
    Returns: the text of a CSV file, UTF-8, its first line the names of the columns.
    Refuses: an unknown endpoint; one without a time, such as a response.
    Source: CDISC ADaM Basic Data Structure for Time-to-Event Analyses 1.0.

    >>> from cartulary.codebook.drawn import course_from_drawing
    >>> drawn = "0 | indication |\\n30 | infusion |\\n90 | death |"
    >>> text = adtte_text(Cohort.from_courses([course_from_drawing(drawn)]), "os.infusion")
    >>> text.splitlines()[1].split(",")[6:11]
    ['30', '0', '60', 'DAYS', '0']
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
    writer.writerow((*COLUMNS, *(GROUP_COLUMNS if groups else ())))
    for child, start, entry, left, status in inside.select(
        "child", "start_day", "entry", "exit", "status"
    ).iter_rows():
        censored = status == CENSORED
        writer.writerow(
            (
                STUDY,
                _cell(names[child]),
                _paramcd(chosen),
                _cell(chosen.definition.name.en),
                _cell(f"{endpoint_id}, edition {chosen.definition.edition}"),
                start,
                entry,
                left,
                "DAYS",
                int(censored),
                "" if censored else _cell(chosen.words_of(status, "en").upper()),
                CENSORED_BY if censored else "",
                origins[child],
                *((group, _cell(groups[child])) if groups else ()),
            )
        )
    return text.getvalue()


def write_adtte(
    cohort: Cohort, endpoint_id: str, path: Path, *, group: str = "", groups: Sequence[str] = ()
) -> None:
    """Writes `adtte_text` to a file, whole or not at all.

    Refuses: what `adtte_text` refuses; a place where nothing can be written.
    """
    text = adtte_text(cohort, endpoint_id, group=group, groups=groups)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise CartularyError(
            f"{path.name!r} cannot be written: {error.strerror or type(error).__name__}. The "
            "follow-up was not saved. Choose an existing folder in which you may write."
        ) from error


def _paramcd(chosen: Endpoint) -> str:
    letters = chosen.definition.abbreviation.en.upper()
    return "".join(c for c in letters if c.isalnum())[:PARAMCD_LENGTH] or "TTE"


def _cell(text: str) -> str:
    """Text that a spreadsheet cannot take for a formula."""
    return f"'{text}" if text.startswith(RUNS_AS_FORMULA) else text
