# SPDX-License-Identifier: Apache-2.0
"""The head of a chain written down elsewhere, so that a tail cut off later is missed."""

from __future__ import annotations

import hmac
import json
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from logging.handlers import SysLogHandler
from pathlib import Path

from django.db import transaction

from cartulary.course.errors import CartularyError
from cartulary.registry import keys
from cartulary.registry.canonical import canonical_json, moment_text, seal_of
from cartulary.registry.models import Centre, ChainHead
from cartulary.registry.within import refuse_outside


class AnchorError(CartularyError):
    """An anchor that cannot be written or read."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """That on a moment a centre's chain ended in this entry with this hash."""

    centre: str
    number: int
    hash: str
    at: str

    def line(self, key: bytes) -> str:
        """The anchor as one line of JSON, sealed."""
        said = {"at": self.at, "centre": self.centre, "hash": self.hash, "number": self.number}
        return canonical_json(said | {"seal": seal_of(canonical_json(said), key)})


def anchors_file(centre: Centre) -> Path:
    """Where the anchors of a centre are kept unless another file is named."""
    return keys.home() / "anchors" / f"{centre.code}.jsonl"


def head_of(centre: Centre, now: datetime) -> Anchor:
    """The head of a centre's chain as it is now; refused when nothing was ever written."""
    refuse_outside(centre)
    head = ChainHead.objects.filter(centre=centre, number__gt=0).first()
    if head is None:
        raise AnchorError(
            f"The ledger of centre {centre.code} has no entries. There is no head to anchor. "
            "Anchor it once something has been written."
        )
    return Anchor(centre.code, head.number, head.hash, moment_text(now))


def anchor_to_file(centre: Centre, now: datetime, path: Path | None = None) -> Anchor:
    """Add the head to a file, best on another machine, and make sure that it is on the disk."""
    anchor = head_of(centre, now)
    place = path or anchors_file(centre)
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with place.open("a", encoding="utf-8") as file:
            file.write(anchor.line(keys.seal_key()) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise AnchorError(
            f"The anchor could not be written to {place.name} ({error.strerror}). Without it a "
            "tail that is cut off later may not be missed. Mend the disk or name another file."
        ) from error
    _remember(centre, anchor, now)
    return anchor


def anchor_to_syslog(
    centre: Centre, now: datetime, address: str | tuple[str, int] = "/dev/log"
) -> Anchor:
    """Send the head to the system log, or to a log server by its host and port."""
    anchor = head_of(centre, now)
    text = f"cartulary anchor {anchor.line(keys.seal_key())}"
    try:
        handler = _OutspokenSysLog(address)
        try:
            handler.emit(logging.LogRecord("cartulary", logging.INFO, "", 0, text, None, None))
        finally:
            handler.close()
    except OSError as error:
        raise AnchorError(
            f"The system log at {address} does not answer ({error.strerror}). The head is not "
            "anchored. Start it, or name another address."
        ) from error
    _remember(centre, anchor, now)
    return anchor


class _OutspokenSysLog(SysLogHandler):
    """The standard handler swallows what goes wrong; who anchors must hear of it."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name of logging
        raise


def read_anchors(path: Path) -> tuple[Anchor, ...]:
    """The anchors in a file; refused, with the line, when one was not sealed by this ledger."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AnchorError(
            f"The anchors in {path.name} cannot be read ({type(error).__name__}). The chain can "
            "be verified without them, but not its end. Restore the file."
        ) from error
    return tuple(_anchor_in(line, number, path) for number, line in _lines(text))


def anchors_of(centre: Centre) -> tuple[Anchor, ...]:
    """Every anchor that this installation keeps of a centre's chain."""
    path = anchors_file(centre)
    found = read_anchors(path) if path.exists() else ()
    if centre.anchored_number and centre.anchored_at is not None:
        found += (
            Anchor(
                centre.code,
                centre.anchored_number,
                centre.anchored_hash,
                moment_text(centre.anchored_at),
            ),
        )
    return tuple(anchor for anchor in found if anchor.centre == centre.code)


def _lines(text: str) -> Iterable[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip())


def _anchor_in(line: str, number: int, path: Path) -> Anchor:
    try:
        said = json.loads(line.partition("{")[1] + line.partition("{")[2])
        anchor = Anchor(said["centre"], said["number"], said["hash"], said["at"])
        sealed = hmac.compare_digest(anchor.line(keys.seal_key()), canonical_json(said))
    except (ValueError, KeyError, TypeError):
        sealed = False
    if not sealed:
        raise AnchorError(
            f"Line {number} of {path.name} is no anchor that this ledger sealed. Somebody changed "
            "it, or it belongs to another ledger. Compare it with the other copies."
        )
    return anchor


def _remember(centre: Centre, anchor: Anchor, now: datetime) -> None:
    with transaction.atomic():
        Centre.objects.filter(pk=centre.pk).update(
            anchored_number=anchor.number, anchored_hash=anchor.hash, anchored_at=now
        )
    centre.anchored_number, centre.anchored_hash = anchor.number, anchor.hash
    centre.anchored_at = now
