# SPDX-License-Identifier: Apache-2.0
"""What left the app: each file with form, purpose, children and fingerprint, never taken back.

It stands in the log of readings, which the database lets nobody alter, as a kind of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import QuerySet

from cartulary.course.events.treatment import Purpose
from cartulary.registry.models import Centre, Reading
from cartulary.registry.reading_log import read
from cartulary.web.access import Seat

#: The kinds of reading that are an export.
REPORT: Final = "report"
TABLE: Final = "outcome table"
OWN_USE: Final = "own use"
_WITHHELD: Final = "children withheld"


@dataclass(frozen=True, slots=True)
class Export:
    """One file that left. `children` is None where their number may not be shown."""

    reading: Reading
    form: str
    what: str
    purpose: Purpose | None
    children: int | None
    fingerprint: str


def exported(
    seat: Seat,
    kind: str,
    form: str,
    digest: str,
    *,
    what: str = "",
    purpose: Purpose | None,
    children: int | None,
    as_of: date | None,
) -> None:
    """Write down that a file left, before it does.

    Arguments: whose hands; `REPORT` or `TABLE`; its form; its SHA-256; which table; the purpose,
    None for the centre's own use; of how many children; the past day it is of.
    """
    many = _WITHHELD if children is None else f"{children} children"
    parts = [form, *([what] if what else []), purpose.value if purpose else OWN_USE, many]
    said = ", ".join([*parts, f"sha256 {digest[:16]}"])
    read(seat.account, seat.centre, None, kind, as_of, said)


def exports_of(centre: Centre) -> QuerySet[Reading]:
    """Every export of a centre, the last first."""
    found = Reading.objects.filter(centre=centre, child=None, page__in=(REPORT, TABLE))
    return found.select_related("account").order_by("-pk")


def export_of(reading: Reading) -> Export:
    """What the log says of an export, by its parts."""
    form, *middle, purpose, many, digest = reading.purpose.split(", ")
    return Export(
        reading,
        form,
        ", ".join(middle),
        None if purpose == OWN_USE else Purpose(purpose),
        None if many.endswith("withheld") else int(many.split()[0]),
        digest.removeprefix("sha256 "),
    )
