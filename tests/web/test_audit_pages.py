# SPDX-License-Identifier: Apache-2.0
"""The audit: who wrote, who read, one entry with its hashes, and whether the chain is whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from cartulary.registry import clock, keys
from cartulary.registry.last_verification import last_verification
from cartulary.registry.models import Centre, Child, Entry, Reading
from cartulary.registry.roles import Role
from cartulary.registry.writing import Change, Hand, append
from tests.web.worklist_child import infused_child

ClientOf = Callable[..., Client]


@pytest.fixture
def child(hand: Hand) -> Child:
    return infused_child(hand, "M-014", 40)


@pytest.fixture
def amended(hand: Hand, child: Child) -> Entry:
    row = child.current.get(event="infusion-1")
    payload = {"date": row.date, "facts": {"number": 1, "weight_kg": 26.4}}
    change = Change(child.key, "infusion-1", "infusion", "amend", payload, 1, "decimal slip")
    return append(hand, [change], now=clock.now())[0]


@pytest.fixture
def own_home(tmp_path: Path) -> object:
    """Keys and verifications of this test alone."""
    with override_settings(CARTULARY_HOME=tmp_path):
        _forget_keys()
        yield tmp_path
    _forget_keys()


def _forget_keys() -> None:
    """Whatever the keys are kept in between calls is of another home."""
    for name in vars(keys).values():
        if callable(getattr(name, "cache_clear", None)):
            name.cache_clear()


def html_of(client: Client, address: str) -> str:
    got = client.get(address)
    assert got.status_code == 200
    return got.content.decode()


def test_the_log_names_who_did_what_to_whom_and_why(client_of: ClientOf, amended: Entry) -> None:
    html = html_of(client_of(Role.AUDITOR), "/audit/")
    row = html[html.index(f"/audit/entries/{amended.number}/") :].partition("</tr>")[0]
    for word in ("data manager", "M-014", "Infusion", "amended", "infusion-1", "decimal slip"):
        assert word in row


def test_it_is_narrowed_to_a_child_by_a_key_in_the_address(
    client_of: ClientOf, hand: Hand, child: Child
) -> None:
    infused_child(hand, "M-099", 20)
    client = client_of(Role.AUDITOR)
    got = client.post(
        "/audit/", {"child": "m-014", "user": "", "kind": "", "since": "", "until": ""}
    )
    assert got.status_code == 302
    assert got.url == f"/audit/?child={child.key}"  # type: ignore[attr-defined]
    html = html_of(client, got.url)  # type: ignore[attr-defined]
    assert "M-014" in html
    assert "M-099" not in html


def test_it_is_narrowed_to_a_person_a_kind_and_a_period(
    client_of: ClientOf, amended: Entry
) -> None:
    client = client_of(Role.AUDITOR)
    numbers = re.compile(r'/audit/entries/(\d+)/"')
    author = amended.author
    assert len(numbers.findall(html_of(client, f"/audit/?user={author}"))) == 4
    assert numbers.findall(html_of(client, "/audit/?user=nobody")) == []
    assert len(numbers.findall(html_of(client, "/audit/?kind=infusion"))) == 2
    today = clock.today().isoformat()
    assert len(numbers.findall(html_of(client, f"/audit/?since={today}&until={today}"))) == 4
    assert numbers.findall(html_of(client, "/audit/?until=2001-01-01")) == []
    assert numbers.findall(html_of(client, f"/audit/?before={amended.number}"))[0] == str(
        amended.number - 1
    )


def test_what_cannot_be_read_is_told(client_of: ClientOf, child: Child) -> None:
    got = client_of(Role.AUDITOR).post("/audit/", {"child": "M-777", "since": "last week"})
    assert got.status_code == 422
    html = got.content.decode()
    assert "No child of this centre has that pseudonym." in html
    assert "A date is written as" in html


def test_an_entry_shows_what_it_changed_and_that_it_agrees(
    client_of: ClientOf, amended: Entry
) -> None:
    html = html_of(client_of(Role.AUDITOR), f"/audit/entries/{amended.number}/")
    assert '<span class="struck">24.6</span>' in html
    assert "<b>26.4</b>" in html
    for shown in (amended.hash, amended.previous_hash, amended.seal, "decimal slip"):
        assert shown in html
    assert html.count('class="order">✓') >= 3


def test_an_entry_that_was_altered_says_so(client_of: ClientOf, amended: Entry) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the trigger is dropped in SQLite's way")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'registry_entry'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute(
            "UPDATE registry_entry SET reason = 'nothing' WHERE number = %s", [amended.number]
        )
    html = html_of(client_of(Role.AUDITOR), f"/audit/entries/{amended.number}/")
    assert "Its contents do not agree with its hash." in html
    assert "bears this ledger's seal" in html.replace("&#x27;", "'")


def test_who_read_is_for_auditor_and_director_alone(client_of: ClientOf, child: Child) -> None:
    html_of(client_of(Role.DATA_MANAGER), f"/audit/children/{child.key}/")
    for role in (Role.AUDITOR, Role.DIRECTOR):
        html = html_of(client_of(role), "/audit/readings/")
        assert "log of a child" in html
        assert "M-014" in html
    for role in (Role.DATA_MANAGER, Role.CLINICIAN, Role.LABORATORY, Role.ADMINISTRATOR):
        assert client_of(role).get("/audit/readings/").status_code == 403
        assert client_of(role).get(f"/audit/children/{child.key}/access/").status_code == 403


def test_the_access_report_names_everybody_who_looked_and_their_role(
    client_of: ClientOf, child: Child
) -> None:
    html_of(client_of(Role.DATA_MANAGER), f"/audit/children/{child.key}/")
    html_of(client_of(Role.DIRECTOR), f"/audit/children/{child.key}/")
    html = html_of(client_of(Role.AUDITOR), f"/audit/children/{child.key}/access/")
    main = html.partition("<main")[2]
    assert "2 people looked at this child" in main
    assert "data manager" in main
    assert "programme director" in main
    assert "NEN 7513" in main
    # Making the report is a reading too.
    assert Reading.objects.filter(child=child.key, page="access report").count() == 1
    assert "0 people looked" in html_of(
        client_of(Role.AUDITOR), f"/audit/children/{child.key}/access/?until=2001-01-01"
    )


def test_verifying_reads_the_chain_and_every_page_says_so(
    client_of: ClientOf, own_home: Path, centre: Centre, child: Child
) -> None:
    client = client_of(Role.AUDITOR)
    assert "Ledger not yet verified" in html_of(client, "/audit/")
    assert last_verification(centre) is None
    assert client.post("/audit/ledger/").status_code == 302
    seen = last_verification(centre)
    assert seen is not None
    assert (seen.intact, seen.entries) == (True, 3)
    assert "The ledger is intact." in html_of(client, "/audit/ledger/")
    assert "Ledger intact" in html_of(client, "/audit/")


def test_what_was_written_since_is_counted(
    client_of: ClientOf, own_home: Path, hand: Hand, child: Child
) -> None:
    client = client_of(Role.AUDITOR)
    client.post("/audit/ledger/")
    infused_child(hand, "M-099", 20)
    assert "3 entries since" in html_of(client, "/audit/ledger/")


def test_a_broken_chain_is_named(
    client_of: ClientOf, own_home: Path, centre: Centre, child: Child
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the trigger is dropped in SQLite's way")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'registry_entry'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute("UPDATE registry_entry SET author = 'nobody' WHERE number = 2")
    client = client_of(Role.AUDITOR)
    client.post("/audit/ledger/")
    html = html_of(client, "/audit/ledger/")
    assert "The ledger is damaged." in html
    assert "/audit/entries/2/" in html
    assert "Ledger damaged" in html_of(client, "/")
    seen = last_verification(centre)
    assert seen is not None
    assert seen.faults[0][0] == 2


def test_a_verification_that_was_forged_does_not_count(
    client_of: ClientOf, own_home: Path, centre: Centre, child: Child
) -> None:
    client_of(Role.AUDITOR).post("/audit/ledger/")
    file = own_home / "verified" / f"{centre.code}.json"
    file.write_text(file.read_text().replace('"entries":3', '"entries":9'))
    assert last_verification(centre) is None
    file.write_text("not json")
    assert last_verification(centre) is None


def test_another_centre_finds_neither_entries_nor_readings(
    client_of: ClientOf, other_centre: Centre, hand: Hand, child: Child, amended: Entry
) -> None:
    html_of(client_of(Role.AUDITOR), f"/audit/children/{child.key}/")
    stranger = client_of(Role.AUDITOR, other_centre)
    for address in (
        f"/audit/entries/{amended.number}/",
        f"/audit/children/{child.key}/",
        f"/audit/children/{child.key}/access/",
        f"/audit/?child={child.key}",
        f"/audit/readings/?child={child.key}",
        "/audit/?child=no-key",
    ):
        assert stranger.get(address).status_code == 404
    for address in ("/audit/", "/audit/readings/"):
        assert "M-014" not in html_of(stranger, address)
    got = stranger.post("/audit/", {"child": "M-014"})
    assert got.status_code == 422


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.LABORATORY, Role.ADMINISTRATOR])
def test_the_log_is_not_for_every_role(client_of: ClientOf, child: Child, role: Role) -> None:
    assert client_of(role).get("/audit/").status_code == 403
    assert client_of(role).get("/audit/entries/1/").status_code == 403


def test_an_administrator_verifies_without_seeing_a_child(
    client_of: ClientOf, own_home: Path, child: Child
) -> None:
    client = client_of(Role.ADMINISTRATOR)
    assert client.post("/audit/ledger/").status_code == 302
    html = html_of(client, "/audit/ledger/")
    assert "M-014" not in html
    assert "/audit/entries/" not in html
    assert client_of(Role.CLINICIAN).post("/audit/ledger/").status_code == 403


def test_no_address_holds_a_pseudonym(client_of: ClientOf, amended: Entry, child: Child) -> None:
    client = client_of(Role.AUDITOR)
    html_of(client, f"/audit/children/{child.key}/")
    for address in (
        "/audit/",
        f"/audit/?child={child.key}",
        "/audit/readings/",
        f"/audit/entries/{amended.number}/",
        f"/audit/children/{child.key}/",
        f"/audit/children/{child.key}/access/",
    ):
        links = re.findall(r'(?:href|action|src)="([^"]*)"', html_of(client, address))
        assert not [link for link in links if "M-014" in link]
