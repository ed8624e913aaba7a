# SPDX-License-Identifier: Apache-2.0
"""The app's own settings, with a home that is thrown away and passwords that hash at once."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

_home = tempfile.mkdtemp(prefix="cartulary-tests-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["CARTULARY_HOME"] = _home
for name in ("CARTULARY_DEMO", "CARTULARY_TODAY", "CARTULARY_DEBUG", "CARTULARY_TLS"):
    os.environ.pop(name, None)

from cartulary.web.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
