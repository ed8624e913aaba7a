# SPDX-License-Identifier: Apache-2.0
"""How allauth behaves here: nobody signs up, nothing is mailed, secrets are kept encrypted."""

from __future__ import annotations

import base64
import time
from functools import cache
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

SIGNED_IN_OR_OUT = ("account/messages/logged_in.txt", "account/messages/logged_out.txt")


class ClosedDoor(DefaultAccountAdapter):  # type: ignore[misc, unused-ignore]
    """No account is made from outside, and no message leaves by e-mail."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": gettext_lazy("This account is closed."),
        "username_password_mismatch": gettext_lazy("That name and password do not go together."),
        "enter_current_password": gettext_lazy("That is not the password you have now."),
        "incorrect_password": gettext_lazy("That is not your password."),
        "incorrect_code": gettext_lazy("That code is not right, or it is no longer valid."),
        "too_many_login_attempts": gettext_lazy(
            "Too many attempts failed. Wait five minutes and try again."
        ),
        "rate_limited": gettext_lazy("Too many attempts failed. Wait five minutes and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always false."""
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not for whoever signed in these last minutes: that was proof enough."""
        request = context.request
        records = get_authentication_records(request, request.user)
        last = max((record.get("at", 0) for record in records), default=0)
        required: bool = super().is_reauthentication_required(app=app, **kwargs)
        return required and time.time() - last > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Home, from where whoever lacks a second factor is led on."""
        return "/"

    def add_message(
        self, request: HttpRequest, level: int, message_template: Any = None, *args: Any, **kw: Any
    ) -> None:
        """Says what was done, but not that somebody signed in: they see that."""
        if message_template not in SIGNED_IN_OR_OUT:
            super().add_message(request, level, message_template, *args, **kw)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sends nothing: this server has no post."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Sends nothing: this server has no post."""


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc, unused-ignore]
    """Keeps the secret of an authenticator app encrypted; the key is not in the database."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("That code is not right, or it is no longer valid."),
    }

    def encrypt(self, text: str) -> str:
        """The secret as the database holds it."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret itself."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_totp_label(self, user: Any) -> str:
        """What the authenticator app shows beside the code."""
        return str(user.get_username())

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Sends nothing: this server has no post."""


@cache
def _cipher() -> Fernet:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"cartulary second factors")
    return Fernet(base64.urlsafe_b64encode(derive.derive(settings.SECRET_KEY.encode())))
