# SPDX-License-Identifier: Apache-2.0
"""What a form asks, stops and lets through: impossible, unlikely, blank, and beside the course."""

from __future__ import annotations

import json
from datetime import date

import pytest

from cartulary.course.events import EVENT_TYPE_OF_KIND, EVENT_TYPES
from cartulary.course.fact import facts_of
from cartulary.registry import clock
from cartulary.registry.courses import course_of
from cartulary.registry.models import Child, Current, Entry, Finding
from cartulary.registry.writing import Change, append
from cartulary.web.entry import form_reading
from cartulary.web.entry.conditions import CONDITIONS
from cartulary.web.entry.drafts import NOT_KEPT
from cartulary.web.entry.form_fields import fields_of
from cartulary.web.entry.sections import GROUPS, SECTIONS
from cartulary.web.home.places import event_url

INFUSION = {
    "date": "17-3-2020",
    "number": "1",
    "product_id": "P-1",
    "dose_cells_per_kg": "2,4",
    "dose_cells": "?",
    "weight_kg": "24,6",
    "act": "save",
}


def new(child: Child, kind: str) -> str:
    return f"/children/{child.key}/events/new/{kind}/"


def wrong(response) -> dict[str, str]:
    assert response.status_code == 200, response.status_code
    return {one.target: one.message for one in response.context["form"].wrong}


@pytest.fixture
def ready(a_child, hand) -> Child:
    """A child about to be infused."""
    facts = {"product_id": "P-1", "status": "released", "decided_day": "2020-03-09"}
    append(
        hand,
        [
            Change(a_child.key, "", kind, "write", {"date": day, "facts": of}, 0)
            for kind, day, of in (
                ("indication", "2020-02-03", {"decision": "accepted"}),
                ("apheresis", "2020-02-07", {"number": 1}),
                ("product", "2020-02-07", facts),
                ("lymphodepletion", "2020-03-11", {"regimen": "flu_cy", "stop_day": "2020-03-14"}),
            )
        ],
        now=clock.now(),
    )
    return a_child


# --- how a form is made ------------------------------------------------------------------------


def test_every_fact_has_its_field_in_one_section() -> None:
    for cls in EVENT_TYPES:
        names = list(fields_of(cls.kind))
        precisions = [one.precision_name for one in fields_of(cls.kind).values()]
        assert sorted(facts_of(cls)) == sorted([*names, *filter(None, precisions)])
        if cls.kind in SECTIONS:
            placed = [name for _title, of in SECTIONS[cls.kind] for name in of]
            assert sorted(placed) == sorted(names)


def test_every_kind_stands_in_one_group() -> None:
    assert sorted(kind for _title, kinds in GROUPS for kind in kinds) == sorted(EVENT_TYPE_OF_KIND)


def test_no_fact_bears_a_name_of_the_form_itself() -> None:
    own = {
        form_reading.DATE,
        form_reading.SOURCE,
        form_reading.REST,
        form_reading.REASON,
        *NOT_KEPT,
    }
    own -= {"name", "hospital_number", "birth_date"}
    assert not own & {name for cls in EVENT_TYPES for name in facts_of(cls)}


def test_conditions_name_fields_and_values_that_exist() -> None:
    for (kind, name), condition in CONDITIONS.items():
        fields = fields_of(kind)
        assert name in fields
        on = fields[condition.on]
        if on.choices:
            assert condition.codes <= {str(member) for member in on.choices}
        assert condition.codes


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("kind", EVENT_TYPE_OF_KIND)
def test_every_form_opens_with_a_label_and_an_explanation_for_each_field(
    kind, lang, a_child, client_of
) -> None:
    role = "laboratory" if kind in ("product", "custody") else "data_manager"
    page = client_of(role, lang=lang).get(new(a_child, kind)).content.decode()
    for name, one in fields_of(kind).items():
        assert f'name="{name}"' in page
        assert one.fact.label(lang)[1:] in page.replace("&#x27;", "'")
        assert f'id="note-{name}"' in page
    assert " style=" not in page
    assert "<script>" not in page
    assert "onclick" not in page


