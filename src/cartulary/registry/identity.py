# SPDX-License-Identifier: Apache-2.0
"""The vault: name, hospital number and birth date, encrypted apart from the ledger, erasable."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
import secrets
from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection, transaction

from cartulary.course.errors import CartularyError
from cartulary.registry import keys, reading_log
from cartulary.registry.canonical import canonical_json
from cartulary.registry.faults import told_plainly
from cartulary.registry.models import Account, Centre, Child, Identity

NONCE_BYTES = 12
_KEY_ID_BYTES = 4
_LONGEST = 200


class IdentityError(CartularyError):
    """An identity that cannot be kept, found or opened."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who a child is. `birth_date` is a (partial) date as 2011-05-03; empty parts are unknown."""

    name: str = ""
    hospital_number: str = ""
    birth_date: str = ""

    def __repr__(self) -> str:
        # A traceback or a log shows that there was a person, and never who.
        return "Person(...)"


def set_identity(child: Child, person: Person, *, account: Account) -> None:
    """Keep who a child is, in the place of what was kept before; written to the reading log.

    Refuses a hospital number that another child of the centre has.
    """
    for name, value in asdict(person).items():
        if len(value) > _LONGEST or "\x00" in value:
            raise IdentityError(
                f"The {name.replace('_', ' ')} is longer than {_LONGEST} characters or holds a "
                "zero byte. Something else was pasted. Type it again."
            )
    index = index_of(child.centre, person.hospital_number)
    key_id, key = _keys()[-1]
    with told_plainly(), transaction.atomic():
        if index:
            taken = Identity.objects.filter(centre_id=child.centre_id, hospital_number_index=index)
            if taken.exclude(child=child.key).exists():
                raise IdentityError(
                    "Another child of this centre has the same hospital number. One number is one "
                    "child. Look whether the child is registered twice, or correct the number."
                )
        Identity.objects.update_or_create(
            child=child.key,
            defaults={
                "centre_id": child.centre_id,
                "sealed": _sealed(key, child, person),
                "hospital_number_index": index,
                "key_id": key_id,
            },
        )
        reading_log.read(account, child.centre, child, "identity written")


def identity_of(child: Child, *, account: Account, purpose: str = "") -> Person | None:
    """Who a child is, or None when that is not kept; written to the reading log."""
    kept = Identity.objects.filter(child=child.key, centre_id=child.centre_id).first()
    reading_log.read(account, child.centre, child, "identity", purpose=purpose)
    return None if kept is None else _opened(kept)


def find_by_hospital_number(centre: Centre, number: str, *, account: Account) -> Child | None:
    """The child with exactly this hospital number, or None; written to the reading log."""
    index = index_of(centre, number)
    found = None
    if index:
        kept = Identity.objects.filter(centre=centre, hospital_number_index=index).first()
        if kept is not None:
            found = Child.objects.filter(key=kept.child, centre=centre).first()
    reading_log.read(account, centre, found, "identity search")
    return found


def erase(child: Child, *, account: Account, reason: str) -> bool:
    """Erase who a child is; the ledger keeps the pseudonym alone and its chain stays whole.

    Returns whether anything was kept. Needs a reason, which the reading log keeps. Backups made
    before still hold it until they are destroyed.
    """
    if not reason.strip():
        raise IdentityError(
            "There is no reason. What is erased cannot be brought back, so the log must say why. "
            "Give the reason in a few words."
        )
    if connection.vendor == "sqlite":
        # SQLite otherwise leaves what was deleted in the file until something is written over it.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=ON")
    with told_plainly(), transaction.atomic():
        deleted, _ = Identity.objects.filter(child=child.key, centre_id=child.centre_id).delete()
        reading_log.read(account, child.centre, child, "identity erased", purpose=reason.strip())
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        # The pages that held it also stand in the write-ahead log until it is emptied.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return deleted > 0


def rotate_keys(*, forget_old: bool = False) -> int:
    """Encrypt every identity anew with a new key; returns how many.

    The new key is on disk before the first identity needs it, and old keys stay there, because
    backups may need them, unless `forget_old`. Run it within all centres.
    """
    path = keys.key_folder(keys.home()) / keys.IDENTITY_KEYS
    known = _keys()
    new = (secrets.token_hex(_KEY_ID_BYTES), secrets.token_bytes(keys.KEY_BYTES))
    keys.replace_key_file(path, _as_text([*known, new]))
    with told_plainly(), transaction.atomic():
        count = 0
        for kept in Identity.objects.select_for_update().iterator(chunk_size=500):
            person = _opened(kept)
            kept.sealed = _encrypted(new[1], str(kept.child), person)
            kept.key_id = new[0]
            kept.save(update_fields=["sealed", "key_id"])
            count += 1
    if forget_old:
        keys.replace_key_file(path, _as_text([new]))
    return count


def index_of(centre: Centre, number: str) -> str:
    """What stands for a hospital number in the index: the same number gives the same text.

    Spaces, points, dashes and case do not count. Empty for an empty number.
    """
    plain = re.sub(r"[\s.\-]", "", number).upper()
    if not plain:
        return ""
    text = canonical_json([centre.code, plain]).encode("utf-8")
    return hmac.digest(keys.index_key(), text, "sha256").hex()


def _sealed(key: bytes, child: Child, person: Person) -> bytes:
    return _encrypted(key, str(child.key), person)


def _encrypted(key: bytes, child_key: str, person: Person) -> bytes:
    """Nonce and ciphertext; bound to the child, so that no row can be laid on another."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    plain = canonical_json(asdict(person)).encode("utf-8")
    return nonce + AESGCM(key).encrypt(nonce, plain, child_key.encode("ascii"))


def _opened(kept: Identity) -> Person:
    key = dict(_keys()).get(kept.key_id)
    if key is None:
        raise IdentityError(
            f"The identity is encrypted with key {kept.key_id}, which is not in "
            f"{keys.IDENTITY_KEYS}. Without it nobody can open it. Restore the key file that was "
            "backed up with this ledger."
        )
    sealed = bytes(kept.sealed)
    try:
        plain = AESGCM(key).decrypt(
            sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], str(kept.child).encode("ascii")
        )
    except (InvalidTag, ValueError) as error:
        raise IdentityError(
            "The identity does not open with its key: it was changed in the database, or belongs "
            "to another child. Do not trust it. Enter it again from the hospital's own record."
        ) from error
    return Person(**json.loads(plain))


def _keys() -> list[tuple[str, bytes]]:
    """Every key with its name; the last one is in use."""
    path = keys.key_folder(keys.home()) / keys.IDENTITY_KEYS
    if not path.exists():
        first = (secrets.token_hex(_KEY_ID_BYTES), secrets.token_bytes(keys.KEY_BYTES))
        keys.write_new_key_file(path, _as_text([first]))
    found = []
    for line in keys.read_key_file(path).splitlines():
        name, _, text = line.partition(" ")
        try:
            key = base64.urlsafe_b64decode(text)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != keys.KEY_BYTES:
            raise keys.KeyFileError(
                f"A line of {keys.IDENTITY_KEYS} does not hold a key of {keys.KEY_BYTES} bytes. "
                "Identities under it cannot be opened. Restore the file from the backup of keys."
            )
        found.append((name, key))
    return found


def _as_text(found: list[tuple[str, bytes]]) -> str:
    return "".join(f"{name} {base64.urlsafe_b64encode(key).decode()}\n" for name, key in found)
