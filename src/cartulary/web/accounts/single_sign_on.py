# SPDX-License-Identifier: Apache-2.0
"""Single sign-on by OpenID Connect: set by environment variables, for accounts that exist.

CARTULARY_OIDC_ISSUER         the provider's address, such as https://sso.hospital.example/realms/x
CARTULARY_OIDC_CLIENT_ID      the name under which it knows this app
CARTULARY_OIDC_SECRET_FILE    a file with the client's secret (mode 0600)
CARTULARY_OIDC_NAME           what the button says (default: Hospital)
CARTULARY_OIDC_USERNAME_CLAIM a claim that equals the account's name; without it each person links
                              their account once themselves, while signed in
CARTULARY_OIDC_FACTOR_CLAIM   claim=value by which the provider vouches for a second factor, such
                              as amr=mfa; without it the account's own second factor is asked
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cartulary.course.errors import CartularyError
from cartulary.registry.keys import read_key_file

PROVIDER = "sso"


class SingleSignOnError(CartularyError):
    """Settings of single sign-on that are incomplete or unsafe."""


@dataclass(frozen=True, slots=True)
class SingleSignOn:
    """The hospital's provider of identities, as the environment names it."""

    issuer: str
    client_id: str
    secret: str
    name: str
    username_claim: str
    factor_claim: str
    factor_value: str

    @property
    def origin(self) -> str:
        """Where the browser is sent: the only foreign place that a form may lead to."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"

    def providers(self) -> dict[str, Any]:
        """The setting SOCIALACCOUNT_PROVIDERS."""
        app = {
            "provider_id": PROVIDER,
            "name": self.name,
            "client_id": self.client_id,
            "secret": self.secret,
            "settings": {"server_url": self.issuer},
        }
        return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}

    def vouches(self, claims: Mapping[str, Any]) -> bool:
        """True when these claims say that a second factor was used.

        >>> sso = single_sign_on({"CARTULARY_OIDC_ISSUER": ""})
        >>> sso is None
        True
        """
        if not self.factor_claim:
            return False
        said = claims.get(self.factor_claim)
        return self.factor_value in (said if isinstance(said, list) else [said])


def single_sign_on(environment: Mapping[str, str]) -> SingleSignOn | None:
    """The provider that the environment names; None when it names none.

    Refuses an address without TLS, and settings of which a part is missing.
    """
    issuer = environment.get("CARTULARY_OIDC_ISSUER", "").rstrip("/")
    if not issuer:
        return None
    client_id = environment.get("CARTULARY_OIDC_CLIENT_ID", "")
    secret_file = environment.get("CARTULARY_OIDC_SECRET_FILE", "")
    if not client_id or not secret_file:
        raise SingleSignOnError(
            "CARTULARY_OIDC_ISSUER is set, and CARTULARY_OIDC_CLIENT_ID or "
            "CARTULARY_OIDC_SECRET_FILE is not. Single sign-on needs the three. Set them, or take "
            "the first away."
        )
    local = urlsplit(issuer).hostname in ("localhost", "127.0.0.1")
    if not issuer.startswith("https://") and not local:
        raise SingleSignOnError(
            f"CARTULARY_OIDC_ISSUER is {issuer!r}. Whoever stands between could sign in as "
            "anybody. Give its https address."
        )
    claim, _, value = environment.get("CARTULARY_OIDC_FACTOR_CLAIM", "").partition("=")
    return SingleSignOn(
        issuer=issuer,
        client_id=client_id,
        secret=read_key_file(Path(secret_file)).strip(),
        name=environment.get("CARTULARY_OIDC_NAME", "Hospital"),
        username_claim=environment.get("CARTULARY_OIDC_USERNAME_CLAIM", ""),
        factor_claim=claim if value else "",
        factor_value=value,
    )
