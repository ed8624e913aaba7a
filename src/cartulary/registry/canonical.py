# SPDX-License-Identifier: Apache-2.0
"""The one way in which an entry is written as bytes, and the hash and seal made of them."""

from __future__ import annotations

import hashlib
import hmac
import json
import json.encoder
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, NamedTuple

# What stands before the first entry of every chain.
BEFORE_THE_FIRST = "0" * 64

_encoder = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
)
# What `encode` makes anew at each call; every payload passes here. Without it: the slow way.
_make_encoder: Any = getattr(json.encoder, "c_make_encoder", None)
_pieces: Any = _make_encoder and _make_encoder(
    None, _encoder.default, encode_basestring, None, ":", ",", True, False, False
)


def canonical_json(value: Any) -> str:
    """JSON with sorted keys, no spaces, and letters as they are; the same text for equal values.

    Refuses, with a ValueError, what JSON has no place for: infinity, and half a character.

    >>> canonical_json({"b": [1, 2.5], "a": "é"})
    '{"a":"é","b":[1,2.5]}'
    """
    try:
        text = "".join(_pieces(value, 0)) if _pieces else _encoder.encode(value)
    except RecursionError:
        raise ValueError("The value holds itself, or is nested too deep.") from None
    text.encode("utf-8")
    return text


class Line(NamedTuple):
    """The fields of an entry that its hash covers, as the hash covers them.

    `centre` is the centre's code, `child` and `batch` are keys with dashes, and `recorded_at` is
    what `moment_text` makes of the moment.
    """

    centre: str
    number: int
    child: str
    event: str
    kind: str
    act: str
    version: int
    payload: str
    reason: str
    batch: str | None
    via: str
    author: str
    client_id: str
    recorded_at: str
    previous_hash: str

    def canonical(self) -> str:
        """The line as canonical JSON, put together by hand because every entry passes here."""
        quoted = encode_basestring
        batch = "null" if self.batch is None else f'"{self.batch}"'
        return (
            f'{{"act":{quoted(self.act)},"author":{quoted(self.author)},"batch":{batch},'
            f'"centre":{quoted(self.centre)},"child":"{self.child}",'
            f'"client_id":{quoted(self.client_id)},"event":{quoted(self.event)},'
            f'"kind":{quoted(self.kind)},"number":{self.number},"payload":{quoted(self.payload)},'
            f'"previous_hash":{quoted(self.previous_hash)},"reason":{quoted(self.reason)},'
            f'"recorded_at":{quoted(self.recorded_at)},"version":{self.version},'
            f'"via":{quoted(self.via)}}}'
        )

    def as_mapping(self) -> Mapping[str, Any]:
        """The same fields by name; their canonical JSON is what `canonical` puts together."""
        return self._asdict()


def moment_text(moment: datetime) -> str:
    """A moment in UTC to the microsecond.

    >>> moment_text(datetime(2020, 3, 17, 7, 40, tzinfo=UTC))
    '2020-03-17T07:40:00.000000Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def hash_of(line: Line) -> str:
    """SHA-256 of the line as canonical JSON, in hexadecimal."""
    return hashlib.sha256(line.canonical().encode("utf-8")).hexdigest()


def seal_of(hash_text: str, key: bytes) -> str:
    """HMAC-SHA256 of an entry's hash: only who has the key can make one."""
    seal = _begun(key).copy()
    seal.update(hash_text.encode("ascii", "backslashreplace"))
    return seal.hexdigest()


@lru_cache(maxsize=4)
def _begun(key: bytes) -> hmac.HMAC:
    """What the key alone makes of a seal, so that each entry adds only its own part."""
    return hmac.new(key, digestmod="sha256")
