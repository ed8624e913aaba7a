# SPDX-License-Identifier: Apache-2.0
"""The lanes of a child's timeline, read from the course: what is drawn, and what the table says."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from cartulary.course.absence import is_known
from cartulary.course.course import Course
from cartulary.course.events import (
    Apheresis,
    Assessment,
    Bridging,
    Consent,
    Custody,
    Death,
    Diagnosis,
    Event,
    Indication,
    Infection,
    Infusion,
    LastContact,
    Lymphodepletion,
    NewTherapy,
    PriorTherapy,
    Product,
    Relapse,
    SecondMalignancy,
    Transplant,
    Treatment,
)
from cartulary.course.events.disease import MrdResult, Response
from cartulary.web.children.aplasia import aplasia_marks
from cartulary.web.children.day_grades import graded_lanes
from cartulary.web.children.marks import (
    BAR,
    CROSS,
    DARK_BAR,
    DIAMOND,
    DOT,
    OPEN,
    OPEN_SQUARE,
    PALE_BAR,
    RING,
    SQUARE,
    TICK,
    TRIANGLE,
    Lane,
    Mark,
)
from cartulary.web.children.wording import word
from cartulary.web.entry.spoken import language, number_words

MARROW_INVOLVED_PERCENT = 5.0


def lanes_of(course: Course, infusion_number: int | None, today: int) -> list[Lane]:
    """Every lane of a course, from the disease to consent, up to the study day `today`."""
    before = [
        _lane("disease", _("Disease and MRD"), course, _disease),
        _lane("cells", _("Collection, product"), course, _cells),
        _lane("conditioning", _("Bridging, depletion"), course, _conditioning),
        _lane("infusion", _("Infusion"), course, _infusion),
    ]
    after = [
        _lane("treatment", _("Treatment"), course, _treatment),
        Lane("aplasia", _("B-cell aplasia"), tuple(aplasia_marks(course, today))),
        _lane("response", _("Response"), course, _response),
        _lane("transplant", _("Transplant, later therapy"), course, _later_therapy),
        _lane("follow_up", _("Follow-up"), course, _follow_up),
        _lane("consent", _("Consent"), course, lambda event: _consent(event, today)),
    ]
    return [*before, *graded_lanes(course, infusion_number, today), *after]


def _lane(name: str, title: str, course: Course, read: Callable[[Event], list[Mark]]) -> Lane:
    marks = [mark for event in course if event.day is not None for mark in read(event)]
    return Lane(name, title, tuple(sorted(marks, key=lambda mark: mark.day)))


def said(value: object, unit: str = "", before: str = "") -> str:
    """A number with its unit; "" for an absence."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    return f"{before}{number_words(value)}{unit}"


def joined(*parts: str) -> str:
    """The parts that say something."""
    return ", ".join(part for part in parts if part)


def _mark(shape: str, event: Event, label: str, end: object = None, *, weak: bool = False) -> Mark:
    assert event.day is not None
    kind = type(event).label(language())
    words = joined(kind, label)
    stop = end if isinstance(end, int) and not isinstance(end, bool) and end >= event.day else None
    return Mark(shape, event.day, words, label, event.event_id, stop, weak=weak)


def _disease(event: Event) -> list[Mark]:
    if isinstance(event, Assessment):
        blasts = said(event.marrow_blasts_percent, _("% blasts"))
        residual = _residual(event)
        if not blasts and not residual:
            return []
        heavy = (
            is_known(event.marrow_blasts_percent)
            and event.marrow_blasts_percent >= MARROW_INVOLVED_PERCENT
        )
        positive = event.mrd_result in (MrdResult.POSITIVE, MrdResult.BELOW_QUANTIFICATION) or (
            is_known(event.mrd_percent) and event.mrd_percent > 0
        )
        label = residual if residual and not heavy else blasts
        return [_mark(DOT if heavy else RING if positive else OPEN, event, label)]
    if isinstance(event, Relapse):
        return [_mark(CROSS, event, joined(_("relapse"), word(event.cd19_status)))]
    if isinstance(event, Diagnosis):
        return [_mark(SQUARE, event, _("diagnosis"))]
    if isinstance(event, Indication):
        return [_mark(TICK, event, joined(_("indication"), word(event.reason)))]
    if isinstance(event, PriorTherapy):
        return [_mark(TICK, event, word(event.therapy), weak=True)]
    return []


