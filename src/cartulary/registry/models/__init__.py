# SPDX-License-Identifier: Apache-2.0
"""Every table of the registry."""

from __future__ import annotations

from cartulary.registry.models.centre import Centre
from cartulary.registry.models.ledger import Act, ChainHead, Child, Current, Entry, Via
from cartulary.registry.models.people import Account, Membership, Token
from cartulary.registry.models.privacy import Identity, Reading
from cartulary.registry.models.work import Batch, Draft, Due, Finding, MappingMemory

__all__ = [
    "Account",
    "Act",
    "Batch",
    "Centre",
    "ChainHead",
    "Child",
    "Current",
    "Draft",
    "Due",
    "Entry",
    "Finding",
    "Identity",
    "MappingMemory",
    "Membership",
    "Reading",
    "Token",
    "Via",
]
