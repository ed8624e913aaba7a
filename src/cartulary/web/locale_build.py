# SPDX-License-Identifier: Apache-2.0
"""Joins the Dutch words of every area into the catalogue that Django reads.

python -m cartulary.web.locale_build
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent / "locale"
PARTS = LOCALE / "parts"
_DATE = datetime(2020, 1, 1, tzinfo=UTC)
HEADER = (
    b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    b'"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)


def part(path: Path) -> Catalog:
    """The words of one area."""
    text = path.read_bytes()
    headed = text if b"Plural-Forms" in text else HEADER + text
    return read_po(BytesIO(headed), locale="nl")


def joined(parts: Path = PARTS) -> Catalog:
    """Every area's words as one catalogue; a word with two Dutch forms is refused."""
    # A fixed date, so that the same words always give the same file.
    whole = Catalog(
        locale="nl", domain="django", fuzzy=False, creation_date=_DATE, revision_date=_DATE
    )
    seen: dict[object, tuple[object, str]] = {}
    for path in sorted(parts.glob("*.po")):
        for message in part(path):
            if not message.id:
                continue
            key = (message.context, message.id if isinstance(message.id, str) else message.id[0])
            before = seen.get(key)
            if before is not None and before[0] != message.string:
                raise SystemExit(
                    f"{message.id!r} has two Dutch forms, {before[0]!r} in {before[1]} and "
                    f"{message.string!r} in {path.name}. Choose one, or give a context."
                )
            seen[key] = (message.string, path.name)
            whole.add(message.id, message.string, context=message.context, flags=message.flags)
    return whole


def build() -> Path:
    """Writes django.mo in one step and gives its place; what is refused leaves the old one."""
    target = LOCALE / "nl" / "LC_MESSAGES" / "django.mo"
    target.parent.mkdir(parents=True, exist_ok=True)
    made = BytesIO()
    write_mo(made, joined())
    beside = target.with_suffix(f".{os.getpid()}.new")
    beside.write_bytes(made.getvalue())
    beside.replace(target)
    return target


if __name__ == "__main__":
    build()
