"""Django's settings, made from the schema. The only reader of the environment.

``NARCOWATCH`` is the schema object; entry points take plain values from it.
"""

from __future__ import annotations

import os
from pathlib import Path

from config.invocation import called_as
from config.origin import origin_of
from config.schema import CHECKOUT
from config.tolerance import ready

# Whatever this process and its children write is for their own user, however it comes about.
os.umask(0o077)

BASE_DIR = CHECKOUT
_READY = ready(os.environ, Path.cwd())
NARCOWATCH = _READY.settings
#: What is wrong with the settings: always empty but for the doctor.
SETTINGS_REFUSED = _READY.refused
SETTINGS_ORIGIN = origin_of(os.environ, Path.cwd())
#: How to type the next command.
CALLED_AS = called_as()

DEBUG = NARCOWATCH.debug
SECRET_KEY = _READY.secret
LOG_DIR = NARCOWATCH.data_dir / "log"
_TO_FILE: dict[str, object] = {"class": "logging.NullHandler"}
try:
    # `migrate` makes the data directory. Nothing else does, so that a command given in a wrong
    # folder leaves nothing there.
    if NARCOWATCH.data_dir.is_dir():
        LOG_DIR.mkdir(exist_ok=True, mode=0o700)
        _TO_FILE = {
            "class": "logging.handlers.WatchedFileHandler",
            "filename": str(LOG_DIR / "narcowatch.log"),
            "encoding": "utf-8",
            "delay": True,
            "formatter": "line",
        }
except OSError:  # the doctor names it; no command that writes gets far without the folder
    pass

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
DATABASES = {"default": _READY.database}
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
        for name in ("httpx", "httpcore", "asyncio", "apscheduler", "pymorphy3", "telethon")
    },
}