def _residual(event: Assessment) -> str:
    if is_known(event.mrd_percent) and event.mrd_percent > 0:
        return f"MRD {number_words(event.mrd_percent)}%"
    if event.mrd_result is MrdResult.NEGATIVE:
        limit = said(event.mrd_limit_percent, "%")
        return f"MRD < {limit}" if limit else _("MRD neg.")
    if is_known(event.mrd_result):
        return f"MRD {word(event.mrd_result)}"
    return ""


def _cells(event: Event) -> list[Mark]:
    if isinstance(event, Apheresis):
        label = joined(_("collected"), said(event.cd3_yield_e9, " × 10⁹ CD3+"))
        return [_mark(SQUARE, event, label)]
    if isinstance(event, Product):
        begin = event.started_day if is_known(event.started_day) else event.day
        assert begin is not None
        status = word(event.status)
        marks = []
        if is_known(event.decided_day) and event.decided_day >= begin:
            words = joined(Product.label(language()), status)
            marks.append(
                Mark(
                    PALE_BAR,
                    begin,
                    words,
                    _("made, %(n)s d") % {"n": event.decided_day - begin},
                    event.event_id,
                    event.decided_day,
                )
            )
            marks.append(Mark(OPEN_SQUARE, event.decided_day, words, status, event.event_id))
        else:
            marks.append(_mark(OPEN_SQUARE, event, status))
        return marks
    if isinstance(event, Custody):
        wrong = event.identifiers_match is False
        return [_mark(CROSS if wrong else TICK, event, word(event.step), weak=not wrong)]
    return []


def _conditioning(event: Event) -> list[Mark]:
    if isinstance(event, Bridging):
        end = event.stop_day if is_known(event.stop_day) else None
        return [_mark(PALE_BAR if end else OPEN_SQUARE, event, word(event.therapy), end)]
    if isinstance(event, Lymphodepletion):
        end = event.stop_day if is_known(event.stop_day) else event.day
        return [_mark(DARK_BAR, event, word(event.regimen), end)]
    return []


def _infusion(event: Event) -> list[Mark]:
    if not isinstance(event, Infusion):
        return []
    per_kg = ""
    if is_known(event.dose_cells_per_kg):
        per_kg = _("%(n)s × 10⁶/kg") % {"n": number_words(event.dose_cells_per_kg / 1e6)}
    elif is_known(event.dose_cells):
        per_kg = _("%(n)s × 10⁶ cells") % {"n": number_words(event.dose_cells / 1e6)}
    number = _("infusion %(n)s") % {"n": event.number} if is_known(event.number) else ""
    return [_mark(TRIANGLE, event, joined(per_kg, number))]


def _treatment(event: Event) -> list[Mark]:
    if isinstance(event, Treatment):
        doses = _("%(n)s doses") % {"n": event.doses} if _several(event.doses) else ""
        end = event.stop_day if is_known(event.stop_day) else None
        long = isinstance(end, int) and event.day is not None and end > event.day
        return [_mark(BAR if long else DIAMOND, event, joined(word(event.drug), doses), end)]
    if isinstance(event, Infection):
        agent = event.agent if is_known(event.agent) else word(event.organism)
        return [_mark(RING, event, joined(_("infection"), agent))]
    return []


def _several(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number > 1


def _response(event: Event) -> list[Mark]:
    if not isinstance(event, Assessment) or not is_known(event.response):
        return []
    good = event.response in (Response.CR, Response.CRI)
    shape = OPEN if good else DOT if event.response is Response.NO_RESPONSE else RING
    return [_mark(shape, event, event.response.value)]


def _later_therapy(event: Event) -> list[Mark]:
    if isinstance(event, Transplant):
        return [_mark(TRIANGLE, event, joined(word(event.reason), word(event.donor)))]
    if isinstance(event, NewTherapy):
        therapy = getattr(event, "therapy", None)
        return [_mark(DIAMOND, event, joined(word(therapy), word(event.reason)))]
    if isinstance(event, SecondMalignancy):
        return [_mark(CROSS, event, joined(_("second malignancy"), word(event.malignancy)))]
    return []


def _follow_up(event: Event) -> list[Mark]:
    if isinstance(event, LastContact):
        return [_mark(DOT, event, word(event.status))]
    if isinstance(event, Death):
        return [_mark(CROSS, event, joined(_("died"), word(event.cause)))]
    return []


def _consent(event: Event, today: int) -> list[Mark]:
    if not isinstance(event, Consent) or event.day is None:
        return []
    label = joined(word(event.purpose), word(event.status))
    if event.status == "given" and today > event.day:
        return [_mark(PALE_BAR, event, word(event.purpose), today)]
    return [_mark(CROSS if event.status != "given" else TICK, event, label)]
