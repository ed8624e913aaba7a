# SPDX-License-Identifier: Apache-2.0
"""Registering a child, and who it is: apart, sealed, erasable."""

from __future__ import annotations

import json
from datetime import date

import pytest

from cartulary.course import NOT_RECORDED
from cartulary.course.events.disease import Sex
from cartulary.registry.courses import course_of
from cartulary.registry.identity import Person, identity_of, set_identity
from cartulary.registry.models import Child, Draft, Entry, Identity, Reading

TYPED = {
    "course_id": "M-002",
    "day0": "3-2-2020",
    "day0_is": "indication",
    "age": "feb 2013",
    "sex": "female",
    "act": "save",
}
WHO = {"name": "Roos Jansen", "hospital_number": "1234567", "birth_date": "12-2-2013"}


def wrong(response) -> dict[str, str]:
    assert response.status_code == 200
    return {one.target: one.message for one in response.context["wrong"]}


def test_the_next_pseudonym_is_proposed(a_child, client_of) -> None:
    page = client_of("data_manager").get("/children/new/").content.decode()
    assert 'value="M-002"' in page


def test_a_child_is_registered_and_the_indication_is_next(a_child, client_of) -> None:
    answer = client_of("data_manager").post("/children/new/", TYPED, follow=True)
    child = Child.objects.get(course_id="M-002")
    course = course_of(child)
    assert (course.day0, course.sex, course.age_days_at_day0) == (
        date(2020, 2, 3),
        Sex.FEMALE,
        2544,
    )
    assert course.origin == "recorded"
    assert answer.redirect_chain == [(f"/children/{child.key}/events/new/indication/", 302)]
    page = answer.content.decode()
    assert "as entry 2." in page
    assert 'value="2020-02-03"' in page


def test_nothing_of_it_is_left_blank(a_child, client_of) -> None:
    client = client_of("data_manager")
    for name in ("course_id", "day0", "day0_is", "age", "sex"):
        assert f"f-{name}" in wrong(client.post("/children/new/", {**TYPED, name: ""}))
    assert Child.objects.count() == 1


def test_what_is_not_known_is_said_so(a_child, client_of) -> None:
    texts = {**TYPED, "day0": "?", "day0_is": "apheresis", "age": "?", "sex": "?"}
    answer = client_of("data_manager").post("/children/new/", texts)
    child = Child.objects.get(course_id="M-002")
    assert answer["Location"] == f"/children/{child.key}/events/new/"
    course = course_of(child)
    assert (course.day0, course.age_days_at_day0, course.sex) == (None, NOT_RECORDED, NOT_RECORDED)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("course_id", "M-001", "Another child of this centre"),
        ("course_id", "1234567", "looks like a hospital number"),
        ("day0", "2020-02", "known to the day"),
        ("day0", "3-2-2099", "outside"),
        ("day0", "1-1-2050", "future"),
        ("age", "12-2-2013", "A full date of birth names the child"),
        ("age", "2021-01", "after day 0"),
        ("sex", "cat", "none of the values"),
    ],
)
def test_a_registration_that_cannot_be_is_stopped(name, text, says, a_child, client_of) -> None:
    answer = client_of("data_manager").post("/children/new/", {**TYPED, name: text})
    assert says in wrong(answer)[f"f-{name}"]
    assert Child.objects.count() == 1


def test_who_the_child_is_goes_to_the_vault_alone(a_child, client_of, account_of) -> None:
    client_of("data_manager").post("/children/new/", {**TYPED, **WHO})
    child = Child.objects.get(course_id="M-002")
    person = identity_of(child, account=account_of("data_manager"))
    assert person == Person("Roos Jansen", "1234567", "2013-02-12")
    written = json.dumps(list(Entry.objects.values_list("payload", "reason")))
    for text in ("Roos", "1234567", "2013-02-12"):
        assert text not in written


def test_without_the_permission_who_it_is_is_neither_asked_nor_kept(a_child, client_of) -> None:
    client = client_of("clinician")
    page = client.get("/children/new/").content.decode()
    assert "hospital_number" not in page
    client.post("/children/new/", {**TYPED, **WHO})
    assert Child.objects.filter(course_id="M-002").exists()
    assert not Identity.objects.exists()


def test_a_draft_of_a_registration_never_holds_who_it_is(a_child, client_of) -> None:
    client = client_of("data_manager")
    client.post("/children/new/draft/", {**TYPED, **WHO})
    kept = json.dumps(Draft.objects.get().data)
    assert "M-002" in kept
    for text in WHO.values():
        assert text not in kept
    assert 'value="3-2-2020"' in client.get("/children/new/").content.decode()
    client.post("/children/new/", {**TYPED, "act": "draft", **WHO})
    assert "Roos" not in json.dumps(Draft.objects.get().data)


def test_a_hospital_number_that_another_child_has_registers_nobody(a_child, client_of, account_of):
    set_identity(a_child, Person("", "1234567", ""), account=account_of("data_manager"))
    answer = client_of("data_manager").post("/children/new/", {**TYPED, **WHO})
    assert "same hospital number" in wrong(answer)["f-hospital_number"]
    assert not Child.objects.filter(course_id="M-002").exists()


@pytest.mark.parametrize("role", ["laboratory", "director", "auditor", "administrator"])
def test_a_child_is_registered_by_those_who_write_events(role, client_of) -> None:
    client = client_of(role)
    assert client.get("/children/new/").status_code == 403
    assert client.post("/children/new/", TYPED).status_code == 403
    assert client.post("/children/new/draft/", TYPED).status_code == 403


def test_a_field_of_the_registration_is_read_back(a_child, client_of) -> None:
    client = client_of("data_manager")
    texts = {"age": "feb 2013", "day0": "3-2-2020"}
    page = client.post("/children/new/read/age/", texts).content.decode()
    assert "6 years and 11 months" in page
    page = client.post("/children/new/read/day0/", {"day0": "3-2-2020"}).content.decode()
    assert "= <strong>3 February 2020</strong>, Monday</p>" in page
    assert client_of("clinician").post("/children/new/read/name/").status_code == 404


# --- the identity page -------------------------------------------------------------------------


def test_who_a_child_is_is_written_seen_and_erased(a_child, client_of) -> None:
    client = client_of("data_manager")
    url = f"/children/{a_child.key}/identity/"
    assert "Nothing is kept" in client.get(url).content.decode()
    assert client.post(url, WHO).status_code == 302
    page = client.get(url).content.decode()
    assert "Roos Jansen" in page
    assert "12 February 2013" in page

    seen = client_of("clinician").get(url).content.decode()
    assert "Roos Jansen" in seen
    assert 'name="hospital_number"' not in seen
    assert client_of("clinician").post(url, WHO).status_code == 403

    erase = f"{url}erase/"
    assert wrong(client.post(erase, {"pseudonym": "M-999", "reason": "asked"}))
    assert wrong(client.post(erase, {"pseudonym": "M-001", "reason": ""}))
    assert Identity.objects.exists()
    assert client.post(erase, {"pseudonym": "M-001", "reason": "asked"}).status_code == 302
    assert not Identity.objects.exists()
    assert Child.objects.filter(key=a_child.key).exists()
    assert Reading.objects.filter(page="identity erased", purpose="asked").exists()


def test_a_date_of_birth_that_is_none_is_stopped(a_child, client_of) -> None:
    client = client_of("data_manager")
    url = f"/children/{a_child.key}/identity/"
    assert "f-birth_date" in wrong(client.post(url, {**WHO, "birth_date": "31-2-2013"}))
    assert not Identity.objects.exists()
