# SPDX-License-Identifier: Apache-2.0
"""The page of the life cycle in the docs, written from the table so that it cannot go stale.

python -m cartulary.registry.product_life_page docs/reference/product_life.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from cartulary.course.choice import Choice
from cartulary.registry.product_life_drawing import drawing
from cartulary.registry.product_life_path import holder
from cartulary.registry.product_life_states import FINAL, Act, Must, State
from cartulary.registry.product_life_table import EDITION, IDENTIFIERS, TABLE, Row

_INTRODUCTION: Final = f"""# The life of a product

This page is written from the table by `python -m cartulary.registry.product_life_page`; change
the table, not the page. Edition {EDITION}.

From collection to infusion, cells are in one state at a time. A step leads from one state to the
next, and only the steps in the table below exist. The state is worked out from the entries of the
ledger; nobody can set it.

![Every state, and the steps between them](product_life.svg)

Solid lines are the way of a product that is made elsewhere and travels frozen. Dashed lines are
for products made in house or given fresh, and for what goes otherwise. Steps that are possible
nearly everywhere (quarantine, discard) stand beside the picture.

## What is asked at every hand-off

- **Two identifiers** are read from the bag, by scanner or keyboard: the first two of the row that
  are known for this bag. Where both would read the same on another bag of the same product, a
  third is asked that tells the bags apart. Fewer than {IDENTIFIERS} known ones stop the step.
- **A mismatch blocks the step for everyone.** Nobody can override it. What was read and what was
  expected is written into the ledger, and a query goes to the laboratory. The right bag then goes
  on as if nothing had happened, because nothing did.
- **A second pair of eyes** is another account, which reads the identifiers again for itself.
- **Temperature**: readings are set beside the limits that the programme gave for this product. A
  limit that nobody gave is shown as *limit not set*, and somebody must say whether the cells kept
  within theirs. Outside the limits, the step is written and the bag is quarantined at once.
- **The last step can be taken back**, with a reason, by whom the table names. The step stays in the
  ledger beside the entry that took it back; its hand-off is withdrawn from the course, and the
  product's status is again what it was. Cells that were given stay given. A step that led out of a
  temperature limit is taken back by whoever may approve a release.
- **An identifier that is known is not overwritten** once cells were collected. It is corrected
  with a reason, by two people.

A product that was followed on paper is taken over at the state that the record already shows, by
two people who read its identifiers from the bag.
"""


def page() -> str:
    """The page in Markdown: introduction, picture, states, table, conditions."""
    return "\n".join((_INTRODUCTION, *_states(), "", *_table(), "", *_conditions())) + "\n"


def _states() -> Iterator[str]:
    yield "## States"
    yield ""
    yield "| state | Dutch | who has the cells | afterwards |"
    yield "|---|---|---|---|"
    for state in State:
        has = holder(state, None)
        who = "whoever had them" if state is State.QUARANTINED else has.en if has else "nobody"
        after = _AFTER_THE_END[state is State.INFUSED] if state in FINAL else _acts_from(state)
        yield f"| {state.en} | {state.nl} | {who} | {after} |"
    yield ""
    yield (
        "In house, the cell laboratory has the cells where this table says manufacturer. "
        "*Everywhere* are: " + ", ".join(act.en.lower() for act in _EVERYWHERE) + "."
    )


_AFTER_THE_END: Final = {
    True: "nothing follows",
    False: "nothing follows; it can be taken back",
}
#: Acts that a picture or a list would only be filled with.
_EVERYWHERE: Final = (
    Act.IDENTIFY,
    Act.RELABEL,
    Act.SPECIFY,
    Act.QUARANTINE,
    Act.DISCARD,
    Act.TAKE_BACK,
)


def _acts_from(state: State) -> str:
    acts = dict.fromkeys(
        row.act for row in TABLE if state in row.sources and row.act not in _EVERYWHERE
    )
    return ", ".join(act.en.lower() for act in acts) or "discard"


def _table() -> Iterator[str]:
    yield "## The table"
    yield ""
    yield (
        "| step | Dutch | from | to | for | who | second pair of eyes | identifiers "
        "| temperature | must hold | reason | writes into the course | taken back by |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|---|"
    for row in TABLE:
        cells = (
            f"**{row.act.en}**",
            row.act.nl,
            _from(row),
            _to(row),
            row.path.en,
            row.may.en if row.act is not Act.TAKE_BACK else "see the last column",
            row.second.en if row.second else "",
            ", ".join(which.en for which in row.checks),
            row.limit.en if row.limit else "",
            "; ".join(must.en for must in row.must),
            "yes" if row.reason else "",
            _writes(row),
            row.back.en if row.back else "nobody",
        )
        yield f"| {' | '.join(cells)} |"


def _from(row: Row) -> str:
    if len(row.sources) > len(State) // 2:
        left_out = _listed(state for state in State if state not in row.sources)
        return f"every state but: {left_out}"
    return _listed(state for state in State if state in row.sources)


def _to(row: Row) -> str:
    if row.target is not None:
        return row.target.en
    if row.act is Act.LIFT:
        return "the state before the quarantine"
    if row.act is Act.ADOPT:
        return "the state that the record shows"
    return "stays"


def _writes(row: Row) -> str:
    if row.act is Act.TAKE_BACK:
        return "what the step wrote, withdrawn or as it was before"
    parts = []
    if row.custody is not None:
        parts.append(f"custody: {row.custody.en}")
    if row.status is not None:
        parts.append(f"product status: {row.status.en}")
    if row.act is Act.INFUSE:
        parts.append("infusion")
    return "; ".join(parts)


def _listed(choices: Iterable[Choice]) -> str:
    return ", ".join(choice.en for choice in choices)


def _conditions() -> Iterator[str]:
    yield "## Conditions"
    yield ""
    yield "| condition | Dutch |"
    yield "|---|---|"
    for must in Must:
        yield f"| {must.en} | {must.nl} |"


def main() -> None:
    """Writes the page to the file named on the command line, and its picture beside it."""
    path = Path(sys.argv[1])
    path.write_text(page(), encoding="utf-8")
    path.with_suffix(".svg").write_text(drawing(), encoding="utf-8")


if __name__ == "__main__":
    main()
