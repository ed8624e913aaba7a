# SPDX-License-Identifier: Apache-2.0
"""What a step asks beside its identifiers: the fields of each act, as the page draws them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cartulary.course.tables.numbers import number_text
from cartulary.registry.identifiers import ON_A_BAG, Which, shown
from cartulary.registry.policies import Stays
from cartulary.registry.product_life import WHOLE, Unit
from cartulary.registry.product_life_limits import Form, Limits
from cartulary.registry.product_life_path import holder
from cartulary.registry.product_life_reading import ProductStory
from cartulary.registry.product_life_states import Act, Holder
from cartulary.registry.product_life_table import Row
from cartulary.web.entry.spoken import decimal_sign
from cartulary.web.product.spoken import capital, range_words, say, word

#: Bags that the form for a division offers.
MOST_BAGS: Final = 6
CELLS: Final = 1e6


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `kind` is text, number, choice, tick, area, date or time."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    unit: str = ""
    help: str = ""
    width: str = "w12"
    options: tuple[tuple[str, str], ...] = ()
    error: str = ""
    must: bool = False


def fields_of(
    story: ProductStory,
    unit: Unit,
    row: Row,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    offered: Limits | None = None,
) -> tuple[Field, ...]:
    """The fields of a step, filled with what was typed, else with what is known.

    `offered` are limits of an earlier product, to begin from where this one has none.
    """
    found = []
    for field in _fields(story, unit, row, offered):
        value = typed.get(field.name, field.value) if typed else field.value
        found.append(
            Field(
                field.name,
                field.label,
                field.kind,
                value,
                field.unit,
                field.help,
                field.width,
                field.options,
                errors.get(field.name, ""),
                field.must,
            )
        )
    return tuple(found)


def _fields(story: ProductStory, unit: Unit, row: Row, offered: Limits | None) -> Iterator[Field]:
    act = row.act
    if act in (Act.IDENTIFY, Act.COLLECT, Act.START):
        yield from _identifiers(story, _MAY_NAME[act])
    if act is Act.RELABEL:
        yield from _relabel(story, unit)
    if act is Act.SPECIFY:
        yield from _limits(story.life.limits if story.life.limits.plain() else offered)
    if act is Act.SPLIT:
        yield from _bags(story)
    if act is Act.SET_ASIDE:
        yield Field("aside_name", say("Name of the part"), must=True)
        yield Field("aside_where", say("Where it is kept"), width="w24")
    if act is Act.INFUSE:
        yield from _dose(story, unit)
    if act in (Act.RELEASE, Act.APPROVE, Act.REJECT):
        yield Field(
            "tests",
            say("Further tests, as on the certificate"),
            "area",
            help=say("One a line: test; result; limit. Such as: sterility; negative; negative"),
            width="w24",
        )
    if row.limit is not None:
        yield from _temperature(story, row)
    if row.custody is not None:
        yield from _people(story, unit, row)
    if row.reason:
        yield Field("reason", say("Reason"), "area", width="w24", must=True)


_MAY_NAME: Final = {
    Act.IDENTIFY: (Which.CHAIN_OF_IDENTITY, Which.DONATION, Which.BATCH),
    Act.COLLECT: (Which.DONATION,),
    Act.START: (Which.BATCH,),
}


def _identifiers(story: ProductStory, may_name: tuple[Which, ...]) -> Iterator[Field]:
    for which in may_name:
        if not story.life.identifiers.get(which):
            yield Field(f"new_{which.value}", capital(word(which)), width="w24", help=_hint(which))


def _hint(which: Which) -> str:
    if which is Which.CHAIN_OF_IDENTITY:
        return say("Allocated before or at the first collection. ISBT 128 or the manufacturer's.")
    if which is Which.DONATION:
        return say("ISBT 128, with or without its check character; or the centre's own numbering.")
    return ""


def _relabel(story: ProductStory, unit: Unit) -> Iterator[Field]:
    own = unit.bag != WHOLE
    for which in Which:
        if which is Which.CHILD or (which is Which.BAG and not own):
            continue
        known = story.life.expected(unit, which)
        label = capital(word(which))
        if own and which in ON_A_BAG:
            label = f"{label} ({say('bag')} {unit.bag})"
        yield Field(f"new_{which.value}", label, value=shown(which, known), width="w24")


_LIMIT_FIELDS: Final = (
    ("cells_low_celsius", "Collected cells on the way, lowest", "°C"),
    ("cells_high_celsius", "Collected cells on the way, highest", "°C"),
    ("product_low_celsius", "Product on the way, lowest", "°C"),
    ("product_high_celsius", "Product on the way, highest", "°C"),
    ("storage_low_celsius", "Product in storage, lowest", "°C"),
    ("storage_high_celsius", "Product in storage, highest", "°C"),
    ("viability_low_percent", "Viability, at least", "%"),
    ("transduction_low_percent", "Transduction, at least", "%"),
    ("copies_low_per_cell", "Vector copies per cell, at least", ""),
    ("copies_high_per_cell", "Vector copies per cell, at most", ""),
    ("dose_low_cells", "CAR-positive viable cells, at least", "× 10⁶"),
    ("dose_high_cells", "CAR-positive viable cells, at most", "× 10⁶"),
)
NUMBER_LIMITS: Final = tuple(name for name, _, _ in _LIMIT_FIELDS)


def _limits(known: Limits | None) -> Iterator[Field]:
    plain: dict[str, Any] = known.plain() if known else {}
    yield Field(
        "form",
        say("The finished product is"),
        "choice",
        str(plain.get("form", "")),
        options=tuple((form.value, word(form)) for form in Form),
        width="w24",
    )
    for name, label, unit in _LIMIT_FIELDS:
        value = plain.get(name)
        if value is not None and name.startswith("dose_"):
            value = value / CELLS
        text = "" if value is None else number_text(value, decimal_sign())
        yield Field(name, say(label), "number", text, unit, width="w8")
    yield Field(
        "expires",
        say("Expires on"),
        "date",
        str(plain.get("expires", "")),
        help=say("Year-month-day, such as 2020-12-31"),
        width="w8",
    )
    yield Field(
        "stated_in",
        say("Where these limits stand"),
        value=str(plain.get("stated_in", "")),
        help=say("Such as: certificate of analysis; own procedure, version 4"),
        width="w24",
    )


def _bags(story: ProductStory) -> Iterator[Field]:
    chain = story.life.identifiers.get(Which.CHAIN_OF_IDENTITY, "")
    for place in range(MOST_BAGS):
        letter = chr(ord("A") + place)
        first = place < 2
        yield Field(f"bag{place}_name", say("Bag"), value=letter if first else "", width="w4")
        yield Field(
            f"bag{place}_chain_of_identity",
            say("Chain-of-identity identifier on it"),
            value=f"{chain}-{letter}" if first and chain else "",
            width="w12",
        )
        yield Field(f"bag{place}_bag", say("Bag number"), width="w8")
        yield Field(f"bag{place}_dose_cells", say("Dose"), "number", unit="× 10⁶", width="w4")
        yield Field(f"bag{place}_backup", say("Backup"), "tick")


def _dose(story: ProductStory, unit: Unit) -> Iterator[Field]:
    dose = unit.dose_cells or story.life.record.results.get("dose_cells")
    text = "" if dose is None else number_text(dose / CELLS, decimal_sign())
    yield Field("dose_cells", say("Dose given, CAR-positive viable cells"), "number", text, "× 10⁶")
    yield Field("weight_kg", say("Weight of the child"), "number", unit="kg", width="w8")


def _temperature(story: ProductStory, row: Row) -> Iterator[Field]:
    assert row.limit is not None
    limits = story.life.limits.temperature(row.limit)
    beside = f"{word(row.limit)}: {range_words(limits, chr(160) + '°C' if limits.is_set else '')}"
    yield Field("lowest_celsius", say("Lowest reading"), "number", unit="°C", width="w4")
    yield Field(
        "highest_celsius", say("Highest reading"), "number", unit="°C", width="w4", help=beside
    )
    said = (
        say("Or say: it stayed") if limits.is_set else say("Limit not set: say whether it stayed")
    )
    yield Field(
        "temperature_said",
        said,
        "choice",
        options=tuple((stays.value, word(stays)) for stays in Stays),
    )
    yield Field(
        "logger",
        say("Or the logger's readings, pasted"),
        "area",
        help=say("One a line, with its time or without: 2020-09-29 07:50; -177.1"),
        width="w24",
    )


def _people(story: ProductStory, unit: Unit, row: Row) -> Iterator[Field]:
    gives = _last_taker(story, unit)
    yield Field(
        "out_by",
        say("Handed over by (name)"),
        help=say("May be left blank where nobody hands over."),
        value="",
    )
    yield Field("in_by", say("Received by (name), if not you"), value="")
    if Holder.COURIER in (gives, _next_holder(story, row)):
        yield Field("transport", say("Transport"), help=say("Such as: dry shipper 12, seal 4471"))


def _last_taker(story: ProductStory, unit: Unit) -> Holder | None:
    return holder(unit.state, story.life.record.site, unit.held)


def _next_holder(story: ProductStory, row: Row) -> Holder | None:
    return holder(row.target, story.life.record.site)
