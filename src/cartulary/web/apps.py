# SPDX-License-Identifier: Apache-2.0
"""The pages as Django starts them."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages: no tables of their own; the security log begins with them."""

    name = "cartulary.web"
    label = "web"

    def ready(self) -> None:
        """Begin the security log."""
        from cartulary.web.accounts import security_log

        security_log.listen()
