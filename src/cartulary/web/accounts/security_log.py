# SPDX-License-Identifier: Apache-2.0
"""The security log: who came in, who was kept out, and what changed of an account.

Lines go to the logger `cartulary.security`, from there to wherever the server's log goes. A line
names accounts, addresses and pages; never a child, and never what was typed as a password.
"""

from __future__ import annotations

import logging
from typing import Any

from allauth.account import signals as account_signals
from allauth.account.adapter import get_adapter
from allauth.mfa import signals as mfa_signals
from allauth.usersessions.signals import session_client_changed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from cartulary.registry.models import Account

log = logging.getLogger("cartulary.security")


def address_of(request: HttpRequest | None) -> str:
    """Where a request came from, as far as the trusted proxies say."""
    if request is None:
        return "this machine"
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return "an unknown address"


def _came_in(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    log.info("%s signed in from %s", user.get_username(), address_of(request))


def _begin(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    """A session begins in the language that was chosen on the way in, else in the account's."""
    chosen = request.session.get("language")
    if chosen in ("nl", "en") and chosen != user.language:
        user.language = chosen
        user.save(update_fields=["language"])
    request.session["language"] = user.language
    request.session.pop("ended", None)


def _left(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    if user is not None:
        log.info("%s signed out", user.get_username())


def _kept_out(sender: Any, credentials: Any, request: Any = None, **kwargs: Any) -> None:
    """The name is written only when it is somebody's: people type passwords in the wrong field."""
    typed = str(credentials.get("username", ""))
    known = Account.objects.filter(username__iexact=typed).first() if typed else None
    name = known.get_username() if known is not None else "an unknown name"
    log.warning("sign-in refused for %s from %s", name, address_of(request))


def _factor(what: str) -> Any:
    def written(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
        held = kwargs.get("authenticator")
        kind = getattr(held, "type", "second factor")
        log.info("%s of %s %s from %s", kind, user.get_username(), what, address_of(request))

    return written


def _password_changed(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    if user.password_is_one_time:
        user.password_is_one_time = False
        user.save(update_fields=["password_is_one_time"])
    log.info("%s changed their password from %s", user.get_username(), address_of(request))


def _moved(sender: Any, request: Any, from_session: Any, to_session: Any, **kwargs: Any) -> None:
    if from_session.ip != to_session.ip:
        log.warning(
            "session of %s went from %s to %s",
            *(to_session.user.get_username(), from_session.ip, to_session.ip),
        )


# Held here, because a signal keeps only a weak hold of a function.
_FACTOR_LINES = {
    mfa_signals.authenticator_added: _factor("added"),
    mfa_signals.authenticator_removed: _factor("removed"),
    mfa_signals.authenticator_reset: _factor("made anew"),
    mfa_signals.authentication_failed: _factor("refused"),
}


def listen() -> None:
    """Begin to write; once, when the app starts."""
    user_logged_in.connect(_begin, dispatch_uid="cartulary.begin")
    account_signals.user_logged_in.connect(_came_in, dispatch_uid="cartulary.came_in")
    user_logged_out.connect(_left, dispatch_uid="cartulary.left")
    user_login_failed.connect(_kept_out, dispatch_uid="cartulary.kept_out")
    account_signals.password_changed.connect(_password_changed, dispatch_uid="cartulary.password")
    session_client_changed.connect(_moved, dispatch_uid="cartulary.moved")
    for number, (signal, receiver) in enumerate(_FACTOR_LINES.items()):
        signal.connect(receiver, dispatch_uid=f"cartulary.factor{number}")
