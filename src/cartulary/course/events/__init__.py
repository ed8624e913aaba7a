# SPDX-License-Identifier: Apache-2.0
"""Every kind of event that a course can hold, in the order of a course."""

from __future__ import annotations

from cartulary.course.events.cells import Apheresis, Custody, Infusion, Product
from cartulary.course.events.disease import (
    Assessment,
    Diagnosis,
    Indication,
    PriorTherapy,
    Relapse,
)
from cartulary.course.events.ending import Death, LastContact, SecondMalignancy
from cartulary.course.events.event import Event, field_names
from cartulary.course.events.observation import Finding, Infection, Measurement, Toxicity
from cartulary.course.events.treatment import (
    Bridging,
    Consent,
    Lymphodepletion,
    NewTherapy,
    Transplant,
    Treatment,
)

EVENT_TYPES: tuple[type[Event], ...] = (
    Diagnosis,
    PriorTherapy,
    Indication,
    Consent,
    Apheresis,
    Product,
    Custody,
    Bridging,
    Lymphodepletion,
    Infusion,
    Finding,
    Measurement,
    Toxicity,
    Treatment,
    Infection,
    Assessment,
    Relapse,
    Transplant,
    NewTherapy,
    SecondMalignancy,
    Death,
    LastContact,
)

EVENT_TYPE_OF_KIND: dict[str, type[Event]] = {cls.kind: cls for cls in EVENT_TYPES}

__all__ = [
    "EVENT_TYPES",
    "EVENT_TYPE_OF_KIND",
    "Apheresis",
    "Assessment",
    "Bridging",
    "Consent",
    "Custody",
    "Death",
    "Diagnosis",
    "Event",
    "Finding",
    "Indication",
    "Infection",
    "Infusion",
    "LastContact",
    "Lymphodepletion",
    "Measurement",
    "NewTherapy",
    "PriorTherapy",
    "Product",
    "Relapse",
    "SecondMalignancy",
    "Toxicity",
    "Transplant",
    "Treatment",
    "field_names",
]
