# SPDX-License-Identifier: Apache-2.0
"""The bedside is the clinicians'; the last step is taken back; a draft outlives its session."""

from __future__ import annotations

import time
from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client

from cartulary.course.events import Custody
from cartulary.registry.change import Hand
from cartulary.registry.courses import course_of
from cartulary.registry.models import Child, Draft, Entry
from cartulary.registry.product_life_states import Act, State
from cartulary.registry.roles import Role
from cartulary.web import middleware
from tests.web.product_ward import RIGHT, Clients, Ward, divide, until, ward_of


@pytest.fixture
def ward(a_child: Child, hand: Hand, client_of: Clients) -> Ward:
    return ward_of(a_child, hand, client_of)


AT_BED = {"read_chain_of_identity": "NL-COI-0418", "read_child": "M-001"}


def thawed(ward: Ward, give_role: Callable[..., None]) -> Ward:
    until(ward, Act.SHIP)
    for act in (Act.RECEIVE, Act.STORE, Act.THAW):
        ward.done(act)
    give_role(Role.AUDITOR, Role.LABORATORY)
    ward.done(Act.THAW, Role.AUDITOR)
    assert ward.state() is State.THAWED
    return ward


@pytest.fixture
def give_role(account_of: Callable[..., object], centre: object) -> Callable[..., None]:
    """Gives the account of one role another role beside it."""
    from datetime import date

    from cartulary.registry.models import Membership

    def give(to: Role, role: Role) -> None:
        Membership.objects.create(
            account=account_of(to), centre=centre, role=role.value, since=date(2019, 1, 1)
        )

    return give


# --- the bedside ----------------------------------------------------------------------------------


def test_only_clinicians_sign_at_the_bedside_and_everybody_else_reads_whose_it_is(
    ward: Ward, give_role: Callable[..., None]
) -> None:
    thawed(ward, give_role)
    for role, status in ((Role.DATA_MANAGER, 403), (Role.LABORATORY, 422), (Role.DIRECTOR, 422)):
        answer = ward.post(Act.INFUSE, role, **AT_BED)
        assert answer.status_code == status
        assert "It is for: clinician." in answer.content.decode()
        assert "It is for: clinician." in ward.page(role)
    assert 'name="go"' not in ward.page(Role.DATA_MANAGER)
    ward.done(Act.INFUSE, Role.CLINICIAN, **AT_BED)
    assert ward.state() is State.THAWED, "one signature"
    give_role(Role.DIRECTOR, Role.CLINICIAN)
    ward.done(Act.INFUSE, Role.DIRECTOR, **AT_BED)
    assert ward.state() is State.INFUSED
    assert "Take back" not in ward.page()


def test_whoever_orders_may_name_the_identifiers_and_a_data_manager_may_not(
    ward: Ward,
) -> None:
    typed = {"new_donation": "G123498654321", "new_batch": "B-2291"}
    assert ward.post(Act.IDENTIFY, Role.DATA_MANAGER, **typed).status_code == 403
    assert "“Assign identifiers” says nothing" in (
        ward.post(Act.IDENTIFY, Role.CLINICIAN).content.decode()
    )


# --- taking back ----------------------------------------------------------------------------------


def test_the_last_step_is_taken_back_with_a_reason_and_both_stay_to_be_seen(ward: Ward) -> None:
    until(ward, Act.SHIP)
    before = course_of(ward.child)
    ward.done(Act.RECEIVE, highest_celsius="-171", lowest_celsius="-177")
    page = ward.page(query="?do=take_back")
    assert "Take back the last step" in page
    assert ward.post(Act.TAKE_BACK, reason=" ").status_code == 422
    assert ward.post(Act.TAKE_BACK, Role.DATA_MANAGER, reason="x").status_code == 403
    assert ward.post(Act.TAKE_BACK, Role.CLINICIAN, reason="x").status_code == 422
    ward.done(Act.TAKE_BACK, reason="the other bag was in hand")
    assert ward.state() is State.SHIPPED
    assert course_of(ward.child) == before
    for lang, said in (("en", "Taken back by"), ("nl", "Teruggenomen door")):
        page = ward.page(lang=lang)
        assert said in page
        assert "the other bag was in hand" in page
        assert '<tr id="step-9" class="back">' in page
    from pypdf import PdfReader

    pdf = ward.client_of(Role.LABORATORY).get(ward.url + "proof.pdf").content
    text = " ".join(PdfReader(BytesIO(pdf)).pages[0].extract_text().split())
    assert "Steps that were taken back" in text
    assert "the other bag was in hand" in text
    ward.done(Act.RECEIVE)
    assert ward.state() is State.RECEIVED


def test_what_was_the_last_step_on_the_page_is_taken_back_or_nothing(ward: Ward) -> None:
    until(ward, Act.SEND)
    entries = Entry.objects.count()
    answer = ward.post(Act.TAKE_BACK, reason="wrong child", takes_back="2")
    assert answer.status_code == 422
    assert "in between" in answer.content.decode()
    assert Entry.objects.count() == entries


