# SPDX-License-Identifier: Apache-2.0
"""The forms of signing in, said plainly: a label above each field and nothing within it."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.core.cache import cache


class Plain:
    """Takes away the words within a field, and the way to a lost password: there is no post."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in ("password", "oldpassword"):
                field.help_text = ""
            if name == "login":
                field.widget.attrs["autofocus"] = True
            if name == "code":
                field.widget.attrs["autofocus"] = True
                field.widget.attrs["autocapitalize"] = "none"


class OnlyOnce:
    """Takes a code once, for as long as a clock that is off could still make it valid."""

    user: Any

    def clean_code(self) -> str:
        """The code, if it is right and was not used before."""
        code: str = super().clean_code()  # type: ignore[misc]
        valid_seconds = (2 * app_settings.TOTP_TOLERANCE + 2) * app_settings.TOTP_PERIOD
        spent = sha256(f"{self.user.pk} {code}".encode()).hexdigest()
        if not cache.add(f"cartulary.code.{spent}", 1, timeout=valid_seconds):
            raise get_adapter().validation_error("incorrect_code")
        return code


class SignIn(Plain, LoginForm):  # type: ignore[misc, unused-ignore]
    """Name and password."""


class Reauthenticate(Plain, ReauthenticateForm):  # type: ignore[misc, unused-ignore]
    """The password once more."""


class ChangePassword(Plain, ChangePasswordForm):  # type: ignore[misc, unused-ignore]
    """The password of now, and the new one twice."""


class SecondFactor(Plain, OnlyOnce, AuthenticateForm):  # type: ignore[misc, unused-ignore]
    """A code of the app, or a recovery code."""


class SecondFactorAgain(Plain, OnlyOnce, ReauthenticateByCodeForm):  # type: ignore[misc, unused-ignore]
    """The same, once more."""


class SetUpApp(Plain, ActivateTOTPForm):  # type: ignore[misc, unused-ignore]
    """The first code of an authenticator app."""
