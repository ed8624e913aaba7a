# SPDX-License-Identifier: Apache-2.0
"""The limits of the last product of the same kind, offered for the next one and never assumed."""

from __future__ import annotations

import json

from cartulary.registry.models import Current
from cartulary.registry.product_life_limits import Limits
from cartulary.registry.product_life_reading import HANDLING, ProductStory
from cartulary.registry.product_life_states import Act

_NEWEST = 20
#: What belongs to one product alone.
_OWN = ("expires", "stated_in")


def offered_limits(story: ProductStory) -> Limits | None:
    """What a centre set for its last product made at the same kind of place; None for none.

    They stand in the form to be looked at; nothing counts until somebody saves them.
    """
    rows = Current.objects.filter(
        centre=story.child.centre,
        kind=HANDLING,
        withdrawn=False,
        payload__contains=f'"act":"{Act.SPECIFY.value}"',
    ).order_by("-entry")[:_NEWEST]
    products = {
        (row.child_id, row.event): row.payload
        for row in Current.objects.filter(
            child__in={row.child_id for row in rows}, kind="product", withdrawn=False
        )
    }
    site = story.life.record.site
    for row in rows:
        facts = json.loads(row.payload)["facts"]
        product = products.get((row.child_id, facts.get("product")))
        if product is None or (row.child_id, facts["product"]) == (story.child.key, story.event):
            continue
        if site is None or json.loads(product)["facts"].get("site") == site.value:
            given = (facts.get("details") or {}).get("limits") or {}
            return Limits.of({name: v for name, v in given.items() if name not in _OWN})
    return None
