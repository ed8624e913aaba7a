# SPDX-License-Identifier: Apache-2.0
"""The least that a separate process needs to write into a ledger: it starts in half a second."""

from __future__ import annotations

import os
from pathlib import Path

from cartulary.registry.keys import django_key
from cartulary.web.databases import database_settings

CARTULARY_HOME = Path(os.environ["CARTULARY_HOME"])
SECRET_KEY = django_key(CARTULARY_HOME)
DATABASES = {"default": database_settings(os.environ.get("CARTULARY_DATABASE", ""), CARTULARY_HOME)}
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "cartulary.registry"]
AUTH_USER_MODEL = "registry.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Europe/Amsterdam"
