# SPDX-License-Identifier: Apache-2.0
"""The one sentence over a product: where the bag is, and what decides the next step."""

from __future__ import annotations

from cartulary.registry.policies import Allowed, in_the_way
from cartulary.registry.product_life import Unit, next_row
from cartulary.registry.product_life_path import holder
from cartulary.registry.product_life_reading import ProductStory
from cartulary.registry.product_life_states import State
from cartulary.web.entry.spoken import language
from cartulary.web.product.spoken import capital, long_day, say, word


def sentence(
    story: ProductStory, unit: Unit, names: dict[str, str], allowed: Allowed, me: str, today: str
) -> tuple[str, str]:
    """Where the bag is, and the decisive clause; either may be empty.

    What only this person's role forbids is left out: it is not a fact about the bag.
    """
    return _where(story, unit), _decisive(story, unit, names, me, today)


def _where(story: ProductStory, unit: Unit) -> str:
    state = story.state(unit.bag)
    if not story.is_followed:
        if state is State.ORDERED:
            return say("Ordered; nothing has been collected yet.")
        return say("The record says: %(state)s. It was not followed here.") % {"state": word(state)}
    since = unit.since
    has = holder(unit.state, story.life.record.site, unit.held)
    said = capital(word(unit.state))
    if since is not None and since.date:
        when = f"{long_day(since.date)} {since.time}".strip()
        said = say("%(state)s since %(when)s") % {"state": said, "when": when}
    if has is not None and not unit.is_final:
        said = f"{said}, {say('with')}: {word(has).lower()}"
    return f"{said}."


def _decisive(story: ProductStory, unit: Unit, names: dict[str, str], me: str, today: str) -> str:
    if not story.is_followed and story.state() is not State.ORDERED:
        return say("To follow it from here, take it over from the record.")
    if unit.asked is not None:
        return say("%(name)s asked for “%(act)s”; a second person has still to check.") % {
            "name": names.get(unit.asked.author, unit.asked.author),
            "act": word(unit.asked.act),
        }
    if unit.state is State.QUARANTINED:
        return say("Nothing is done with it until it is released from quarantine.")
    row = next_row(story.life, unit)
    if unit.state is State.OUT_OF_SPECIFICATION:
        return say("It is released only on a physician's request, and with approval.")
    if row is None:
        return ""
    ways = in_the_way(story.life, unit, row, allowed=lambda _: True, username=me, today=today)
    if ways:
        return say("Next: %(act)s. In the way: %(what)s") % {
            "act": word(row.act).lower(),
            "what": ways[0].fact.text(language()),
        }
    return say("Next: %(act)s, with two identifiers from the bag.") % {"act": word(row.act).lower()}