def test_a_bag_is_taken_back_alone_and_the_division_needs_the_director(ward: Ward) -> None:
    divide(until(ward, Act.START))
    ward.client_of(Role.LABORATORY).post(ward.url + "results/", {"viability_percent": "84,5"})
    ward.done(Act.RELEASE)
    assert ward.post(Act.TAKE_BACK, bag="A", reason="wrong batch").status_code == 302
    answer = ward.post(Act.TAKE_BACK, bag="A", reason="three bags")
    assert answer.status_code == 422
    assert "It is for: programme director." in answer.content.decode()
    ward.done(Act.TAKE_BACK, Role.DIRECTOR, bag="A", reason="three bags")
    assert "Bag A" not in ward.page()


# --- the temperature of a leg ---------------------------------------------------------------------


def test_readings_are_drawn_at_the_limits_that_were_given_and_a_log_as_its_curve(
    ward: Ward,
) -> None:
    until(ward, Act.SEND)
    ward.done(Act.HAND_IN, lowest_celsius="2,1", highest_celsius="5", temperature_said="within")
    page = ward.page()
    assert 'class="temperature"' in page
    assert 'class="limit"' not in page, "no limit was given for collected cells"
    ward.done(Act.START)
    ward.client_of(Role.LABORATORY).post(ward.url + "results/", {"viability_percent": "84,5"})
    ward.done(Act.RELEASE)
    ward.done(Act.SHIP)
    log = "2020-04-29 07:50; -177,5\n2020-04-29 08:50; -171\n2020-04-30 07:50; −176.0 °C"
    assert ward.post(Act.RECEIVE, **RIGHT, logger=log + "\nfull").status_code == 422
    assert (
        "Line 4 is no reading"
        in ward.post(Act.RECEIVE, **RIGHT, logger=log + "\nfull").content.decode()
    )
    ward.done(Act.RECEIVE, logger=log, temperature_said="")
    page = ward.page()
    assert 'class="curve" points="' in page
    assert 'class="limit"' in page
    assert "3 readings" in page
    hand_off = course_of(ward.child).all(Custody)[-1]
    assert (hand_off.lowest_celsius, hand_off.highest_celsius) == (-177.5, -171.0)
    assert hand_off.temperature_in_range is True


def test_the_worst_of_what_is_typed_and_what_the_logger_wrote_counts(ward: Ward) -> None:
    until(ward, Act.SHIP)
    ward.done(Act.RECEIVE, highest_celsius="-170", logger="-171\n-149,9\n-172")
    assert ward.state() is State.QUARANTINED


# --- a session that ended -------------------------------------------------------------------------


@pytest.fixture
def an_hour_later(monkeypatch: pytest.MonkeyPatch) -> Callable[[Client, str], None]:
    def go(client: Client, address: str) -> None:
        client.get(address)
        now = time.time()
        monkeypatch.setattr(middleware.time, "time", lambda: now + 3600)

    return go


def test_a_step_typed_into_an_ended_session_is_there_again_without_its_identifiers(
    ward: Ward, an_hour_later: Callable[[Client, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    until(ward, Act.SHIP)
    client = ward.client_of(Role.LABORATORY)
    an_hour_later(client, ward.url)
    typed = {"act": "receive", "go": "1", **RIGHT, "out_by": "R. Smit", "highest_celsius": "-171"}
    answer = client.post(ward.url, typed)
    assert answer["Location"].startswith("/account/login/")
    assert ward.state() is State.SHIPPED
    draft = Draft.objects.get(child=ward.child)
    assert draft.data["out_by"] == ["R. Smit"]
    assert not [name for name in draft.data if name.startswith("read_")]
    monkeypatch.undo()
    page = ward.page()
    assert 'value="R. Smit"' in page
    assert "This is your draft" in page
    assert "read from the bag again" in page
    assert "R. Smit" not in ward.page(Role.CLINICIAN)
    begun = ward.client_of(Role.LABORATORY).get(f"/children/{ward.child.key}/events/new/")
    assert ward.url in begun.content.decode()
    ward.done(Act.RECEIVE)
    assert not Draft.objects.exists()


def test_results_typed_into_an_ended_session_stand_in_their_fields(
    ward: Ward, an_hour_later: Callable[[Client, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    until(ward, Act.START)
    client = ward.client_of(Role.LABORATORY)
    an_hour_later(client, ward.url)
    client.post(ward.url + "results/", {"viability_percent": "84,5"})
    monkeypatch.undo()
    assert 'value="84,5"' in ward.page()
    ward.client_of(Role.LABORATORY).post(ward.url + "results/", {"viability_percent": "84,5"})
    assert not Draft.objects.exists()


def test_a_draft_is_begun_anew(
    ward: Ward, an_hour_later: Callable[[Client, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    until(ward, Act.SHIP)
    client = ward.client_of(Role.LABORATORY)
    an_hour_later(client, ward.url)
    client.post(ward.url, {"act": "quarantine", "go": "1", "reason": "leak"})
    monkeypatch.undo()
    assert "leak" in ward.page()
    ward.client_of(Role.LABORATORY).post(ward.url, {"anew": "1"})
    assert "leak" not in ward.page()
