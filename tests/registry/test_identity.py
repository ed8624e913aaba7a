# SPDX-License-Identifier: Apache-2.0
"""Who a child is: sealed, found by an exact number, erased without a trace in the chain."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from django.test import override_settings

from cartulary.registry import identity
from cartulary.registry.identity import IdentityError, Person
from cartulary.registry.keys import KeyFileError
from cartulary.registry.models import Account, Centre, Child, Identity, Reading
from cartulary.registry.verifying import verify
from cartulary.registry.writing import Hand, register
from tests.registry.conftest import Clock, OwnLedger

NOOR = Person("Noor de Vries", "123-45 67", "2012-05-03")


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path) -> object:
    with override_settings(CARTULARY_HOME=tmp_path / "vault"):
        yield


@pytest.fixture
def named(child: Child, account: Account) -> Child:
    identity.set_identity(child, NOOR, account=account)
    return child


def test_what_was_kept_is_opened_again(named: Child, account: Account) -> None:
    assert identity.identity_of(named, account=account) == NOOR
    changed = Person("Noor Jansen", "1234567")
    identity.set_identity(named, changed, account=account)
    assert identity.identity_of(named, account=account) == changed
    assert Identity.objects.count() == 1


def test_the_database_holds_nothing_that_can_be_read(named: Child) -> None:
    row = Identity.objects.get()
    stored = bytes(row.sealed)
    for value in (b"Noor", b"Vries", b"1234", b"2012", b"name"):
        assert value not in stored
    assert "1234567" not in row.hospital_number_index
    assert "Noor" not in repr(NOOR)


def test_the_same_person_is_never_sealed_alike_twice(named: Child, account: Account) -> None:
    before = bytes(Identity.objects.get().sealed)
    identity.set_identity(named, NOOR, account=account)
    assert bytes(Identity.objects.get().sealed) != before


@pytest.mark.parametrize("number", ["123-45 67", "1234567", " 12.34567", "123 4567"])
def test_a_child_is_found_by_the_exact_number(named: Child, account: Account, number: str) -> None:
    assert identity.find_by_hospital_number(named.centre, number, account=account) == named


@pytest.mark.parametrize("number", ["123456", "12345678", "", "  ", "01234567", "%"])
def test_and_by_no_other(named: Child, account: Account, number: str) -> None:
    assert identity.find_by_hospital_number(named.centre, number, account=account) is None


def test_another_centre_finds_nobody(named: Child, account: Account) -> None:
    other = Centre.objects.create(code="theirs", name="Theirs")
    assert identity.find_by_hospital_number(other, "1234567", account=account) is None
    assert identity.index_of(other, "1234567") != identity.index_of(named.centre, "1234567")


def test_two_children_never_share_a_number(
    named: Child, hand: Hand, account: Account, clock: Clock
) -> None:
    second = register(hand, course_id="P-002", now=clock())
    with pytest.raises(IdentityError, match="same hospital number"):
        identity.set_identity(second, Person("Sam", "123 45 67"), account=account)
    identity.set_identity(second, Person("Sam"), account=account)
    third = register(hand, course_id="P-003", now=clock())
    identity.set_identity(third, Person("Alex"), account=account)


def test_erasing_leaves_the_chain_whole(named: Child, account: Account) -> None:
    assert identity.erase(named, account=account, reason="asked by the family")
    assert identity.identity_of(named, account=account) is None
    assert identity.find_by_hospital_number(named.centre, "1234567", account=account) is None
    assert not identity.erase(named, account=account, reason="again")
    assert verify(named.centre).intact


def test_erasing_needs_a_reason(named: Child, account: Account) -> None:
    with pytest.raises(IdentityError, match="no reason"):
        identity.erase(named, account=account, reason=" ")
    assert Identity.objects.exists()


def test_every_look_is_in_the_reading_log(named: Child, account: Account) -> None:
    identity.identity_of(named, account=account, purpose="phone call")
    identity.find_by_hospital_number(named.centre, "999", account=account)
    identity.erase(named, account=account, reason="asked by the family")
    assert list(Reading.objects.order_by("id").values_list("page", "child", "purpose")) == [
        ("identity written", named.key, ""),
        ("identity", named.key, "phone call"),
        ("identity search", None, ""),
        ("identity erased", named.key, "asked by the family"),
    ]


def test_an_identity_laid_on_another_child_does_not_open(
    named: Child, hand: Hand, account: Account, clock: Clock
) -> None:
    second = register(hand, course_id="P-002", now=clock())
    row = Identity.objects.get()
    row.child, row.hospital_number_index = second.key, ""
    row.save(force_insert=True)
    with pytest.raises(IdentityError, match="does not open"):
        identity.identity_of(second, account=account)


def test_an_identity_that_was_changed_does_not_open(named: Child, account: Account) -> None:
    row = Identity.objects.get()
    row.sealed = bytes(row.sealed)[:-1] + b"x"
    row.save()
    with pytest.raises(IdentityError, match="does not open"):
        identity.identity_of(named, account=account)


def test_new_keys_open_what_old_keys_sealed(named: Child, account: Account, tmp_path: Path) -> None:
    file = tmp_path / "vault" / "keys" / "identity.keys"
    before, sealed = file.read_text(), bytes(Identity.objects.get().sealed)
    assert identity.rotate_keys() == 1
    assert file.read_text().startswith(before)
    assert len(file.read_text().splitlines()) == 2
    assert bytes(Identity.objects.get().sealed) != sealed
    assert identity.identity_of(named, account=account) == NOOR
    assert identity.rotate_keys(forget_old=True) == 1
    assert len(file.read_text().splitlines()) == 1
    assert file.stat().st_mode & 0o777 == 0o600
    assert identity.identity_of(named, account=account) == NOOR
    assert identity.find_by_hospital_number(named.centre, "1234567", account=account) == named


def test_a_rotation_that_breaks_off_loses_nothing(
    named: Child, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> bytes:
        raise DatabaseError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(identity, "_encrypted", breaks)
        with pytest.raises(DatabaseError):
            identity.rotate_keys()
    assert identity.identity_of(named, account=account) == NOOR
    assert identity.rotate_keys() == 1


def test_without_its_key_an_identity_says_which_one_is_missing(
    named: Child, account: Account, tmp_path: Path
) -> None:
    key_id = Identity.objects.get().key_id
    (tmp_path / "vault" / "keys" / "identity.keys").unlink()
    with pytest.raises(IdentityError, match=key_id):
        identity.identity_of(named, account=account)


def test_a_damaged_key_file_is_refused(named: Child, account: Account, tmp_path: Path) -> None:
    (tmp_path / "vault" / "keys" / "identity.keys").write_text("k1 nonsense\n")
    with pytest.raises(KeyFileError, match="backup"):
        identity.identity_of(named, account=account)


@pytest.mark.parametrize("name", ["x" * 201, "a\x00b"])
def test_what_cannot_be_a_name_is_refused(child: Child, account: Account, name: str) -> None:
    with pytest.raises(IdentityError, match="name is longer"):
        identity.set_identity(child, Person(name), account=account)


def test_what_was_erased_is_in_no_page_of_the_file(own_ledger: OwnLedger) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL writes over its pages in its own time; see its own VACUUM")
    account = Account.objects.create_user(username="anna")
    child = register(own_ledger.hand, course_id="P-001", now=Clock()())
    identity.set_identity(child, NOOR, account=account)
    sealed = bytes(Identity.objects.get().sealed)
    assert any(sealed in file.read_bytes() for file in own_ledger.home.glob("ledger.sqlite3*"))
    identity.erase(child, account=account, reason="asked")
    assert not any(sealed in file.read_bytes() for file in own_ledger.home.glob("ledger.sqlite3*"))