# --- what it says of what was typed ------------------------------------------------------------


def test_a_sound_event_is_saved_and_says_as_which_entry(ready, client_of) -> None:
    client = client_of("clinician")
    response = client.post(new(ready, "infusion"), INFUSION, follow=True)
    entry = Entry.objects.get(child=ready.key, kind="infusion")
    page = response.content.decode()
    assert f"as entry {entry.number}." in page
    assert response.redirect_chain == [(event_url(ready.key, "infusion-1"), 302)]
    infusion = course_of(ready).events[-1]
    assert (infusion.day, infusion.dose_cells_per_kg, infusion.weight_kg) == (43, 2.4e6, 24.6)
    assert (entry.author, entry.via) == (client_of_name(client), "form")


def client_of_name(client) -> str:
    return client.get("/help/keys/").wsgi_request.user.get_username()


def test_an_impossible_value_is_stopped_with_what_was_meant(ready, client_of) -> None:
    client = client_of("clinician")
    response = client.post(new(ready, "infusion"), {**INFUSION, "weight_kg": "2460"})
    assert "outside 1 to 300" in wrong(response)["f-weight_kg"]
    page = response.content.decode()
    assert 'value="weight_kg=24.6"' in page
    assert 'aria-invalid="true"' in page
    assert 'href="#f-weight_kg"' in page
    assert not Entry.objects.filter(kind="infusion").exists()


def test_what_was_meant_is_taken_by_its_button(ready, client_of) -> None:
    client = client_of("clinician")
    texts = {**INFUSION, "weight_kg": "2460", "take": "weight_kg=24.6"}
    del texts["act"]
    page = client.post(new(ready, "infusion"), texts).content.decode()
    assert 'value="24.6"' in page
    assert "outside 1 to 300" not in page


def test_an_unlikely_value_needs_a_reason_which_the_ledger_keeps(ready, client_of) -> None:
    client = client_of("clinician")
    texts = {**INFUSION, "weight_kg": "140"}
    assert "w-weight_kg" in wrong(client.post(new(ready, "infusion"), texts))
    texts["why_weight_kg"] = "weighed twice"
    answer = client.post(new(ready, "infusion"), texts)
    # The dose per kg is now judged beside the weight as well.
    texts |= {
        f"because_{t[2:]}": "checked" for t in (wrong(answer) if answer.status_code == 200 else {})
    }
    assert client.post(new(ready, "infusion"), texts).status_code == 302
    payload = json.loads(Current.objects.get(kind="infusion").payload)
    assert payload["reasons"] == {"weight_kg": "weighed twice"}
    page = client.get(f"/children/{ready.key}/events/infusion-1/").content.decode()
    assert "weighed twice" in page


def test_a_value_that_is_not_there_may_say_why(a_child, client_of) -> None:
    client = client_of("clinician")
    texts = {"date": "dag 30", "mrd_result": "-", "why_mrd_result": "no marker found", "rest": "?",
             "act": "save"}  # fmt: skip
    assert client.post(new(a_child, "assessment"), texts).status_code == 302
    payload = json.loads(Current.objects.get(kind="assessment").payload)
    assert payload["facts"] == {"mrd_result": {"absent": "not_done"}}
    assert payload["absent_why"] == {"mrd_result": "no marker found"}


def test_nothing_is_left_blank_by_accident(a_child, client_of) -> None:
    client = client_of("clinician")
    texts = {"date": "3-2-2020", "reason": "refractory", "decision": "", "act": "save"}
    assert "Decision" in wrong(client.post(new(a_child, "indication"), texts))["f-rest"]
    assert client.post(new(a_child, "indication"), {**texts, "rest": "?"}).status_code == 302
    assert json.loads(Current.objects.get(kind="indication").payload)["facts"] == {
        "reason": "refractory"
    }


