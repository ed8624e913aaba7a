# SPDX-License-Identifier: Apache-2.0
"""What taking a step back writes into the course: its hand-off withdrawn, its status as before."""

from __future__ import annotations

import json
from typing import Any

from cartulary.registry.change import Change
from cartulary.registry.models import Entry
from cartulary.registry.product_life import Step
from cartulary.registry.product_life_reading import ProductStory


def changes_back(story: ProductStory, undone: Step, reason: str) -> list[Change]:
    """The entries that take back what a step wrote beside itself, each with the reason.

    What somebody changed since stays as they left it.
    """
    changes = [
        Change(story.child.key, one.event, one.kind, "withdraw", None, one.version, reason=reason)
        for one in story.custody
        if one.event in undone.writes
    ]
    if story.event in undone.writes:
        facts = _facts_before(story, undone)
        if facts != story.product.facts:
            payload = {**story.product.payload, "facts": facts}
            changes.append(
                Change(
                    story.child.key,
                    story.event,
                    story.product.kind,
                    "amend",
                    payload,
                    story.product.version,
                    reason=reason,
                )
            )
    return changes


def _facts_before(story: ProductStory, undone: Step) -> dict[str, Any]:
    """The product's facts with those that the step changed as they were before it."""
    now = dict(story.product.facts)
    said = Entry.objects.filter(centre=story.child.centre, child=story.child.key, event=story.event)
    written = said.filter(
        number__gt=undone.entry, number__lte=undone.entry + len(undone.writes)
    ).first()
    earlier = said.filter(version=written.version - 1).first() if written else None
    if written is None or earlier is None:
        return now
    before, after = _facts(earlier), _facts(written)
    for name in {*before, *after}:
        if before.get(name) == after.get(name) or now.get(name) != after.get(name):
            continue
        if name in before:
            now[name] = before[name]
        else:
            now.pop(name, None)
    return now


def _facts(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(entry.payload).get("facts") or {}
    return found
