# SPDX-License-Identifier: Apache-2.0
"""Whether the entries of a product's life are what they were when they were written."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from cartulary.registry.canonical import Line, hash_of, moment_text, seal_of
from cartulary.registry.keys import seal_key
from cartulary.registry.models import Centre, ChainHead, Entry
from cartulary.registry.product_life_reading import ProductStory


def entries_of_life(story: ProductStory) -> frozenset[int]:
    """The numbers of the entries that a proof of this product rests on."""
    return frozenset(
        {story.product.entry}
        | {step.entry for step in story.life.steps}
        | {step.entry for one in story.life.taken_back for step in (one.undone, one.by)}
        | {blocked.entry for blocked in story.blocked}
    )


def altered(centre: Centre, numbers: Iterable[int]) -> tuple[int, ...]:
    """Which of these entries are gone, or have another hash or seal than they should.

    Only these are worked out again; the whole chain is read by `verifying.verify`.
    """
    wanted = set(numbers)
    key = seal_key()
    sound = {
        entry.number
        for entry in Entry.objects.filter(centre=centre, number__in=wanted)
        if hash_of(_line(centre, entry)) == entry.hash
        and hmac.compare_digest(seal_of(entry.hash, key), entry.seal)
    }
    return tuple(sorted(wanted - sound))


def head_of_chain(centre: Centre) -> ChainHead:
    """The last entry of the centre's chain."""
    head: ChainHead = ChainHead.objects.get(centre=centre)
    return head


def _line(centre: Centre, entry: Entry) -> Line:
    return Line(
        centre=centre.code,
        number=entry.number,
        child=str(entry.child),
        event=entry.event,
        kind=entry.kind,
        act=entry.act,
        version=entry.version,
        payload=entry.payload,
        reason=entry.reason,
        batch=None if entry.batch is None else str(entry.batch),
        via=entry.via,
        author=entry.author,
        client_id=entry.client_id,
        recorded_at=moment_text(entry.recorded_at),
        previous_hash=entry.previous_hash,
    )