def test_what_blank_means_is_kept_as_it_was_said(a_child, client_of) -> None:
    texts = {"date": "d?", "act": "save", "rest": "-"}
    client = client_of("clinician")
    assert "f-date" in wrong(client.post(new(a_child, "death"), texts))
    texts["date"] = "2020-09"
    assert client.post(new(a_child, "death"), texts).status_code == 302
    assert json.loads(Current.objects.get(kind="death").payload) == {
        "date": "2020-09",
        "facts": {"cause": {"absent": "not_done"}},
    }


def test_a_field_that_nothing_asks_for_may_stay_blank(a_child, client_of) -> None:
    client = client_of("clinician")
    texts = {"date": "3-2-2020", "reason": "refractory", "decision": "accepted", "act": "save"}
    assert client.post(new(a_child, "indication"), texts).status_code == 302
    declined = {**texts, "decision": "declined", "date": "4-2-2020"}
    assert "f-rest" in wrong(client.post(new(a_child, "indication"), declined))


def test_a_required_fact_cannot_be_absent(a_child, client_of) -> None:
    client = client_of("clinician")
    for text in ("", "?", "-"):
        texts = {"date": "3-2-2020", "purpose": text, "status": "given", "rest": "?", "act": "save"}
        assert "f-purpose" in wrong(client.post(new(a_child, "consent"), texts))


def test_a_missing_date_is_asked_for(a_child, client_of) -> None:
    texts = {"date": "", "cause": "infection", "act": "save"}
    assert (
        "There is no date"
        in wrong(client_of("clinician").post(new(a_child, "death"), texts))["f-date"]
    )


def test_no_event_lies_in_the_future(a_child, client_of) -> None:
    texts = {"date": "1-1-2055", "cause": "infection", "act": "save"}
    client = client_of("clinician")
    assert "future" in wrong(client.post(new(a_child, "death"), texts))["f-date"]


def test_ticked_values_and_an_absence_contradict_each_other(a_child, client_of) -> None:
    client = client_of("clinician")
    texts = {"date": "2017", "genetics": ["kmt2a", "-"], "rest": "?", "act": "save"}
    assert "f-genetics" in wrong(client.post(new(a_child, "diagnosis"), texts))
    texts["genetics"] = ["kmt2a", "tp53"]
    assert client.post(new(a_child, "diagnosis"), texts).status_code == 302
    assert json.loads(Current.objects.get(kind="diagnosis").payload)["facts"]["genetics"] == [
        "kmt2a",
        "tp53",
    ]


# --- a measurement -----------------------------------------------------------------------------


def measured(client, child, **texts):
    posted = {
        "date": "dag 60",
        "specimen": "blood",
        "below_limit": "no",
        "limit": "?",
        "act": "save",
    }
    return client.post(new(child, "measurement"), {**posted, **texts})


def facts_measured() -> dict:
    return json.loads(Current.objects.get(kind="measurement").payload)["facts"]


@pytest.mark.parametrize(
    "texts",
    [
        {"value": "0,04", "unit": "10⁹/L"},
        {"value": "0,04 10^9/L", "unit": ""},
        {"value": "40", "unit": "cells/µL"},
        {"value": "40 /µL", "unit": ""},
    ],
)
def test_a_value_is_kept_in_the_unit_of_its_analyte(texts, a_child, client_of) -> None:
    response = measured(client_of("clinician"), a_child, analyte="neutrophils", **texts)
    assert response.status_code == 302, wrong(response)
    facts = facts_measured()
    assert (facts["value"], facts["unit"]) == (40.0, "cells/µL")


def test_a_unit_without_an_exact_way_is_refused(a_child, client_of) -> None:
    client = client_of("clinician")
    answer = measured(client, a_child, analyte="ferritin", value="5", unit="g/L")
    assert "ferritin is kept in ng/mL" in wrong(answer)["f-unit"]


def test_a_number_without_its_unit_says_nothing(a_child, client_of) -> None:
    client = client_of("clinician")
    answer = measured(client, a_child, analyte="ferritin", value="5", unit="", rest="?")
    assert "kept in ng/mL" in wrong(answer)["f-unit"]


