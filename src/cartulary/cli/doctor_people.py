# SPDX-License-Identifier: Apache-2.0
"""What `cartulary doctor` sees of the accounts: administrators, second factors, stale access."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cartulary.cli.doctor_finding import Finding, beware, good, wrong

UNUSED_WITHIN = timedelta(days=90)
FIRST_PASSWORD_WITHIN = timedelta(days=7)


def findings() -> Iterator[Finding]:
    """The accounts as they stand today."""
    from cartulary.registry import clock
    from cartulary.registry.accounts import valid_on
    from cartulary.registry.models import Account, Centre, Membership
    from cartulary.registry.roles import Role

    now, today = clock.now(), clock.today()
    held = Membership.objects.filter(valid_on(today), account__is_active=True)
    for centre in Centre.objects.order_by("code"):
        names = set(
            held.filter(centre=centre, role=Role.ADMINISTRATOR.value).values_list(
                "account__username", flat=True
            )
        )
        subject = f"administrators of {centre.code}"
        if not names:
            yield wrong(
                subject,
                "none",
                "Nobody can give or end a role there except on this machine.",
                f"Run: cartulary user add NAME --role administrator --centre {centre.code}",
            )
        elif len(names) == 1:
            yield beware(
                subject,
                "one",
                "When that person is away, nobody ends the sessions of somebody who left.",
                "Give a second person the role.",
            )
        else:
            yield good(subject, f"{len(names)}")
    active = Account.objects.filter(is_active=True)
    yield _few(
        "passwords for one time",
        sorted(
            account.username
            for account in active.filter(password_is_one_time=True)
            if now - (account.last_login or account.date_joined) > FIRST_PASSWORD_WITHIN
        ),
        "Somebody else knows them, and they still open the account.",
        "Give a new one when the person is there, or close the account.",
    )
    yield _few(
        "accounts that nobody uses",
        sorted(
            account.username
            for account in active
            if now - (account.last_login or account.date_joined) > UNUSED_WITHIN
        ),
        "An account that nobody misses is the one to be taken over.",
        "Close them: cartulary user disable NAME",
    )
    yield _few(
        "accounts with power over the database",
        sorted(active.filter(is_superuser=True).values_list("username", flat=True)),
        "No page gives such rights, so somebody set them past the log.",
        "Take is_superuser away, and find out who did it.",
    )


def _few(subject: str, names: list[str], why: str, remedy: str) -> Finding:
    if not names:
        return good(subject, "none")
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return beware(subject, f"{', '.join(names[:5])}{more}", why, remedy)
