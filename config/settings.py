"""Django's settings, made from the schema. The only reader of the environment.

``NARCOWATCH`` is the schema object; entry points take plain values from it.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from config.databases import database
from config.loading import load
from config.schema import CHECKOUT
from config.secrets import kept_secret

BASE_DIR = CHECKOUT
NARCOWATCH = load(os.environ, Path.cwd())

DEBUG = NARCOWATCH.debug
try:
    SECRET_KEY = NARCOWATCH.secret_key or kept_secret(NARCOWATCH.data_dir)
    LOG_DIR = NARCOWATCH.data_dir / "log"
    LOG_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    _TO_FILE: dict[str, object] = {
        "class": "logging.handlers.WatchedFileHandler",
        "filename": str(LOG_DIR / "narcowatch.log"),
        "encoding": "utf-8",
        "delay": True,
        "formatter": "line",
    }
except OSError:  # `narcowatch doctor` names it; no command that writes gets far without the folder
    SECRET_KEY = secrets.token_urlsafe(64)
    _TO_FILE = {"class": "logging.NullHandler"}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "config",
    "cases",
    "classifiers",
    "crawlers",
    "channels",
    "index",
    "blocking",
    "review",
    "nightly",
]
DATABASES = {
    "default": database(
        NARCOWATCH.database.url, NARCOWATCH.database.timeout_s, NARCOWATCH.data_dir
    ),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]

AUTH_USER_MODEL = "cases.Person"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": NARCOWATCH.review.min_password_length},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LANGUAGES = [("kk", "Қазақша"), ("ru", "Русский"), ("en", "English")]
LANGUAGE_CODE = NARCOWATCH.review.language
USE_I18N = True
USE_TZ = True
TIME_ZONE = NARCOWATCH.night.timezone

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"},
        "short": {"format": "%(levelname)s %(name)s: %(message)s"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "short", "level": "WARNING"},
        "file": _TO_FILE,
    },
    "root": {"handlers": ["stderr", "file"], "level": "INFO"},
    "loggers": {
        name: {"level": "WARNING"}
        for name in ("httpx", "httpcore", "asyncio", "apscheduler", "pymorphy3")
    },
}
