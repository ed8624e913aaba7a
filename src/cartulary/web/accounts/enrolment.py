# SPDX-License-Identifier: Apache-2.0
"""What an account must have before it sees anything: a password of its own and a second factor."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest

# The account (pk) for whose second factor the provider of single sign-on vouched in a session.
VOUCHED = "cartulary_second_factor_by_provider"

PASSWORD = "account_change_password"  # noqa: S105 - the name of a page
FACTOR = "mfa_activate_totp"

# Where a request keeps whose factor was seen.
_SEEN = "cartulary_second_factor_seen"

# Of allauth's pages only these are offered. Nobody signs up; nothing goes by e-mail.
OFFERED = frozenset(
    {
        *("account_login", "account_logout", "account_inactive", "account_reauthenticate"),
        *("account_change_password", "usersessions_list"),
        *("mfa_index", "mfa_authenticate", "mfa_reauthenticate"),
        *("mfa_activate_totp", "mfa_deactivate_totp"),
        *("mfa_view_recovery_codes", "mfa_generate_recovery_codes"),
        "mfa_download_recovery_codes",
        *("mfa_list_webauthn", "mfa_add_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn"),
        *("mfa_reauthenticate_webauthn", "mfa_login_webauthn"),
        *("openid_connect_login", "openid_connect_callback"),
        *("socialaccount_connections", "socialaccount_login_cancelled"),
        "socialaccount_login_error",
    }
)
OPEN_TO_ALL = frozenset(
    {"healthz", "choose_language", "account_login", "account_logout", "account_reauthenticate"}
)
# The pages that somebody may open who still lacks a thing: those on which to get it.
STEPS = {
    PASSWORD: frozenset({PASSWORD}),
    FACTOR: frozenset({FACTOR, "mfa_add_webauthn", PASSWORD}),
}


def lacking(request: HttpRequest) -> str | None:
    """The page on which this account gets what it still lacks; None when it lacks nothing."""
    account = request.user
    if not account.is_authenticated:
        return None
    if account.password_is_one_time and account.has_usable_password():
        return PASSWORD
    if request.session.get(VOUCHED) == account.pk or _has_factor_in(request):
        return None
    return FACTOR


def _has_factor_in(request: HttpRequest) -> bool:
    """Whether the account of a request holds a factor; that it does is asked once a request."""
    if getattr(request, _SEEN, None) == request.user.pk:
        return True
    has = has_second_factor(request.user)
    if has:
        setattr(request, _SEEN, request.user.pk)
    return has


def has_second_factor(account: Any) -> bool:
    """True when the account holds a factor of its own; recovery codes alone are none."""
    enabled: bool = is_mfa_enabled(account, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
    return enabled


def is_of_accounts(view: Any) -> bool:
    """True for a view that allauth brings."""
    held = getattr(view, "view_class", view)
    return str(getattr(held, "__module__", "")).startswith("allauth.")
