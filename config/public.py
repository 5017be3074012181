"""Django's settings of the process that takes tips and appeals.

It knows its own section and its own database. The record's address is in none of them, and no app
of the record is installed.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from config.databases import INTAKE_FILE, database
from config.loading import load
from config.schema import CHECKOUT

os.umask(0o077)

_ALL = load(os.environ, Path.cwd())
INTAKE = _ALL.intake
PRODUCTION = _ALL.production
DATABASES = {
    "default": database(
        INTAKE.database_url, _ALL.database.timeout_s, _ALL.data_dir, file=INTAKE_FILE
    )
}
TIME_ZONE = _ALL.night.timezone
del _ALL
PLATFORMS = CHECKOUT / "config" / "platforms.toml"

DEBUG = False
#: Nothing is signed with it: forms and numbers use a key that stands in the intake's database.
SECRET_KEY = secrets.token_urlsafe(64)
INSTALLED_APPS = ["django.contrib.staticfiles", "csp", "review.public"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
            ]
        },
    }
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "review.public.door.Door",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "review.public.urls"
ALLOWED_HOSTS = list(INTAKE.hosts)
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

_HTTPS = INTAKE.https
CSRF_COOKIE_NAME = "intake_form"
CSRF_COOKIE_AGE = None
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _HTTPS
CSRF_FAILURE_VIEW = "review.public.errors.forged"
LANGUAGE_COOKIE_NAME = "intake_language"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = INTAKE.max_body_kb * 1_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 50
DATA_UPLOAD_MAX_NUMBER_FILES = 0

LANGUAGES = [("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")]
LANGUAGE_CODE = INTAKE.language
LOCALE_PATHS = [CHECKOUT / "review" / "locale"]
FORMAT_MODULE_PATH = "config.formats"
USE_I18N = True
USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"short": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "short"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # Addresses that are not there, and forms that are refused, are no news: they would fill the
    # log with what strangers write.
    "loggers": {name: {"level": "ERROR"} for name in ("django.request", "django.security")},
}
