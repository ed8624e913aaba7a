# SPDX-License-Identifier: Apache-2.0
"""The settings of the web app: safe as they stand, changed by a few environment variables.

CARTULARY_HOME      folder of the ledger and its keys (default: cartulary-home, here)
CARTULARY_DATABASE  postgresql://user:password@host:port/name; without it SQLite in the home
CARTULARY_HOSTS     names under which the app is reached, with commas between them
CARTULARY_TLS       1 when a proxy before it ends TLS: secure cookies and HSTS
CARTULARY_PROXIES   how many proxies stand before it (default: 1 with TLS, else 0): whose word on
                    where a request came from is taken
CARTULARY_TIME_ZONE where the centre is (default: Europe/Amsterdam)
CARTULARY_OIDC_...  single sign-on: see cartulary.web.accounts.single_sign_on
CARTULARY_DEMO      1 in a demo; only then CARTULARY_TODAY, the date it pretends, is honoured
CARTULARY_DEBUG     1 for developers; never in a hospital, and `cartulary doctor` says so
"""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy

from cartulary.registry.keys import django_key
from cartulary.web.accounts.single_sign_on import single_sign_on
from cartulary.web.databases import database_settings

WEB = Path(__file__).parent

CARTULARY_HOME = Path(os.environ.get("CARTULARY_HOME", "cartulary-home")).resolve()
CARTULARY_DEMO = os.environ.get("CARTULARY_DEMO") == "1"
CARTULARY_TODAY = os.environ.get("CARTULARY_TODAY") if CARTULARY_DEMO else None
CARTULARY_TLS = os.environ.get("CARTULARY_TLS") == "1"
CARTULARY_SSO = single_sign_on(os.environ)

DEBUG = os.environ.get("CARTULARY_DEBUG") == "1"
# Schedules of follow-up by id, with commas between them; none named means the ledger's defaults.
CARTULARY_SCHEDULES = tuple(
    name.strip() for name in os.environ.get("CARTULARY_SCHEDULES", "").split(",") if name.strip()
)
SECRET_KEY = django_key(CARTULARY_HOME)
ALLOWED_HOSTS = [
    host.strip()
    for host in os.environ.get("CARTULARY_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
    if host.strip()
]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if CARTULARY_TLS else []

DATABASES = {"default": database_settings(os.environ.get("CARTULARY_DATABASE", ""), CARTULARY_HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ATOMIC_REQUESTS = False

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_htmx",
    "cartulary.registry",
    "cartulary.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "cartulary.web.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cartulary.web.middleware.SessionLimitMiddleware",
    "cartulary.web.middleware.AccessMiddleware",
    "cartulary.web.middleware.NoStoreMiddleware",
]

ROOT_URLCONF = "cartulary.web.urls"
WSGI_APPLICATION = "cartulary.web.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [WEB / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "cartulary.web.context.shell",
            ],
        },
    }
]

# --- who comes in ------------------------------------------------------------------------------

AUTH_USER_MODEL = "registry.Account"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/account/login/"
ACCOUNT_ADAPTER = "cartulary.web.accounts.adapter.ClosedDoor"
SOCIALACCOUNT_ADAPTER = "cartulary.web.accounts.known_people.KnownPeopleOnly"
SOCIALACCOUNT_PROVIDERS = CARTULARY_SSO.providers() if CARTULARY_SSO else {}
ACCOUNT_FORMS = {
    "login": "cartulary.web.accounts.forms.SignIn",
    "reauthenticate": "cartulary.web.accounts.forms.Reauthenticate",
    "change_password": "cartulary.web.accounts.forms.ChangePassword",
}
MFA_FORMS = {
    "authenticate": "cartulary.web.accounts.forms.SecondFactor",
    "reauthenticate": "cartulary.web.accounts.forms.SecondFactorAgain",
    "activate_totp": "cartulary.web.accounts.forms.SetUpApp",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
# A session ends with the browser, and by the limits below in any case.
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
CARTULARY_PROXIES = int(os.environ.get("CARTULARY_PROXIES", "1" if CARTULARY_TLS else "0"))
ALLAUTH_TRUSTED_PROXY_COUNT = CARTULARY_PROXIES
MFA_ADAPTER = "cartulary.web.accounts.adapter.SealedFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A clock on the ward may be half a minute off.
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Cartulary"
# Without TLS a browser offers passkeys at localhost alone, which is where one tries things.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not CARTULARY_TLS
# SessionLimitMiddleware notes activity once a minute; at every request is a write too many.
USERSESSIONS_TRACK_ACTIVITY = False

# --- sessions ----------------------------------------------------------------------------------

SESSION_IDLE_SECONDS = 20 * 60
SESSION_ABSOLUTE_SECONDS = 12 * 60 * 60
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CARTULARY_TLS
# With TLS the browser itself holds the cookie to this host alone.
SESSION_COOKIE_NAME = "__Host-cartulary" if CARTULARY_TLS else "cartulary_session"
CSRF_COOKIE_SECURE = CARTULARY_TLS
CSRF_COOKIE_NAME = "__Host-cartulary-form" if CARTULARY_TLS else "cartulary_form"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "cartulary.web.refusals.csrf_failure"

# --- what the browser is told ------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF, *([CARTULARY_SSO.origin] if CARTULARY_SSO else [])],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if CARTULARY_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True

# --- words and files ---------------------------------------------------------------------------

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", gettext_lazy("Dutch")), ("en", gettext_lazy("English"))]
LOCALE_PATHS = [WEB / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("CARTULARY_TIME_ZONE", "Europe/Amsterdam")

STATIC_URL = "/static/"
STATICFILES_DIRS = [
    WEB / "static",
    ("fonts", WEB.parent / "reports" / "fonts"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "cartulary.web.static_versions.Versioned"},
}
MEDIA_ROOT = CARTULARY_HOME / "files"
WHITENOISE_USE_FINDERS = True
# An address changes with its file, except in a style sheet, which names fonts that do not change.
WHITENOISE_MAX_AGE = 30 * 24 * 60 * 60

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# In files, so that all workers count the same failed sign-ins.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": CARTULARY_HOME / "cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# The security log is a file in the home, and in the server's own log as well; a command that an
# administrator of the machine types keeps its terminal clean.
CARTULARY_SERVING = os.environ.get("CARTULARY_SERVING") == "1"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "cartulary.web.log_line.OneLine",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "security": {
            "class": "cartulary.web.log_line.PrivateFile",
            "formatter": "line",
            "filename": CARTULARY_HOME / "security.log",
            "encoding": "utf-8",
            "delay": True,
        },
    },
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING"},
        "cartulary": {"handlers": ["stderr"], "level": "INFO"},
        "cartulary.security": {
            "handlers": ["security", "stderr"] if CARTULARY_SERVING else ["security"],
            "level": "INFO",
            "propagate": False,
        },
    },
}
