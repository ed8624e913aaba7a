# SPDX-License-Identifier: Apache-2.0
"""What `cartulary doctor` sees of the headers: of the app itself, and through the proxy."""

from __future__ import annotations

import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import IO
from urllib.parse import urlsplit

from cartulary.cli.doctor_finding import Finding, good, unasked, wrong
from cartulary.course.errors import CartularyError

PAGE = "/account/login/"
WAIT_SECONDS = 10
LEAST_DAYS = 14


class AddressError(CartularyError):
    """An address that cannot be looked at."""


def from_inside() -> Iterator[Finding]:
    """The headers that the app gives, asked within this process."""
    from django.conf import settings
    from django.test import Client

    host = next((host for host in settings.ALLOWED_HOSTS if not host.startswith("*")), "localhost")
    answer = Client(headers={"host": host.lstrip(".")}).get(PAGE, secure=True)
    yield from _judged("headers of the app", answer.headers, tls=settings.CARTULARY_TLS)


def from_outside(address: str) -> Iterator[Finding]:
    """The headers and the certificate as the ward sees them."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise AddressError(
            f"{address!r} is no address of a page. It has to begin with https:// and name a host. "
            "Give it as the ward types it."
        )
    if parts.scheme == "http":
        yield wrong(
            "address",
            address,
            "It is without TLS.",
            "Give the https address; the proxy should send http there.",
        )
        return
    try:
        with _opener().open(address.rstrip("/") + PAGE, timeout=WAIT_SECONDS) as answer:
            yield from _judged("headers through the proxy", dict(answer.headers), tls=True)
        yield _certificate(parts.hostname, parts.port or 443)
        yield _plain(parts.hostname)
    except (urllib.error.URLError, OSError, ssl.SSLError) as error:
        yield wrong(
            "address",
            f"{address} does not answer ({type(error).__name__})",
            "The ward cannot reach the app, or its certificate is not trusted.",
            "Open it in a browser of the ward, and look at the proxy's log.",
        )


def _judged(subject: str, headers: Mapping[str, str], *, tls: bool) -> Iterator[Finding]:
    held = {name.lower(): value for name, value in headers.items()}
    policy = held.get("content-security-policy", "")
    faults = []
    if "default-src 'self'" not in policy or "unsafe" in policy:
        faults.append("Content-Security-Policy is not strict")
    if held.get("x-frame-options", "").upper() != "DENY":
        faults.append("X-Frame-Options is not DENY")
    if held.get("x-content-type-options", "") != "nosniff":
        faults.append("X-Content-Type-Options is not nosniff")
    if "no-store" not in held.get("cache-control", ""):
        faults.append("Cache-Control lets a browser keep pages")
    if tls and "max-age=" not in held.get("strict-transport-security", ""):
        faults.append("Strict-Transport-Security is missing")
    yield (
        wrong(
            subject,
            "; ".join(faults),
            "Each of them keeps a foreign page or a shared browser from a child's record.",
            "Let the proxy pass the app's headers on as they are, and set none of its own.",
        )
        if faults
        else good(subject, "strict")
    )
    if not tls:
        yield unasked(f"HSTS in {subject}", "asked only with TLS")


def _certificate(host: str, port: int) -> Finding:
    context = ssl.create_default_context()
    with (
        socket.create_connection((host, port), timeout=WAIT_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=host) as sealed,
    ):
        told = sealed.getpeercert() or {}
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told["notAfter"])), tz=UTC)
    days = (ends - datetime.now(UTC)).days  # noqa: TID251 - a certificate runs by the true clock
    if days < LEAST_DAYS:
        return wrong(
            "certificate",
            f"valid for {days} more days",
            "After that no browser of the ward opens the app.",
            "See why the proxy did not renew it.",
        )
    return good("certificate", f"valid for {days} more days")


def _plain(host: str) -> Finding:
    """Whether http leads to https and nowhere else."""
    try:
        with _opener().open(f"http://{host}{PAGE}", timeout=WAIT_SECONDS) as answer:
            status, place = answer.status, ""
    except urllib.error.HTTPError as error:
        status, place = error.code, error.headers.get("Location", "")
    except OSError:
        return good("without TLS", "nothing answers")
    if status in (301, 302, 307, 308) and place.startswith("https://"):
        return good("without TLS", "led to https")
    return wrong(
        "without TLS",
        f"http answers with {status}",
        "Somebody who types the name alone signs in without TLS.",
        "Let the proxy send http to https.",
    )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: where a request is sent is what is looked at."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: object,
        newurl: str,
    ) -> None:
        return None


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_NoRedirect)
