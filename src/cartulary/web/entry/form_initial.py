# SPDX-License-Identifier: Apache-2.0
"""What already stands in the form of a new event: only what follows from the course itself."""

from __future__ import annotations

from cartulary.course.course import DayZero
from cartulary.course.dates import PartialDate
from cartulary.course.events import Apheresis, Indication, Infusion
from cartulary.web.entry.form_filling import date_text
from cartulary.web.entry.form_reading import DATE
from cartulary.web.entry.place import Place


def initial_texts(place: Place) -> dict[str, list[str]]:
    """The next number of a collection or an infusion, and the date of the first indication.

    What a person must read from a label, a form or a screen is never filled in.
    """
    course, child = place.course, place.child
    if place.kind == "infusion":
        return {"number": [str(len(course.all(Infusion)) + 1)]}
    if place.kind == "apheresis":
        return {"number": [str(len(course.all(Apheresis)) + 1)]}
    if place.kind == "toxicity" and len(course.all(Infusion)) == 1:
        return {"infusion_number": ["1"]}
    first = place.kind == "indication" and not course.all(Indication)
    if first and child.day0 is not None and child.day0_is == DayZero.INDICATION:
        return {DATE: [date_text(PartialDate.of(child.day0))]}
    return {}
