# SPDX-License-Identifier: Apache-2.0
"""Single sign-on opens an account that an administrator made, and makes none."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cartulary.registry.models import Account
from cartulary.web.accounts.enrolment import VOUCHED

log = logging.getLogger("cartulary.security")


class KnownPeopleOnly(DefaultSocialAccountAdapter):  # type: ignore[misc, unused-ignore]
    """Single sign-on opens an account that an administrator made, and makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Always false."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Finds the account by the claim that the hospital chose, or sends the person back."""
        sso = settings.CARTULARY_SSO
        claims = claims_of(sociallogin.account.extra_data)
        if not sociallogin.is_existing and not request.user.is_authenticated:
            account = self._named(claims)
            if account is None:
                log.warning("single sign-on: somebody without an account here was sent back")
                messages.error(
                    request,
                    _(
                        "The hospital knows you, and there is no account for you here. Ask the "
                        "administrator of your centre for one."
                    ),
                )
                raise ImmediateHttpResponse(redirect("account_login"))
            sociallogin.connect(request, account)
            log.info("single sign-on: %s linked by its claim", account.get_username())
        if sso is not None and sso.vouches(claims):
            request.session[VOUCHED] = sociallogin.user.pk

    def _named(self, claims: Mapping[str, Any]) -> Account | None:
        sso = settings.CARTULARY_SSO
        name = claims.get(sso.username_claim) if sso is not None and sso.username_claim else None
        if not isinstance(name, str) or not name:
            return None
        return Account.objects.filter(username__iexact=name, is_active=True).first()


def claims_of(extra_data: Mapping[str, Any]) -> dict[str, Any]:
    """What the provider says of the person: the signed token's claims above the others."""
    held: dict[str, Any] = {}
    for part in ("userinfo", "id_token"):
        said = extra_data.get(part)
        if isinstance(said, Mapping):
            held.update(said)
    return held or dict(extra_data)
