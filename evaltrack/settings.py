"""Settings: one file, everything from the environment (``.env.example`` lists each variable).

Without any variable set, EvalTrack runs in its embedded mode: SQLite, a file broker and mail written to
files, all below ``EVALTRACK_DATA_DIR``.
"""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from evaltrack import scanner, stores
from evaltrack.inbound import source


class Environment(environ.Env):  # type: ignore[misc]
    def bool(self, var: str, default: bool = False) -> bool:
        """A mistake when it is neither yes nor no, where django-environ takes every other word for no."""
        value = self.str(var, default="yes" if default else "no").strip().lower()
        if value not in {"", *self.BOOLEAN_TRUE_STRINGS, "no", "false", "off", "0", "n", "f"}:
            raise ImproperlyConfigured(f"{var} is “{value}”; write yes or no.")
        return value in self.BOOLEAN_TRUE_STRINGS


env = Environment()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("EVALTRACK_DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)


def stored_secret_key(path: Path) -> str:
    """The secret key of the embedded mode: made once, readable by the owner only."""
    if not path.exists():
        # Written beside and linked, so that of several processes at once none reads half a key.
        with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:
            file.write(secrets.token_urlsafe(50))
            file.flush()
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_text().strip()


DEBUG = env.bool("EVALTRACK_DEBUG", default=False)
SECRET_KEY = env.str("EVALTRACK_SECRET_KEY", default="") or stored_secret_key(DATA_DIR / "secret-key")
ALLOWED_HOSTS = env.list("EVALTRACK_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# The address people reach EvalTrack at; links in mails are made from it.
BASE_URL = env.str("EVALTRACK_BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
HTTPS = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "responses",
    "recommendations",
    "evaltrack",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "django_countries",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "knox",
    "rest_framework",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "evaltrack.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "evaltrack.middleware.ReadingMiddleware",
    "evaltrack.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "evaltrack.urls"
WSGI_APPLICATION = "evaltrack.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "evaltrack.web.page_context",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")

# Database -----------------------------------------------------------------------------------------------

SQLITE_OPTIONS = {
    "timeout": 20,
    # A read-then-write transaction that starts deferred fails at once when another writes in between.
    "transaction_mode": "IMMEDIATE",
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
        "PRAGMA mmap_size=134217728; PRAGMA journal_size_limit=27103364; PRAGMA cache_size=-20000;"
    ),
}


def database() -> dict[str, Any]:
    url = env.str("DATABASE_URL", default="")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "db.sqlite3",
            "OPTIONS": SQLITE_OPTIONS,
        }
    settings: dict[str, Any] = env.db_url_config(url)
    if settings["ENGINE"].endswith("sqlite3"):
        settings["OPTIONS"] = SQLITE_OPTIONS
    elif settings["ENGINE"].endswith("postgresql"):
        settings.update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True)
        # A database that does not answer is known as such before the person's browser gives up.
        settings.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
    else:
        raise ImproperlyConfigured("DATABASE_URL: EvalTrack runs on postgres:// or sqlite:// only.")
    return settings


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Cache and jobs -----------------------------------------------------------------------------------------

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    # Rate limits must hold over all processes, so the cache is shared even without Redis.
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "evaltrack_cache"}
}

if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
else:
    from evaltrack import fsbroker

    CELERY_BROKER_URL = fsbroker.URL
    CELERY_BROKER_TRANSPORT_OPTIONS = fsbroker.options(DATA_DIR / "broker")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"

# Mail ---------------------------------------------------------------------------------------------------

