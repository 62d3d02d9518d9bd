"""How the settings differ under test: nothing outside a temporary folder, and nothing slow.

``TEST_DATABASE=postgres`` runs the tests on a PostgreSQL of their own, ``TEST_DATABASE=postgres://...`` on that one.
"""

import os

from tests import services

for name in (
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "INBOUND_URL",
    "EVALTRACK_INBOUND_ADDRESS",
    "FILE_STORE_URL",
    "CLAMD_URL",
    "EVALTRACK_BASE_URL",
    "EVALTRACK_HOSTS",
    "EVALTRACK_DEBUG",
):
    os.environ.pop(name, None)
os.environ["EVALTRACK_DATA_DIR"] = str(services.folder() / "data")
os.environ["EVALTRACK_SECRET_KEY"] = "only for tests, and long enough to sign what tests have to sign"
if os.environ.get("TEST_DATABASE", "sqlite") != "sqlite":
    os.environ["DATABASE_URL"] = services.postgres(os.environ["TEST_DATABASE"])

from evaltrack.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Every test client looks through all 470 static files otherwise, before its first request.
WHITENOISE_AUTOREFRESH = True
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, str] = {}
