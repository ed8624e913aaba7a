# SPDX-License-Identifier: Apache-2.0
"""The pages of verification: a sample, fields beside their source, a share with its interval."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.utils.translation import override

from cartulary.registry.models import Centre, Child, Entry
from cartulary.registry.roles import Role
from cartulary.registry.verification import FieldState, Verdict, VerifiedField, verdict_on
from cartulary.registry.verification_sample import SampledChild, SampledField, samples
from cartulary.registry.writing import Hand
from cartulary.web.verification.rate import error_rate, verdict
from tests.web.worklist_child import infused_child

ClientOf = Callable[..., Client]


@pytest.fixture
def children(hand: Hand) -> list[Child]:
    return [infused_child(hand, f"M-{number:03d}", 40 + number) for number in range(3)]


def drawn(client: Client, centre: Centre, size: int = 2) -> str:
    got = client.post("/verification/", {"size": size, "seed": "autumn", "of": "infused"})
    assert got.status_code == 302
    return samples(centre)[0].sample_id


def test_a_sample_is_drawn_verified_and_judged(
    client_of: ClientOf, centre: Centre, children: list[Child]
) -> None:
    client = client_of(Role.AUDITOR)
    sample = drawn(client, centre)
    page = client.get(f"/verification/samples/{sample}/").content.decode()
    assert "No critical field has been set beside its source yet." in page
    child = samples(centre)[0].children[0]
    address = f"/verification/children/{child.key}/?sample={sample}"
    got = client.post(
        address,
        {
            "event": "infusion-1",
            "source": "batch record",
            "is-date": "agrees",
            "is-dose_cells": "differs",
            "says-dose_cells": "1.2e8",
        },
    )
    assert got.status_code == 302
    page = client.get(f"/verification/samples/{sample}/").content.decode()
    assert (
        "1 of 2 critical fields differs from its source (50.0%, 95% interval 1.3 to 98.7%)" in page
    )
    assert "1.2e8" in page
    assert "autumn" in page
    assert verdict_on(child, "infusion-1")["date"].state is FieldState.VERIFIED


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"is-date": ""}, "at least one field"),
        ({"source": " "}, "Name the source"),
        ({"is-date": "differs"}, "Write what the source says"),
    ],
)
def test_half_a_verification_is_told_and_kept_on_the_page(
    client_of: ClientOf, children: list[Child], change: dict[str, str], told: str
) -> None:
    whole = {"event": "infusion-1", "source": "batch record", "is-date": "agrees"}
    got = client_of(Role.DATA_MANAGER).post(
        f"/verification/children/{children[0].key}/", whole | change
    )
    assert got.status_code == 422
    assert told in got.content.decode()
    assert not Entry.objects.filter(kind="verification").exists()


@pytest.mark.parametrize("size", ["0", "4", "many", ""])
def test_a_sample_that_cannot_be_is_told(
    client_of: ClientOf, children: list[Child], size: str
) -> None:
    got = client_of(Role.DATA_MANAGER).post("/verification/", {"size": size, "of": "infused"})
    assert got.status_code == 422
    assert "Ask for 1 to 3 children" in got.content.decode()


def test_a_seed_is_made_where_none_is_given(
    client_of: ClientOf, centre: Centre, children: list[Child]
) -> None:
    client_of(Role.DATA_MANAGER).post("/verification/", {"size": "1", "seed": "", "of": "all"})
    assert re.fullmatch(r"[0-9a-f]{16}", samples(centre)[0].seed)


def test_who_may_not_verify_reads_only(
    client_of: ClientOf, centre: Centre, children: list[Child]
) -> None:
    sample = drawn(client_of(Role.AUDITOR), centre)
    director = client_of(Role.DIRECTOR)
    assert director.get("/verification/").status_code == 200
    assert director.get(f"/verification/samples/{sample}/").status_code == 200
    page = director.get(f"/verification/children/{children[0].key}/").content.decode()
    assert '<input type="radio"' not in page
    assert director.post("/verification/", {"size": "1"}).status_code == 403
    whole = {"event": "infusion-1", "source": "x", "is-date": "agrees"}
    refused = director.post(f"/verification/children/{children[0].key}/", whole)
    assert refused.status_code == 403
    for role in (Role.CLINICIAN, Role.LABORATORY, Role.ADMINISTRATOR):
        assert client_of(role).get("/verification/").status_code == 403


def test_another_centre_reaches_neither_sample_nor_child(
    client_of: ClientOf, centre: Centre, other_centre: Centre, children: list[Child]
) -> None:
    sample = drawn(client_of(Role.AUDITOR), centre)
    stranger = client_of(Role.AUDITOR, other_centre)
    assert stranger.get(f"/verification/samples/{sample}/").status_code == 404
    assert stranger.get(f"/verification/children/{children[0].key}/").status_code == 404
    assert sample not in stranger.get("/verification/").content.decode()


def test_a_child_outside_the_sample_is_not_verified_for_it(
    client_of: ClientOf, centre: Centre, children: list[Child]
) -> None:
    client = client_of(Role.AUDITOR)
    sample = drawn(client, centre)
    inside = {child.key for child in samples(centre)[0].children}
    outside = next(child for child in children if child.key not in inside)
    address = f"/verification/children/{outside.key}/?sample={sample}"
    assert client.get(address).status_code == 404
    assert client.get(f"/verification/children/{outside.key}/?sample=x").status_code == 404


# --- the share ---------------------------------------------------------------------------------


def sampled(errors: int, checked: int, left: int = 0) -> list[SampledChild]:
    field = VerifiedField("infusion-1", "infusion", "date", "2020-04-14", None)

    def judged(agrees: bool) -> SampledField:
        return SampledField(field, Verdict("2020-04-14", agrees, "", "anna", date(2020, 5, 1)))

    fields = [judged(False)] * errors + [judged(True)] * (checked - errors)
    fields += [SampledField(field, None)] * left
    return [SampledChild(Child(), tuple(fields))]


@pytest.mark.parametrize(
    ("errors", "checked", "says"),
    [
        (0, 0, "No critical field"),
        (0, 90, "Within 2%; a rate above 3% is not excluded"),
        (0, 200, "Within 2%, and a rate above 3% is excluded"),
        (2, 80, "Within the limit of 3%, above the 2%"),
        (4, 100, "Above the limit of 3%, but a rate below it is not excluded"),
        (12, 100, "Above the limit of 3%, also at the lower end"),
    ],
)
def test_the_verdict_reads_both_the_share_and_its_interval(
    client_of: ClientOf, errors: int, checked: int, says: str
) -> None:
    with override("en"):
        assert says in verdict(error_rate(sampled(errors, checked)))


def test_the_interval_is_the_exact_one() -> None:
    # Clopper and Pearson for 2 of 90, as R's binom.test prints it.
    rate = error_rate(sampled(2, 90, left=5))
    assert rate.estimate is not None
    assert rate.estimate.low == pytest.approx(0.002702636, abs=1e-8)
    assert rate.estimate.high == pytest.approx(0.077977, abs=1e-6)
    assert (rate.to_check, rate.estimate.missing, rate.estimate.unit) == (5, 5, "field")
    assert rate.low_x < rate.value_x < rate.high_x <= 100