EMAIL_URL = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("EVALTRACK_FROM_EMAIL", default="EvalTrack <evaltrack@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Where answers to our mails come in: a mailbox that is polled, or an address that is listened on.
try:
    INBOUND = source.read(env.str("INBOUND_URL", default=""))
except ValueError as error:
    raise ImproperlyConfigured(str(error)) from None
# The address that answers go to. Each mail gets one of its own, with which mail it was behind a +.
INBOUND_ADDRESS: str = env.str("EVALTRACK_INBOUND_ADDRESS", default="").strip()
if INBOUND_ADDRESS and (INBOUND_ADDRESS.count("@") != 1 or "+" in INBOUND_ADDRESS):
    raise ImproperlyConfigured("EVALTRACK_INBOUND_ADDRESS is no address such as reply@example.org.")
# What reads the answers to which mails (``evaltrack.inbound.intake.Reader``).
INBOUND_READERS = ["responses.replies.read"]

# People -------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "evaltrack.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "evaltrack.accounts.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {
    "login_failed": "20/5m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    # The link in a digest: using it, and asking for a new one (the key is the link, and the person).
    "report_link": "300/m/ip,120/m/key",
    "report_link_anew": "20/h/ip,3/d/key",
}
SESSION_COOKIE_AGE = 14 * 24 * 3600
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# What a storey above adds to who may see an evaluation (callables that return a Q for a user and reach).
EVALUATION_INVOLVEMENT = ["responses.permissions.involved_in"]
# What a storey above has against a move of an evaluation (callables that return a sentence or ""), who passes
# on that one was made, and what keeps its recommendations from being changed (a sentence or "").
EVALUATION_HINDRANCES = ["responses.requests.hindrance"]
EVALUATION_FOLLOWERS = ["responses.requests.evaluation_moved"]
RECOMMENDATION_LOCKS = ["responses.wording.lock_recommendations"]
# What a person holds that would lie idle without them, storey by storey (see ``evaltrack.holdings``).
PERSON_HOLDINGS = ["evaltrack.hand_over.own", "responses.holdings.held"]
# What else ends when an account is closed (callables).
ACCOUNT_CLOSED = ["responses.report_links.account_closed"]
# What a person sees of the storeys above, and why (a class as ``evaltrack.access.Sight`` has it).
PERSON_SIGHT = "responses.sight.Sight"
# What goes along when one office is merged into another (``evaltrack.mergers.Companion``).
OFFICE_MERGES = ["responses.merging.COMPANION"]
# What else ``verify_history`` proves unaltered (callables that yield a sentence for each fault).
INTEGRITY_CHECKS = ["responses.snapshots.altered"]
# How long the link in a mail leads who clears a response to its page.
CLEARANCE_LINK_DAYS = env.int("EVALTRACK_CLEARANCE_LINK_DAYS", default=30)
# How long the link in a digest lets its reader report on what they lead.
REPORT_LINK_DAYS = env.int("EVALTRACK_REPORT_LINK_DAYS", default=14)
# What in the links of a mail lets its reader in (patterns): nobody else reads it or keeps it.
MAIL_SECRETS = [r"(?<=/my-actions/link/)[0-9]+\.[\w-]+"]
# What people are told about, storey by storey; and the kinds (codes) whose mail the organisation lets nobody
# switch off, beside those that are so anyway.
NOTIFICATION_KINDS = ["evaltrack.kinds.KINDS", "responses.kinds.KINDS"]
MANDATORY_NOTIFICATIONS = env.list("EVALTRACK_MANDATORY_NOTIFICATIONS", default=[])

# API ----------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "evaltrack.api.schema.Schema",
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.NamespaceVersioning",
    "DEFAULT_VERSION": "v1",
    "ALLOWED_VERSIONS": ["v1"],
    "EXCEPTION_HANDLER": "evaltrack.api.errors.one_error_shape",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": env.str("EVALTRACK_API_RATE", default="600/min")},
}
REST_KNOX = {"TOKEN_TTL": None, "AUTH_HEADER_PREFIX": "Token"}
KNOX_TOKEN_MODEL = "evaltrack.Token"  # noqa: S105  (a model, not a password)
MIGRATION_MODULES = {"knox": None}  # its own table would stand empty beside ours
SPECTACULAR_SETTINGS = {
    "TITLE": "EvalTrack",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "CommonStatus": "recommendations.choices.CommonStatus",
        "Decision": "recommendations.choices.Decision",
        "EvaluationType": "recommendations.choices.EvaluationType",
        "Level": "recommendations.choices.Level",
        "RequestState": "responses.choices.RequestState",
        "Timing": "recommendations.choices.Timing",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "responses.api_matrix.describe_matrix",
    ],
}

# Languages and places -----------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "evaltrack.formats"

# Static files -------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_FOLDER = Path(env.str("EVALTRACK_STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
# The image collects and fingerprints its files when it is built; a checkout serves them as they are.
COLLECTED = env.bool("EVALTRACK_COLLECT", default=(STATIC_FOLDER / "staticfiles.json").exists())
STATIC_ROOT = STATIC_FOLDER if COLLECTED else None
WHITENOISE_USE_FINDERS = not COLLECTED
STORAGES = {
    "default": stores.storage(env.str("FILE_STORE_URL", default=""), DATA_DIR / "files"),
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# Files that people attach ---------------------------------------------------------------------------------

# In megabytes: one file, and all that come with one update.
MAX_UPLOAD_MB = env.int("EVALTRACK_MAX_UPLOAD_MB", default=25)
MAX_UPDATE_MB = env.int("EVALTRACK_MAX_UPDATE_MB", default=100)
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "evaltrack.uploads.BoundedUploadHandler",
]
# The malware scanner; with one, nobody but who attached a file gets it before it was found clean.
CLAMD_URL = scanner.check_address(env.str("CLAMD_URL", default=""))
# Who passes on that malware was found in a file (callables that are given the file, and ``now=``).
INFECTION_FOLLOWERS = ["responses.evidence.found_infected"]

# Security -----------------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = env.bool("EVALTRACK_SSL_REDIRECT", default=False)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from inside, where there is no HTTPS
SECURE_HSTS_SECONDS = env.int("EVALTRACK_HSTS_SECONDS", default=0)
if env.bool("EVALTRACK_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Rate limits count the person's address, not the proxy's.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("EVALTRACK_LOG_LEVEL", default="INFO")},
    # Every step of every PDF as a line of our log helps nobody.
    "loggers": {name: {"level": "WARNING"} for name in ("weasyprint", "fontTools")},
}
# Deployment choices made through the variables above; addresses are unique in any case, by constraint.
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "auth.W004"]
