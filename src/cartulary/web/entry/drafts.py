# SPDX-License-Identifier: Apache-2.0
"""Drafts: what somebody typed and did not save, kept for that person alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from cartulary.registry.models import Account, Centre, Child, Draft

# What a form posts beside what was typed; and what is never kept outside the identity's own seal.
NOT_KEPT = frozenset(
    (
        "csrfmiddlewaretoken",
        "act",
        "take",
        "base_version",
        "once",
        "anew",
        "name",
        "hospital_number",
        "birth_date",
    )
)
LONGEST_DRAFT = 20_000


def typed_in(posted: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What of a posted form is worth keeping: the fields in which something stands."""
    return {
        name: list(texts)
        for name, texts in posted.items()
        if name not in NOT_KEPT and any(text.strip() for text in texts)
    }


def keep(
    account: Account,
    centre: Centre,
    child: Child | None,
    kind: str,
    event: str,
    base_version: int,
    data: Mapping[str, Sequence[str]],
    now: datetime,
) -> Draft | None:
    """Keep what was typed in place of what was kept before; None when it is too long to keep."""
    typed = {name: list(texts) for name, texts in data.items()}
    if sum(len(text) for texts in typed.values() for text in texts) > LONGEST_DRAFT:
        return None
    draft, _ = Draft.objects.update_or_create(
        account=account,
        child=child,
        kind=kind,
        event=event,
        defaults={
            "centre": centre,
            "base_version": base_version,
            "data": typed,
            "saved_at": now,
        },
    )
    return draft


def draft_of(account: Account, child: Child | None, kind: str, event: str) -> Draft | None:
    """The draft of this person for this form."""
    return Draft.objects.filter(account=account, child=child, kind=kind, event=event).first()


def drafts_of_child(account: Account, child: Child) -> list[Draft]:
    """This person's drafts about a child, the last one first."""
    return list(Draft.objects.filter(account=account, child=child).order_by("-saved_at"))


def discard(account: Account, child: Child | None, kind: str, event: str) -> None:
    """Forget a draft."""
    Draft.objects.filter(account=account, child=child, kind=kind, event=event).delete()