def test_a_value_below_its_limit_is_a_limit(a_child, client_of) -> None:
    client = client_of("clinician")
    answer = measured(
        client, a_child, analyte="car_t_copies", value="<50", unit="copies/µg", limit="",
        below_limit="",
    )  # fmt: skip
    assert answer.status_code == 302, wrong(answer)
    facts = facts_measured()
    assert (facts["limit"], facts["below_limit"], "value" in facts) == (50.0, True, False)


def test_two_units_are_refused(a_child, client_of) -> None:
    client = client_of("clinician")
    answer = measured(client, a_child, analyte="neutrophils", value="0,5 10^9/L", unit="cells/µL")
    assert "Two units" in wrong(answer)["f-unit"]


# --- beside the rest of the course -------------------------------------------------------------


def test_what_cannot_be_beside_the_course_needs_a_reason(ready, client_of) -> None:
    client = client_of("clinician")
    before = {**INFUSION, "date": "10-3-2020"}
    answer = client.post(new(ready, "infusion"), before)
    assert "b-infusion_before_lymphodepletion" in wrong(answer)
    assert "because_infusion_before_lymphodepletion" in answer.content.decode()

    reasons = {f"because_{target[2:]}": "the stop day is wrong" for target in wrong(answer)}
    assert client.post(new(ready, "infusion"), {**before, **reasons}).status_code == 302
    finding = Finding.objects.get(child=ready, rule="infusion_before_lymphodepletion")
    explained = Entry.objects.get(number=finding.resolution, centre=ready.centre)
    assert json.loads(explained.payload)["because"] == "the stop day is wrong"


def test_what_is_still_to_come_is_shown_afterwards_and_asks_no_reason(a_child, client_of) -> None:
    client = client_of("clinician")
    texts = {**INFUSION, "product_id": "?", "act": "next"}
    answer = client.post(new(a_child, "infusion"), texts, follow=True)
    page = answer.content.decode()
    assert [path.partition("?")[0] for path, _code in answer.redirect_chain] == [
        f"/children/{a_child.key}/events/new/"
    ]
    assert "What the rules say of it" in page
    assert "No lymphodepletion is recorded before this infusion." in page


def test_a_form_sent_twice_is_written_once(ready, client_of) -> None:
    client = client_of("clinician")
    once = {**INFUSION, "once": "3f0e1c52-7a50-4d1b-9e58-2f6f2c3f0a11"}
    first = client.post(new(ready, "infusion"), once)
    second = client.post(new(ready, "infusion"), once)
    assert (first.status_code, second.status_code) == (302, 302)
    assert Entry.objects.filter(kind="infusion").count() == 1


# --- read back ---------------------------------------------------------------------------------


def test_a_field_is_read_back_alone(ready, client_of) -> None:
    client = client_of("clinician")
    for field, text, said in (
        ("date", "dag 43", "17 March 2020"),
        ("weight_kg", "246", "outside the usual"),
        ("dose_cells_per_kg", "5,6", "5.6 × 10⁶ cells/kg"),
        ("number", "?", "not recorded"),
    ):
        answer = client.post(f"{new(ready, 'infusion')}read/{field}/", {field: text})
        page = answer.content.decode()
        assert said in page
        assert page.startswith(f'<div class="field-note" id="note-{field}"')
        assert answer["X-Cartulary-Part"] == "1"
    assert client.post(f"{new(ready, 'infusion')}read/nonsense/").status_code == 404
    assert client.get(f"{new(ready, 'infusion')}read/date/").status_code == 405


def test_what_is_typed_is_shown_as_text_and_never_run(ready, client_of) -> None:
    client = client_of("clinician")
    evil = '"><script>alert(1)</script>'
    page = client.post(new(ready, "infusion"), {**INFUSION, "product_id": evil, "date": evil})
    assert "<script>alert" not in page.content.decode()


def test_what_already_stands_follows_from_the_course(ready, client_of) -> None:
    client = client_of("clinician")
    page = client.get(new(ready, "infusion")).content.decode()
    assert 'name="number" value="1"' in page
    fresh = Child.objects.get(key=ready.key)
    assert fresh.day0 == date(2020, 2, 3)
