"""Two questions a container platform asks: does the process answer, and can it do its work?"""

from celery.exceptions import CeleryError
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import KombuError

from evaltrack.celery import app

OK = "ok"


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse(OK, content_type="text/plain")


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database is up to date and the broker answers, otherwise 503; each part is named."""
    parts = {"database": database(), "broker": broker()}
    return JsonResponse(parts, status=200 if set(parts.values()) == {OK} else 503)


def database() -> str:
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, ImproperlyConfigured):
        return "does not answer"
    return f"migrations not applied: {len(pending)}" if pending else OK


def broker() -> str:
    try:
        with app.connection_for_write(connect_timeout=2) as link:
            link.ensure_connection(max_retries=1, timeout=2)
    except (OSError, CeleryError, KombuError):
        return "does not answer"
    return OK
