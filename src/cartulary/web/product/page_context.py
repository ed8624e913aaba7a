# SPDX-License-Identifier: Apache-2.0
"""Everything that the page of a product shows, worked out from its story."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.urls import reverse

from cartulary.course.events.cells import CustodyStep, ProductKind
from cartulary.registry import clock, queries
from cartulary.registry.identifiers import Which, shown
from cartulary.registry.models import Centre
from cartulary.registry.permissions import Permission
from cartulary.registry.policies import in_the_way
from cartulary.registry.product_life import Unit, next_row, rows_from
from cartulary.registry.product_life_reading import Blocked, ProductStory
from cartulary.registry.product_life_states import Act
from cartulary.registry.product_life_table import EDITION, Row
from cartulary.web.access import Seat
from cartulary.web.product.custody import counted, custody_of
from cartulary.web.product.genealogy import kin_of
from cartulary.web.product.hand_off import Form
from cartulary.web.product.kept import RESULTS, kept
from cartulary.web.product.lanes import lanes_of
from cartulary.web.product.release import decision_of, further_tests, is_outside, tests_of
from cartulary.web.product.sentence import sentence
from cartulary.web.product.spoken import capital, names_of, say, word
from cartulary.web.product.times import lengths_of, programme_vein_to_vein

#: Acts in the order in which they stand as buttons beside the form.
_BESIDE: Final = (
    Act.IDENTIFY,
    Act.SPECIFY,
    Act.SET_ASIDE,
    Act.SPLIT,
    Act.REJECT,
    Act.FAIL,
    Act.QUARANTINE,
    Act.LIFT,
    Act.SEND_BACK,
    Act.DISCARD,
    Act.CANCEL,
    Act.RELABEL,
    Act.TAKE_BACK,
)


def page_context(
    seat: Seat,
    story: ProductStory,
    unit: Unit,
    form: Form | None,
    *,
    as_of: date | None = None,
) -> dict[str, Any]:
    """What the template draws.

    Arguments: who looks; the product and the bag; the form of the chosen step or None; the past
    day that is shown, None for now.
    """
    today = as_of or clock.today()
    names = names_of(
        {step.author for step in story.life.steps}
        | {one.author for one in story.blocked}
        | {step.author for one in story.life.taken_back for step in (one.undone, one.by)}
    )
    where, decisive = sentence(
        story, unit, names, seat.may, seat.account.get_username(), today.isoformat()
    )
    custody = custody_of(story, unit, names)
    done, of = counted(custody)
    tests = tests_of(story, kept(seat, story.child, RESULTS, story.event)[1])
    decision = decision_of(story)
    return {
        "story": story,
        "child": story.child,
        "unit": unit,
        "state": word(story.state(unit.bag)),
        "where": where,
        "decisive": decisive,
        "place": story.life.units.index(unit) + 1,
        "bags": [
            {"name": bag.bag, "place": place, "state": word(bag.state), "backup": bag.backup}
            for place, bag in enumerate(story.life.units, start=1)
        ]
        if story.life.is_divided
        else [],
        "beside_title": _beside_title(story, unit),
        "address": reverse("product:product", args=[story.child.key, story.event]),
        "form": form,
        "may_write": as_of is None,
        "others": [] if as_of else _others(seat, story, unit, form),
        "lanes": lanes_of(story, unit),
        "custody": custody,
        "custody_done": done,
        "custody_of": of,
        "outside": [_outside(one) for one in story.custody_outside] if story.is_followed else [],
        "recorded": [_outside(one) for one in story.custody] if not story.is_followed else [],
        "given_outside": bool(story.given_outside),
        "faults": len(story.life.faults),
        "blocked": [_blocked(one, story, unit, names, seat.centre) for one in story.blocked],
        "tests": tests,
        "further_tests": further_tests(story),
        "tests_outside": is_outside(tests),
        "decision": decision,
        "decision_word": word(decision.after) if decision and decision.after else "",
        "decision_by": names.get(decision.author, decision.author) if decision else "",
        "may_write_results": as_of is None
        and not story.is_followed_beyond_release
        and seat.may(Permission.WRITE_PRODUCT)
        and seat.may(Permission.AMEND),
        "kin": kin_of(story, unit),
        "labels": labels_of(story, unit),
        "product_words": _product_words(story),
        "limits": story.life.limits,
        "lengths": lengths_of(story, unit, today),
        "median": programme_vein_to_vein(seat.centre),
        "edition": EDITION,
        "as_of": as_of,
    }


def _beside_title(story: ProductStory, unit: Unit) -> list[str]:
    parts = [_kind(story)]
    number, count = story.life.record.apheresis_number, len(story.aphereses)
    if number is not None:
        parts.append(
            say("collection %(number)d of %(count)d")
            % {"number": number, "count": max(count, number)}
        )
    if story.life.is_divided:
        said = say("bag %(bag)s of %(count)d") % {
            "bag": unit.bag,
            "count": len(story.life.units),
        }
        parts.append(f"{said}, {say('backup')}" if unit.backup else said)
    return [part for part in parts if part]


def _kind(story: ProductStory) -> str:
    code = story.product.text("product")
    return word(ProductKind(code)) if code else ""


def _others(seat: Seat, story: ProductStory, unit: Unit, form: Form | None) -> list[dict[str, str]]:
    """The other steps that this person may take with the bag now."""
    found: dict[Act, Row] = {}
    for row, fit in rows_from(story.life, unit):
        if fit is not False:
            found.setdefault(row.act, row)
    today = clock.today().isoformat()
    offered = []
    usual = next_row(story.life, unit)
    if form is not None and usual is not None and form.act != usual.act.value:
        # The way back to the usual next step, whoever's it is.
        offered.append({"act": usual.act.value, "word": word(usual.act)})
    for act in _BESIDE:
        if act not in found or (form is not None and form.act == act.value):
            continue
        if act is Act.IDENTIFY and not _has_unnamed(story):
            continue
        ways = in_the_way(
            story.life,
            unit,
            found[act],
            allowed=seat.may,
            username=seat.account.get_username(),
            today=today,
        )
        if not ways:
            offered.append({"act": act.value, "word": word(act)})
    return offered


def _has_unnamed(story: ProductStory) -> bool:
    needed = (Which.CHAIN_OF_IDENTITY, Which.DONATION, Which.BATCH)
    return any(not story.life.identifiers.get(which) for which in needed)


def _outside(said: Any) -> dict[str, str]:
    step = said.text("step")
    checked = said.number("identifiers_checked")
    return {
        "step": capital(word(CustodyStep(step))) if step else "",
        "time": f"{said.payload.get('date') or ''} {said.payload.get('time') or ''}".strip(),
        "parties": " → ".join(p for p in (said.text("from_party"), said.text("to_party")) if p),
        "checked": "" if checked is None else f"{checked:g}",
        "entry": str(said.entry),
        "event": said.event,
    }


def _blocked(
    one: Blocked, story: ProductStory, unit: Unit, names: dict[str, str], centre: Centre
) -> dict[str, Any]:
    query = queries.query_numbered(centre, one.query) if one.query else None
    answer = query.last if query is not None and len(query.steps) > 1 else None
    return {
        "time": f"{one.date} {one.time}".strip(),
        "act": word(one.act).lower(),
        "by": names.get(one.author, one.author),
        "entry": one.entry,
        "query": query.number if query else None,
        "query_state": word(query.state) if query else "",
        "answer": answer.text if answer else "",
        "readings": [
            {
                "which": word(reading.which),
                "read": shown(reading.which, reading.read),
                "expected": shown(reading.which, reading.expected),
                "agrees": reading.agrees,
            }
            for reading in one.readings
            if reading.read
        ],
        "bag": one.bag if one.bag != unit.bag else "",
    }


def labels_of(story: ProductStory, unit: Unit) -> list[tuple[str, str]]:
    """What the label says, identifier by identifier."""
    found = []
    for which in Which:
        known = story.life.expected(unit, which)
        if known and which is not Which.CHILD:
            found.append((capital(word(which)), shown(which, known)))
    return found


def _product_words(story: ProductStory) -> str:
    parts = []
    if story.life.record.site is not None:
        parts.append(word(story.life.record.site))
    if story.life.limits.form is not None:
        parts.append(word(story.life.limits.form))
    return ", ".join(parts)
