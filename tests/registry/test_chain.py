# SPDX-License-Identifier: Apache-2.0
"""Each entry carries the hash of the one before it, and a seal that the database cannot make."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from cartulary.registry import keys
from cartulary.registry.anchoring import (
    AnchorError,
    anchor_to_file,
    anchor_to_syslog,
    anchors_file,
    anchors_of,
    read_anchors,
)
from cartulary.registry.canonical import BEFORE_THE_FIRST, Line, canonical_json, seal_of
from cartulary.registry.keys import KeyFileError, key_text, seal_key
from cartulary.registry.models import Centre, ChainHead, Child, Entry
from cartulary.registry.verifying import verify
from cartulary.registry.writing import Hand, append, register
from tests.registry.conftest import Clock, write

INFUSION = {"date": "2020-04-14", "facts": {}}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
HASHES = st.text("0123456789abcdef", min_size=64, max_size=64)


@given(
    st.builds(
        Line,
        centre=st.sampled_from(("ours", "a-b_c")),
        number=st.integers(1, 10**12),
        child=st.uuids().map(str),
        event=TEXTS,
        kind=TEXTS,
        act=st.sampled_from(("write", "amend", "withdraw")),
        version=st.integers(1, 1000),
        payload=TEXTS,
        reason=TEXTS,
        batch=st.one_of(st.none(), st.uuids().map(str)),
        via=TEXTS,
        author=TEXTS,
        client_id=TEXTS,
        recorded_at=st.just("2020-03-17T07:40:00.000000Z"),
        previous_hash=HASHES,
    )
)
def test_a_line_is_the_canonical_json_of_its_fields(line: Line) -> None:
    assert line.canonical() == canonical_json(line.as_mapping())
    assert json.loads(line.canonical()) == line.as_mapping()


@given(HASHES, st.binary(min_size=32, max_size=32))
def test_a_seal_is_an_hmac_of_the_hash(text: str, key: bytes) -> None:
    assert seal_of(text, key) == hmac.digest(key, text.encode(), hashlib.sha256).hex()


def test_every_entry_can_be_checked_by_hand(hand: Hand, child: Child, clock: Clock) -> None:
    append(hand, [write(child, "infusion", INFUSION)] * 3, now=clock())
    previous = BEFORE_THE_FIRST
    for number, entry in enumerate(Entry.objects.order_by("number"), start=1):
        said = {
            "act": entry.act,
            "author": entry.author,
            "batch": None,
            "centre": "ours",
            "child": str(entry.child),
            "client_id": "",
            "event": entry.event,
            "kind": entry.kind,
            "number": number,
            "payload": entry.payload,
            "previous_hash": previous,
            "reason": "",
            "recorded_at": entry.recorded_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "version": entry.version,
            "via": "form",
        }
        text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert entry.hash == hashlib.sha256(text.encode()).hexdigest()
        assert entry.seal == hmac.digest(seal_key(), entry.hash.encode(), "sha256").hex()
        previous = entry.hash
    head = ChainHead.objects.get()
    assert (head.number, head.hash) == (4, previous)


def test_each_centre_has_a_chain_of_its_own(hand: Hand, child: Child, clock: Clock) -> None:
    other = Hand(None, "bob", Centre.objects.create(code="theirs", name="Theirs"), "form")
    register(other, course_id="T-1", now=clock())
    append(hand, [write(child, "infusion", INFUSION)], now=clock())
    numbers = Entry.objects.order_by("centre__code", "number").values_list("centre__code", "number")
    assert list(numbers) == [("ours", 1), ("ours", 2), ("theirs", 1)]
    assert verify(hand.centre).intact
    assert verify(other.centre).intact


def test_contents_are_found_whatever_characters_they_hold(
    hand: Hand, child: Child, clock: Clock
) -> None:
    odd = {"date": None, "facts": {"agent": '\x00\u2028\U0001f9ec"\\é'}}
    append(hand, [write(child, "infection", odd, "naïve ☃/\\ name")], now=clock())
    assert verify(hand.centre).intact
    assert json.loads(Entry.objects.get(number=2).payload) == odd


# --- keys ----------------------------------------------------------------------------------------


def test_a_key_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    key = key_text(tmp_path, "seal.key")
    assert key_text(tmp_path, "seal.key") == key
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "keys" / "seal.key").stat().st_mode & 0o777 == 0o600
    assert len(list((tmp_path / "keys").iterdir())) == 1


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    key_text(tmp_path, "seal.key")
    (tmp_path / "keys" / "seal.key").chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        key_text(tmp_path, "seal.key")


@pytest.mark.parametrize("text", ["", "\n", "c2hvcnQ=\n", "é"])
def test_a_damaged_key_is_refused_and_never_replaced(tmp_path: Path, text: str) -> None:
    key_text(tmp_path, "seal.key")
    path = tmp_path / "keys" / "seal.key"
    path.write_text(text, encoding="utf-8")
    with override_settings(CARTULARY_HOME=tmp_path), pytest.raises(KeyFileError) as refused:
        keys.seal_key()
    assert "backup" in str(refused.value)
    assert path.read_text(encoding="utf-8") == text


# --- anchors -------------------------------------------------------------------------------------


def test_the_head_is_anchored_to_a_file_day_by_day(
    hand: Hand, child: Child, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "anchors.jsonl"
    first = anchor_to_file(hand.centre, clock(), path)
    append(hand, [write(child, "infusion", INFUSION)], now=clock())
    second = anchor_to_file(hand.centre, clock() + timedelta(days=1), path)
    assert (first.number, second.number) == (1, 2)
    assert read_anchors(path) == (first, second)
    hand.centre.refresh_from_db()
    assert (hand.centre.anchored_number, hand.centre.anchored_hash) == (2, second.hash)
    assert verify(hand.centre, anchors=read_anchors(path)).intact


def test_an_anchor_that_was_changed_is_refused(
    hand: Hand, child: Child, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "anchors.jsonl"
    anchor_to_file(hand.centre, clock(), path)
    path.write_text(path.read_text().replace('"number":1', '"number":7'))
    with pytest.raises(AnchorError, match=r"Line 1 of anchors\.jsonl"):
        read_anchors(path)


def test_anchors_are_kept_in_the_home_unless_told_otherwise(
    hand: Hand, child: Child, clock: Clock, tmp_path: Path
) -> None:
    with override_settings(CARTULARY_HOME=tmp_path):
        anchor = anchor_to_file(hand.centre, clock())
        assert anchors_file(hand.centre).is_relative_to(tmp_path)
        assert set(anchors_of(hand.centre)) == {anchor}


def test_an_empty_ledger_has_no_head_to_anchor(centre: Centre, clock: Clock) -> None:
    with pytest.raises(AnchorError, match="no entries"):
        anchor_to_file(centre, clock())


def test_a_disk_that_cannot_be_written_is_said(
    hand: Hand, child: Child, clock: Clock, tmp_path: Path
) -> None:
    with pytest.raises(AnchorError, match="could not be written"):
        anchor_to_file(hand.centre, clock(), tmp_path)


def test_the_head_is_sent_to_a_log_server(hand: Hand, child: Child, clock: Clock) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5)
        anchor = anchor_to_syslog(hand.centre, clock(), receiver.getsockname())
        line = receiver.recv(4096).decode()
    assert f'"hash":"{anchor.hash}"' in line
    assert "P-001" not in line


def test_a_log_that_does_not_answer_is_said(
    hand: Hand, child: Child, clock: Clock, tmp_path: Path
) -> None:
    with pytest.raises(AnchorError, match="does not answer"):
        anchor_to_syslog(hand.centre, clock(), str(tmp_path / "no such log"))
