# SPDX-License-Identifier: Apache-2.0
"""Source-data verification: it holds until the field changes; a sample can be drawn again."""

from __future__ import annotations

import uuid
from collections import Counter

import pytest

from cartulary.course import Origin
from cartulary.registry.models import Centre, Child, Entry
from cartulary.registry.verification import (
    CRITICAL_FIELDS,
    FieldState,
    Seen,
    critical_fields,
    fields_of_child,
    verdict_on,
    verify_fields,
)
from cartulary.registry.verification_sample import draw, ranked, result, sample_of, samples
from cartulary.registry.writing import Hand, Refused, append, register
from tests.registry.conftest import DAY0, Clock, amend, write

INFUSION = {"date": "2020-04-14", "facts": {"number": 1, "weight_kg": 24.6, "dose_cells": 1e8}}


@pytest.fixture
def infused(hand: Hand, child: Child, clock: Clock) -> Child:
    append(hand, [write(child, "infusion", INFUSION)], now=clock())
    return child


def state_of(child: Child, field: str, event: str = "infusion-1") -> FieldState:
    return verdict_on(child, event)[field].state


def test_a_field_is_verified_with_the_value_it_has(
    hand: Hand, infused: Child, clock: Clock
) -> None:
    assert state_of(infused, "weight_kg") is FieldState.UNVERIFIED
    entry = verify_fields(
        hand, infused, "infusion-1", {"weight_kg": Seen(True)}, "ward list", now=clock()
    )
    assert (entry.kind, entry.event, entry.reason) == (
        "verification",
        "verified/infusion-1",
        "ward list",
    )
    found = verdict_on(infused, "infusion-1")
    assert found["weight_kg"].state is FieldState.VERIFIED
    assert found["dose_cells"].state is FieldState.UNVERIFIED
    verdict = found["weight_kg"].verdict
    assert verdict is not None
    assert (verdict.by, verdict.value) == ("anna", 24.6)


def test_a_change_lifts_the_verification_of_that_field_alone(
    hand: Hand, infused: Child, clock: Clock
) -> None:
    seen = {"weight_kg": Seen(True), "dose_cells": Seen(True)}
    verify_fields(hand, infused, "infusion-1", seen, "ward list", now=clock())
    heavier = {"date": "2020-04-14", "facts": {**INFUSION["facts"], "weight_kg": 26.4}}  # type: ignore[dict-item]
    append(hand, [amend(infused, "infusion", heavier, "infusion-1", 1)], now=clock())
    assert state_of(infused, "weight_kg") is FieldState.LIFTED
    assert state_of(infused, "dose_cells") is FieldState.VERIFIED
    back = {"date": "2020-04-14", "facts": dict(INFUSION["facts"])}  # type: ignore[call-overload]
    append(hand, [amend(infused, "infusion", back, "infusion-1", 2)], now=clock())
    assert state_of(infused, "weight_kg") is FieldState.VERIFIED


def test_a_field_that_is_emptied_is_no_longer_verified(
    hand: Hand, infused: Child, clock: Clock
) -> None:
    verify_fields(hand, infused, "infusion-1", {"number": Seen(True)}, "list", now=clock())
    without = {"date": "2020-04-14", "facts": {"weight_kg": 24.6, "dose_cells": 1e8}}
    append(hand, [amend(infused, "infusion", without, "infusion-1", 1)], now=clock())
    assert state_of(infused, "number") is FieldState.LIFTED


def test_a_difference_says_what_the_source_says(hand: Hand, infused: Child, clock: Clock) -> None:
    with pytest.raises(Refused, match="not what the source says"):
        verify_fields(hand, infused, "infusion-1", {"weight_kg": Seen(False)}, "list", now=clock())
    verify_fields(
        hand, infused, "infusion-1", {"weight_kg": Seen(False, "26.4 kg")}, "list", now=clock()
    )
    assert state_of(infused, "weight_kg") is FieldState.DIFFERS


def test_earlier_verdicts_on_other_fields_stay(hand: Hand, infused: Child, clock: Clock) -> None:
    verify_fields(hand, infused, "infusion-1", {"number": Seen(True)}, "list", now=clock())
    verify_fields(hand, infused, "infusion-1", {"weight_kg": Seen(True)}, "list", now=clock())
    assert state_of(infused, "number") is FieldState.VERIFIED
    assert state_of(infused, "weight_kg") is FieldState.VERIFIED
    assert [e.act for e in Entry.objects.filter(kind="verification").order_by("number")] == [
        *("write", "amend"),
    ]


@pytest.mark.parametrize(
    ("event", "field", "says"),
    [
        ("infusion-1", "colour", "no such field"),
        ("infusion-9", "weight_kg", "nothing to verify"),
    ],
)
def test_what_is_not_there_cannot_be_verified(
    hand: Hand, infused: Child, clock: Clock, event: str, field: str, says: str
) -> None:
    with pytest.raises(Refused, match=says):
        verify_fields(hand, infused, event, {field: Seen(True)}, "list", now=clock())


