# SPDX-License-Identifier: Apache-2.0
"""Events in addresses. The name of an event may be anything that somebody typed, so it is sealed.

An address ends in logs, histories and bookmarks. What stands there is the name under a key of
this installation: always the same for the same name, and read back by nobody else.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from functools import lru_cache
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.utils.crypto import salted_hmac

#: An address of an event of the longest name is shorter.
LONGEST_ADDRESS: Final = 1000
_KEY_BYTES: Final = 64
# Names are filled up to whole steps, so that an address does not say how long they are.
_STEP: Final = 16
_PADDING: Final = b"\x00"


@lru_cache(maxsize=4096)
def address_of(event: str) -> str:
    """The name of an event as an address holds it."""
    if not event:
        raise ValueError("An event without a name has no address. Name the event first.")
    name = event.encode()
    padded = name + _PADDING * (-len(name) % _STEP)
    sealed = _cipher(settings.SECRET_KEY).encrypt(padded, None)
    return urlsafe_b64encode(sealed).rstrip(b"=").decode()


@lru_cache(maxsize=4096)
def event_at(address: str) -> str:
    """The name of the event of an address. What was never sealed is taken as the name itself.

    So a link of before stays good; the app makes no such links.
    """
    try:
        sealed = urlsafe_b64decode(address + "=" * (-len(address) % 4))
        padded = _cipher(settings.SECRET_KEY).decrypt(sealed, None)
    except (NotBase64, ValueError, InvalidTag):
        return address
    return padded.rstrip(_PADDING).decode()


def verify_url(child: UUID | str, event: str) -> str:
    """The fields of an event beside their source."""
    address = address_of(event)
    return f"/verification/children/{child}/?at={address}#at-{address}"


class EventConverter:
    """`<event:event>` in a route: sealed in the address, plain in the view."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """The name of the event."""
        return event_at(value)

    def to_url(self, value: str) -> str:
        """The name as the address holds it."""
        return address_of(value)


@lru_cache(maxsize=2)
def _cipher(secret: str) -> AESSIV:
    made = salted_hmac("cartulary.event_address", "", secret=secret, algorithm="sha512")
    return AESSIV(made.digest()[:_KEY_BYTES])
