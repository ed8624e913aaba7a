# SPDX-License-Identifier: Apache-2.0
"""Where a bag came from: collection, batch, bags, parts kept, other products of the cells."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from cartulary.registry.identifiers import Which
from cartulary.registry.product_life import Unit
from cartulary.registry.product_life_reading import ProductStory, Said
from cartulary.web.entry.spoken import number_words
from cartulary.web.product.custody import set_aside
from cartulary.web.product.spoken import say, word


@dataclass(frozen=True, slots=True)
class Kin:
    """One thing cells were in, and what came of it."""

    name: str
    note: str
    link: str = ""
    here: bool = False
    children: tuple[Kin, ...] = ()


def kin_of(story: ProductStory, unit: Unit) -> Kin:
    """The tree from the collection down, with this bag marked."""
    number = story.life.record.apheresis_number
    collection = _collection(story)
    branches = [_batch(story, unit)]
    branches += [
        Kin(name or say("Part of the collection"), " · ".join(p for p in (say("kept"), where) if p))
        for name, where in set_aside(story)
    ]
    branches += [
        _sibling(story, other)
        for other in story.siblings
        if number is not None and other.number("apheresis_number") == number
    ]
    return Kin(
        f"{say('Collection')} {number}" if number is not None else say("Collection"),
        _collected(collection),
        children=tuple(branches),
    )


def _collection(story: ProductStory) -> Said | None:
    number = story.product.number("apheresis_number")
    if number is None:
        return story.aphereses[0] if len(story.aphereses) == 1 else None
    return next((one for one in story.aphereses if one.number("number") == number), None)


def _collected(collection: Said | None) -> str:
    if collection is None:
        return say("not recorded")
    cells = collection.number("cd3_yield_e9")
    date = str(collection.payload.get("date") or "")
    yielded = f"{number_words(cells)}\u00a0×\u00a010⁹ CD3+" if cells is not None else ""
    return " · ".join(part for part in (date, yielded) if part)


def _batch(story: ProductStory, unit: Unit) -> Kin:
    life = story.life
    batch = life.identifiers.get(Which.BATCH, "")
    name = f"{say('Batch')} {batch}" if batch else story.life.record.product_id
    if not life.is_divided:
        return Kin(name, word(story.state()), here=True)
    address = reverse("product:product", args=[story.child.key, story.event])
    bags = tuple(
        Kin(
            f"{say('Bag')} {bag.bag}" + (f", {say('backup')}" if bag.backup else ""),
            " · ".join(
                part
                for part in (
                    word(bag.state),
                    f"{number_words(bag.dose_cells / 1e6)}\u00a0×\u00a010⁶"
                    if bag.dose_cells
                    else "",
                )
                if part
            ),
            f"{address}?bag={place}",
            bag.bag == unit.bag,
        )
        for place, bag in enumerate(life.units, start=1)
    )
    return Kin(name, say("manufactured"), children=bags)


def _millions(cells: float | None) -> str:
    return f"{number_words(cells / 1e6)}\u00a0×\u00a010⁶" if cells else ""


def _sibling(story: ProductStory, other: Said) -> Kin:
    return Kin(
        other.text("product_id"),
        say("another product of the same collection"),
        reverse("product:product", args=[story.child.key, other.event]),
    )