def test_the_source_is_named(hand: Hand, infused: Child, clock: Clock) -> None:
    with pytest.raises(Refused, match="no reason"):
        verify_fields(hand, infused, "infusion-1", {"number": Seen(True)}, " ", now=clock())


def test_critical_fields_are_asked_about_though_they_hold_nothing(infused: Child) -> None:
    found = critical_fields(infused)
    assert [one.field for one in found] == list(CRITICAL_FIELDS["infusion"])
    assert [one.field for one in found if one.value is None] == [
        "product_id",
        "dose_cells_per_kg",
    ]
    assert {one.field for one in fields_of_child(infused)} > {one.field for one in found}


# --- samples -----------------------------------------------------------------------------------


def many(hand: Hand, clock: Clock, n: int) -> list[Child]:
    children = []
    for number in range(n):
        child = register(
            hand, course_id=f"S-{number:02d}", origin=Origin.RECORDED, day0=DAY0, now=clock()
        )
        append(hand, [write(child, "infusion", INFUSION)], now=clock())
        children.append(child)
    return children


def test_one_seed_draws_one_sample_and_it_is_on_the_chain(
    centre: Centre, hand: Hand, clock: Clock
) -> None:
    children = many(hand, clock, 9)
    drawn = draw(hand, 4, "autumn", now=clock())
    sample = sample_of(centre, drawn)
    assert sample is not None
    expected = ranked("autumn", [child.key for child in children])[:4]
    assert [child.key for child in sample.children] == expected
    assert (sample.seed, sample.of, sample.size, sample.drawn_by) == ("autumn", 9, 4, "anna")
    entries = Entry.objects.filter(event=f"sample/{drawn}")
    assert entries.count() == 4
    assert {str(entry.batch) for entry in entries} == {drawn}


def test_every_child_is_drawn_about_as_often() -> None:
    keys = [uuid.UUID(int=number) for number in range(20)]
    drawn = Counter(key for seed in range(4000) for key in ranked(str(seed), keys)[:5])
    # 1,000 expected of each; the spread of such a count is 27.
    assert all(1000 - 5 * 27 < drawn[key] < 1000 + 5 * 27 for key in keys)


def test_a_sample_of_nobody_or_of_too_many_is_refused(
    hand: Hand, infused: Child, clock: Clock
) -> None:
    for size, seed in ((0, "a"), (2, "a"), (1, " ")):
        with pytest.raises(Refused, match="cannot be drawn"):
            draw(hand, size, seed, now=clock())


def test_children_without_an_infusion_are_drawn_only_when_asked(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    register(hand, course_id="never", origin=Origin.RECORDED, day0=DAY0, now=clock())
    with pytest.raises(Refused):
        draw(hand, 2, "a", now=clock())
    drawn = sample_of(centre, draw(hand, 2, "a", infused=False, now=clock()))
    assert drawn is not None
    assert drawn.of == 2


def test_an_error_still_counts_after_it_was_corrected(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    drawn = draw(hand, 1, "a", now=clock())
    sample = sample_of(centre, drawn)
    assert sample is not None
    verify_fields(
        hand,
        infused,
        "infusion-1",
        {"date": Seen(True), "dose_cells": Seen(False, "1.2e8"), "weight_kg": Seen(True)},
        "list",
        sample=drawn,
        now=clock(),
    )
    (one,) = result(sample)
    # The weight is not critical and does not count.
    assert (len(one.fields), one.checked, one.errors) == (4, 2, 1)
    right = {"date": "2020-04-14", "facts": {**INFUSION["facts"], "dose_cells": 1.2e8}}  # type: ignore[dict-item]
    append(hand, [amend(infused, "infusion", right, "infusion-1", 1)], now=clock())
    verify_fields(
        hand,
        infused,
        "infusion-1",
        {"dose_cells": Seen(True)},
        "list",
        sample=drawn,
        now=clock(),
    )
    (one,) = result(sample)
    assert (one.checked, one.errors) == (2, 1)
    assert state_of(infused, "dose_cells") is FieldState.VERIFIED


def test_verdicts_outside_the_sample_do_not_count_in_it(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    verify_fields(hand, infused, "infusion-1", {"date": Seen(True)}, "list", now=clock())
    sample = sample_of(centre, draw(hand, 1, "a", now=clock()))
    assert sample is not None
    (one,) = result(sample)
    assert one.checked == 0


def test_samples_are_listed_last_first_and_stay_within_their_centre(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    first, second = (draw(hand, 1, seed, now=clock()) for seed in ("a", "b"))
    assert [one.sample_id for one in samples(centre)] == [second, first]
    other = Centre.objects.create(code="theirs", name="Their centre")
    assert samples(other) == []
    assert sample_of(other, first) is None
