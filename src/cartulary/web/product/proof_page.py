# SPDX-License-Identifier: Apache-2.0
"""The chain-of-identity proof of a bag: from the ledger to one printed page."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpResponse

from cartulary.course.course import Origin
from cartulary.registry.identifiers import Reading, shown
from cartulary.registry.models import Centre
from cartulary.registry.permissions import Permission
from cartulary.registry.product_life import Step, TakenBack, Unit, handed_over
from cartulary.registry.product_life_proof import altered, entries_of_life, head_of_chain
from cartulary.registry.product_life_reading import Blocked, ProductStory, story_of
from cartulary.registry.product_life_states import Holder
from cartulary.registry.product_life_table import EDITION
from cartulary.registry.reading_log import read
from cartulary.reports.identity_proof.content import (
    BlockedAttempt,
    HandOff,
    IdentityProof,
    ReadIdentifier,
    TakenBackStep,
)
from cartulary.reports.identity_proof.pdf import render_proof
from cartulary.web.access import SeatedRequest, page
from cartulary.web.entry.spoken import date_words, language
from cartulary.web.product.page_context import labels_of
from cartulary.web.product.product_page import bag_asked, child_or_404
from cartulary.web.product.spoken import (
    DEGREES,
    limit_of,
    moment,
    names_of,
    range_words,
    readings_words,
    say,
    word,
)


@page(Permission.SEE_CHILDREN)
def proof(request: SeatedRequest, key: UUID, event: str) -> HttpResponse:
    """One page as PDF: every hand-off with its identifiers, people, entries and hashes."""
    seat = request.seat
    child = child_or_404(seat, key)
    story = story_of(child, event)
    if story is None:
        raise Http404
    unit = bag_asked(request, story)
    read(seat.account, seat.centre, child, "identity proof")
    pdf = render_proof(proof_of(story, unit, seat.centre))
    answer = HttpResponse(pdf, content_type="application/pdf")
    # The file bears no pseudonym: a name of a file travels further than the file.
    answer["Content-Disposition"] = 'inline; filename="chain-of-identity.pdf"'
    return answer


def proof_of(story: ProductStory, unit: Unit, centre: Centre) -> IdentityProof:
    """What the page says, worked out from the ledger as it stands; in the active language."""
    names = names_of(
        {step.author for step in story.life.steps}
        | {one.author for one in story.blocked}
        | {step.author for one in story.life.taken_back for step in (one.undone, one.by)}
    )
    steps = story.life.steps_of(unit)
    by_sequence = {step.sequence: step for step in steps}
    head = head_of_chain(centre)
    wrong = altered(centre, entries_of_life(story))
    if wrong:
        verdict = say("NOT INTACT: entries %(entries)s are not what was written.") % {
            "entries": ", ".join(map(str, wrong))
        }
    else:
        verdict = say("The entries on this page were worked out again and are as written.")
    return IdentityProof(
        lang=language(),
        product=story.life.record.product_id,
        bag=unit.bag,
        child=story.child.course_id,
        programme=centre.programme or centre.name,
        state=word(story.state(unit.bag)),
        labels=tuple(labels_of(story, unit)),
        hand_offs=tuple(
            _hand_off(step, by_sequence.get(step.first), names) for step in handed_over(steps)
        ),
        blocked=tuple(_blocked(one, names) for one in story.blocked if one.bag in ("", unit.bag)),
        taken_back=tuple(
            _taken_back(one, names)
            for one in story.life.taken_back
            if one.undone.bag in ("", unit.bag) or not story.life.is_divided
        ),
        head_number=head.number,
        head_hash=head.hash,
        verdict=verdict,
        made=_ledger_until(head.number, head.recorded_at),
        edition=EDITION,
        sample=_sample(story),
        sound=not wrong,
    )


def _taken_back(one: TakenBack, names: dict[str, str]) -> TakenBackStep:
    return TakenBackStep(
        step=word(one.undone.act),
        when=moment(one.undone),
        by=names.get(one.by.author, one.by.author),
        reason=str(one.by.details.get("reason") or ""),
        entry=one.undone.entry,
        hash=one.undone.hash,
        back_entry=one.by.entry,
    )


def _ledger_until(number: int, recorded_at: datetime | None) -> str:
    if recorded_at is None:
        return ""
    local = recorded_at.astimezone(ZoneInfo(settings.TIME_ZONE))
    return say("from the ledger to entry %(entry)d, %(date)s %(time)s") % {
        "entry": number,
        "date": date_words(local.date()),
        "time": f"{local:%H:%M}",
    }


def _sample(story: ProductStory) -> str:
    if settings.CARTULARY_DEMO:
        return say("Example, invented children")
    origin = Origin(story.child.origin)
    return "" if origin is Origin.RECORDED else word(origin)


def _hand_off(step: Step, first: Step | None, names: dict[str, str]) -> HandOff:
    author = names.get(step.author, step.author)
    out, taken = str(step.details.get("out_by") or ""), str(step.details.get("in_by") or "")
    if first is not None:
        people = [taken or names.get(first.author, first.author), author]
    else:
        people = [taken or author]
    people[0] = f"{out} → {people[0]}" if out else people[0]
    return HandOff(
        step=word(step.act),
        when=moment(step),
        parties=_parties(step.gives, step.takes),
        people=" · ".join(people),
        identifiers=_read(step.readings),
        temperature=_temperature(step),
        entry=step.entry,
        hash=step.hash,
        reason=str(step.details.get("reason") or ""),
        first_entry=first.entry if first is not None else 0,
    )


def _parties(gives: Holder | None, takes: Holder | None) -> str:
    if gives is not None and takes is not None and gives is not takes:
        return f"{word(gives)} → {word(takes)}"
    return word(takes or gives)


def _temperature(step: Step) -> str:
    temperature = step.details.get("temperature")
    if not temperature:
        return ""
    limits = limit_of(temperature)
    readings = readings_words(temperature)
    judged = {
        True: say("within limits"),
        False: say("OUTSIDE LIMITS"),
        None: say("not judged"),
    }[step.in_range]
    limit = range_words(limits, DEGREES) if limits.is_set else say("limit not set")
    said = f"{readings}{DEGREES}, " if readings else ""
    return f"{said}{limit}: {judged}"


def _read(readings: tuple[Reading, ...]) -> tuple[ReadIdentifier, ...]:
    return tuple(
        ReadIdentifier(word(one.which), shown(one.which, one.read), shown(one.which, one.expected))
        for one in readings
        if one.read
    )


def _blocked(one: Blocked, names: dict[str, str]) -> BlockedAttempt:
    return BlockedAttempt(
        step=word(one.act),
        when=f"{one.date} {one.time}".strip(),
        by=names.get(one.author, one.author),
        identifiers=_read(one.readings),
        entry=one.entry,
        hash=one.hash,
        query=one.query,
    )
