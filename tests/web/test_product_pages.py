# SPDX-License-Identifier: Apache-2.0
"""The product's pages: two identifiers, a blocked bag, roles, approval, bags, and the proof."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest

from cartulary.registry import clock
from cartulary.registry.change import Hand
from cartulary.registry.models import Account, Centre, Child, Entry, Reading
from cartulary.registry.product_life_reading import story_of
from cartulary.registry.product_life_states import Act, State
from cartulary.registry.roles import Role
from tests.web.product_ward import RIGHT, Clients, Ward, divide, until, ward_of


@pytest.fixture
def ward(a_child: Child, hand: Hand, client_of: Clients) -> Ward:
    return ward_of(a_child, hand, client_of)


# --- two identifiers ------------------------------------------------------------------------------


def test_the_button_opens_when_both_identifiers_agree_and_not_before(ward: Ward) -> None:
    until(ward, Act.SHIP)
    button = re.compile(r'<button class="button filled" name="go"[^>]*>')
    untouched = button.search(ward.page())
    assert untouched is not None
    assert "disabled" in untouched[0]
    assert "opens when both identifiers agree" in ward.page()
    one = ward.post(Act.RECEIVE, go=False, read_chain_of_identity="NL-COI-0418").content.decode()
    assert "disabled" in button.search(one)[0]  # type: ignore[index]
    assert "waits for: donation number" in one
    assert 'value="NL-COI-0418"' in one, "what was scanned stays in its field"
    both = ward.post(Act.RECEIVE, go=False, **RIGHT).content.decode()
    assert "disabled" not in button.search(both)[0]  # type: ignore[index]
    assert ward.state() is State.SHIPPED, "reading is not receiving"
    ward.done(Act.RECEIVE)
    assert ward.state() is State.RECEIVED


def test_a_wrong_bag_is_blocked_at_the_scan_recorded_and_shown_to_everybody(ward: Ward) -> None:
    until(ward, Act.SHIP)
    before = Entry.objects.count()
    answer = ward.post(Act.RECEIVE, go=False, read_chain_of_identity="NL-COI-0412-B")
    assert answer.status_code == 302
    assert Entry.objects.count() == before + 2
    assert ward.state() is State.SHIPPED
    page = ward.page(Role.AUDITOR)
    assert "NL-COI-0412-B" in page
    assert "did not happen" in page
    assert "query" in page
    listed = ward.client_of(Role.DATA_MANAGER).get("/products/").content.decode()
    assert "1 attempt" in listed
    # A reload of the page writes nothing more, and pressing the button does not get it by.
    assert ward.post(Act.RECEIVE, read_chain_of_identity="NL-COI-0412-B").status_code == 302
    assert ward.state() is State.SHIPPED
    ward.done(Act.RECEIVE)
    assert ward.state() is State.RECEIVED


def test_a_scan_into_the_wrong_field_is_read_again_and_not_recorded(ward: Ward) -> None:
    until(ward, Act.SHIP)
    before = Entry.objects.count()
    answer = ward.post(Act.RECEIVE, go=False, read_chain_of_identity="=G12349865432177")
    assert "This is a donation number" in answer.content.decode()
    assert Entry.objects.count() == before


def test_htmx_gets_the_form_alone_and_goes_to_the_page_when_it_is_done(ward: Ward) -> None:
    until(ward, Act.SHIP)
    client = ward.client_of(Role.LABORATORY)
    data = {"act": "receive", "read_chain_of_identity": "NL-COI-0418"}
    part = client.post(ward.url, data, headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<section class="section hand-off"')
    done = client.post(
        ward.url,
        {**data, **RIGHT, "go": "1", "temperature_said": "within"},
        headers={"HX-Request": "true"},
    )
    assert done.headers["HX-Redirect"].startswith(ward.url)


# --- who, and where -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.CLINICIAN, 422),
        (Role.DATA_MANAGER, 403),
        (Role.DIRECTOR, 422),
        (Role.AUDITOR, 403),
        (Role.ADMINISTRATOR, 403),
    ],
)
def test_only_the_laboratory_receives(ward: Ward, role: Role, status: int) -> None:
    until(ward, Act.SHIP)
    answer = ward.post(Act.RECEIVE, role, **RIGHT)
    assert answer.status_code == status
    assert ward.state() is State.SHIPPED


def test_another_centre_finds_nothing(ward: Ward, client_of: Clients, other_centre: Centre) -> None:
    client = client_of(Role.LABORATORY, other_centre)
    for address in (ward.url, ward.url + "proof.pdf"):
        assert client.get(address).status_code == 404
    assert client.post(ward.url, {"act": "collect", "go": "1", **RIGHT}).status_code == 404
    assert client.post(ward.url + "results/", {"viability_percent": "84"}).status_code == 404
    assert "P-0031" not in client.get("/products/").content.decode()


def test_looking_is_written_down(ward: Ward) -> None:
    ward.page(Role.CLINICIAN)
    ward.client_of(Role.CLINICIAN).get(ward.url + "proof.pdf")
    pages = Reading.objects.filter(child=ward.child.key).values_list("page", flat=True)
    assert {"product", "identity proof"} <= set(pages)


def test_no_name_of_a_bag_and_no_pseudonym_stands_in_an_address(ward: Ward) -> None:
    divide(until(ward, Act.START))
    links = re.findall(r'(?:href|action)="([^"]*)"', ward.page())
    assert not [link for link in links if "COI" in link or "M-001" in link or "P-0031" in link]


# --- approval, second signatures, bags ------------------------------------------------------------


def test_out_of_specification_a_physician_asks_and_the_director_approves(ward: Ward) -> None:
    until(ward, Act.START)
    ward.done(Act.REJECT, reason="viability 62%")
    assert "with approval" in ward.page()
    assert ward.post(Act.APPROVE, Role.DIRECTOR, **RIGHT, reason="x").status_code == 422
    ward.done(Act.APPROVE, Role.CLINICIAN, reason="relapse is growing")
    assert ward.state() is State.OUT_OF_SPECIFICATION
    assert "relapse is growing" in ward.page(Role.DIRECTOR)
    assert ward.post(Act.APPROVE, Role.CLINICIAN, **RIGHT).status_code == 422
    ward.done(Act.APPROVE, Role.DIRECTOR)
    assert ward.state() is State.RELEASED_WITH_APPROVAL


def test_a_result_outside_its_limit_cannot_be_released(ward: Ward) -> None:
    until(ward, Act.START)
    client = ward.client_of(Role.LABORATORY)
    client.post(ward.url + "results/", {"viability_percent": "69,9"})
    answer = ward.post(Act.RELEASE, **RIGHT)
    assert answer.status_code == 422
    assert "outside the limit" in answer.content.decode()
    assert "outside limits" in ward.page()


def test_thawing_takes_two_people(
    ward: Ward, account_of: Callable[..., Account], centre: Centre
) -> None:
    from cartulary.registry.models import Membership

    until(ward, Act.SHIP)
    ward.done(Act.RECEIVE)
    ward.done(Act.STORE)
    ward.done(Act.THAW)
    assert ward.state() is State.STORED
    assert "a second person has still to check" in ward.page()
    assert ward.post(Act.THAW, **RIGHT).status_code == 422
    other = account_of(Role.DATA_MANAGER)
    Membership.objects.create(
        account=other, centre=centre, role="laboratory", since=clock.today().replace(year=2019)
    )
    ward.done(Act.THAW, Role.DATA_MANAGER)
    assert ward.state() is State.THAWED


def test_a_product_is_divided_and_each_bag_is_followed_by_itself(ward: Ward) -> None:
    divide(until(ward, Act.START))
    ward.client_of(Role.LABORATORY).post(ward.url + "results/", {"viability_percent": "84"})
    ward.done(Act.RELEASE)
    page = ward.page(query="?bag=2")
    assert "bag B of 2, backup" in page
    # The label of bag B does not pass for bag A.
    wrong = {**RIGHT, "read_chain_of_identity": "NL-COI-0418-B", "bag": "A"}
    ward.post(Act.SHIP, **wrong)
    assert ward.state("A") is State.RELEASED
    ward.done(Act.SHIP, bag="A", read_chain_of_identity="NL-COI-0418-A")
    assert (ward.state("A"), ward.state("B")) == (State.SHIPPED, State.RELEASED)


# --- what is typed --------------------------------------------------------------------------------


def test_what_cannot_be_is_said_at_its_field_and_nothing_is_written(ward: Ward) -> None:
    until(ward, Act.SHIP)
    before = Entry.objects.count()
    for typed, said in (
        ({"date": "2999-01-01"}, "lies in the future"),
        ({"date": "1 May"}, "year-month-day"),
        ({"time": "25:00"}, "hours and minutes"),
        ({"highest_celsius": "cold"}, "not one number"),
        ({"lowest_celsius": "-100", "highest_celsius": "-150"}, "above the highest"),
        ({"temperature_said": ""}, "Nothing was said of the temperature"),
        ({"date": "2020-04-30"}, "The step before"),
    ):
        answer = ward.post(Act.RECEIVE, **{**RIGHT, **typed})
        assert answer.status_code == 422, typed
        assert said in answer.content.decode(), typed
    assert Entry.objects.count() == before


def test_too_warm_is_received_into_quarantine(ward: Ward) -> None:
    until(ward, Act.SHIP)
    ward.done(Act.RECEIVE, highest_celsius="-120,5")
    assert ward.state() is State.QUARANTINED
    assert "until it is released from quarantine" in ward.page()


@pytest.mark.parametrize("nasty", ["<script>alert(1)</script>", "{{ 7*7 }}", "a\x00b", "é" * 600])
def test_a_strange_text_is_shown_as_text(ward: Ward, nasty: str) -> None:
    until(ward, Act.SHIP)
    ward.done(Act.QUARANTINE, reason=nasty)
    page = ward.page()
    assert "<script>alert(1)" not in page
    assert "alert(1)" in page or "script" not in nasty


def test_the_same_in_dutch_and_as_of_an_earlier_day(ward: Ward) -> None:
    until(ward, Act.SHIP)
    page = ward.page(lang="nl")
    assert "Volgende stap: ontvangen" in page
    assert "gaat open als beide nummers kloppen" in page
    # The ledger of this test was written today; the day before, there was no product.
    assert ward.client_of(Role.LABORATORY).get(ward.url + "?as_of=2019-01-01").status_code == 404


def test_the_list_is_empty_in_words(client_of: Clients) -> None:
    page = client_of(Role.LABORATORY).get("/products/").content.decode()
    assert "No product has been ordered yet." in page


# --- the proof ------------------------------------------------------------------------------------


def test_the_proof_has_every_hand_off_with_its_entry_and_the_head(ward: Ward) -> None:
    from pypdf import PdfReader

    until(ward, Act.SHIP)
    ward.post(Act.RECEIVE, go=False, read_chain_of_identity="NL-COI-0412-B")
    client = ward.client_of(Role.LABORATORY)
    first = client.get(ward.url + "proof.pdf")
    assert first.headers["Content-Type"] == "application/pdf"
    assert "M-001" not in first.headers["Content-Disposition"]
    assert client.get(ward.url + "proof.pdf").content == first.content
    (page,) = PdfReader(BytesIO(first.content)).pages
    text = " ".join(page.extract_text().split())
    story = story_of(ward.child, "product-1")
    assert story is not None
    for step in story.life.steps:
        if step.readings:
            assert step.hash[:8] in text
            assert step.hash[-8:] in text
    head = Entry.objects.order_by("-number").first()
    assert head is not None
    assert head.hash[:8] in text
    assert "NL-COI-0412-B" in text
    assert "One attempt was blocked" in text
