"""Django's settings, made from the schema. The only reader of the environment.

``NARCOWATCH`` is the schema object; entry points take plain values from it.
"""

from __future__ import annotations

import os
from pathlib import Path

from config.databases import INTAKE_FILE, database
from config.invocation import called_as
from config.origin import origin_of, places_of
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
SETTINGS_PLACES = places_of(os.environ, Path.cwd())
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
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "axes",
    "csp",
    "config",
    "cases",
    "classifiers",
    "crawlers",
    "channels",
    "index",
    "blocking",
    "review",
    "review.public",
    "nightly",
]
DATABASES = {
    "default": _READY.database,
    #: What is sent from outside: the record's processes fetch it from there, nobody brings it.
    "intake": database(
        NARCOWATCH.intake.database_url,
        NARCOWATCH.database.timeout_s,
        NARCOWATCH.data_dir,
        file=INTAKE_FILE,
    ),
}
# Each test run would go through every migration of the record a second time, to no effect.
DATABASES["intake"]["TEST"] = {"MIGRATE": False}
DATABASE_ROUTERS = ["review.public.routing.Apart"]
#: What the public process knows (see ``config.public``).
INTAKE = NARCOWATCH.intake
PLATFORMS = CHECKOUT / "config" / "platforms.toml"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "review.console.context.console",
            ]
        },
    }
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "review.console.door.Doorkeeper",
    "review.api.answers.Answers",
    "review.console.direction.Straight",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "review.console.urls"
ALLOWED_HOSTS = list(NARCOWATCH.review.hosts)
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
LOGIN_URL = "sign_in"

_HTTPS = NARCOWATCH.review.https
_MINUTE, _HOUR = 60, 3600
SESSION_COOKIE_NAME = "narcowatch_session"
SESSION_COOKIE_AGE = int(NARCOWATCH.review.idle_minutes * _MINUTE)
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_NAME = "narcowatch_language"
CSRF_USE_SESSIONS = True
CSRF_FAILURE_VIEW = "review.console.errors.forged"
#: After which a session ends whatever happens in it.
SESSION_MOST = NARCOWATCH.review.session_hours * _HOUR
SECURE_HSTS_SECONDS = 365 * 24 * _HOUR if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
DATA_UPLOAD_MAX_NUMBER_FILES = 2  # a file of answers, and the signature beside it
FILE_UPLOAD_HANDLERS = [
    "review.console.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_FAILURE_LIMIT = NARCOWATCH.review.failures
AXES_COOLOFF_TIME = NARCOWATCH.review.locked_minutes / _MINUTE
AXES_CLIENT_IP_CALLABLE = "review.console.asking.came_from"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "review.console.errors.locked_out"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
OTP_TOTP_ISSUER = "narcowatch"
OTP_TOTP_THROTTLE_FACTOR = 1

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
FORMAT_MODULE_PATH = "config.formats"
USE_TZ = True
TIME_ZONE = NARCOWATCH.night.timezone

#: They say more than anybody reads.
_QUIET = (
    *("axes", "httpx", "httpcore", "asyncio", "apscheduler", "fontTools", "pymorphy3", "telethon"),
    "weasyprint.progress",
)
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
    "loggers": {name: {"level": "WARNING"} for name in _QUIET},
}
