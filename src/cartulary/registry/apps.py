# SPDX-License-Identifier: Apache-2.0
"""The registry as a Django app, and what it hooks up when Django starts."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """The app `registry`."""

    name = "cartulary.registry"
    label = "registry"
    verbose_name = "Ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Scope every new connection, and let the worklists follow what is written."""
        import_module("cartulary.registry.within")
        if find_spec("cartulary.registry.worklists") is not None:
            after_write = import_module("cartulary.registry.after_write")
            after_write.follow(import_module("cartulary.registry.worklists").refresh)
