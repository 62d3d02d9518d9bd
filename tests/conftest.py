"""What every test may ask for."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import redis
from django.conf import LazySettings
from django.core.cache import cache
from django.core.management import call_command
from django.core.servers.basehttp import ServerHandler
from django.core.signals import request_finished, request_started
from django.test.utils import setup_databases, teardown_databases
from django.utils import translation

from tests import chain, services
from tests.services import MailServer, Served

# A busy machine is no fault of the code: what must be fast has a measure of its own.
hypothesis.settings.register_profile("evaltrack", deadline=None)
hypothesis.settings.load_profile("evaltrack")

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses a database, and put the tests in order.

    Browser tests last: Playwright keeps an event loop running in the thread of the tests after it. Of these and
    of the others first what waits for long, so that no process is left alone with it at the end.
    """
    for item in items:
        if _names_database(item) or "django_db_setup" in item.fixturenames:
            item.add_marker("database")
    items.sort(key=lambda item: (_is(item, "browser"), not _is(item, "services")))


def _names_database(item: pytest.Item) -> bool:
    asked = {"db", "transactional_db", "live_server"}.intersection(item.fixturenames)
    return _is(item, "django_db") or bool(asked)


def _is(item: pytest.Item, marker: str) -> bool:
    return item.get_closest_marker(marker) is not None


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores, at most 4: there is always one that waits for a server or a browser."""
    return min((os.cpu_count() or 1) + 1, 4)


def pytest_sessionstart(session: pytest.Session) -> None:
    """French is there on a clean checkout too; once, however many processes run the tests."""
    if not hasattr(session.config, "workerinput"):
        call_command("compilemessages", verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """A test that would need the internet fails at once, in one sentence."""
    connect = socket.socket.connect

    def loopback_only(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in (
            "127.0.0.1",
            "::1",
            "localhost",
        ):
            raise PermissionError(f"A test tried to reach {address[0]}: tests talk to this machine only.")
        connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", loopback_only)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[None]:
    """Between tests with real transactions all tables are emptied, the history as well (see tests/chain.py)."""
    with django_db_blocker.unblock():
        # The plugin makes the database for tests that are marked, not for fixtures of a whole file.
        marked = any(map(_names_database, request.session.items))
        made = [] if marked else setup_databases(verbosity=0, interactive=False, aliases=["default"])
        chain.let_tests_empty_it()
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def no_lasting_connections() -> Iterator[None]:
    """The live server hangs up after each answer.

    The thread of a connection that Chromium keeps open shares the database in memory, and would end during a
    later test, when Django allows no sharing any more.
    """
    cleanup = ServerHandler.cleanup_headers

    def hang_up(self: ServerHandler) -> None:
        cleanup(self)
        self.headers["Connection"] = "close"
        self.request_handler.close_connection = True

    patch = pytest.MonkeyPatch()
    patch.setattr(ServerHandler, "cleanup_headers", hang_up)
    yield
    patch.undo()


@pytest.fixture
def sealed(db: None) -> Iterator[None]:
    """The history is guarded as it is in production: tests that try to empty it are refused too."""
    with chain.guarded():
        yield


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    """What an earlier test did counts against no rate limit."""
    cache.clear()


@pytest.fixture(autouse=True)
def own_language() -> None:
    """A page that an earlier test asked for in French leaves its language behind."""
    translation.deactivate()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real documents and their transcriptions beside the project."""
    folder = services.ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the folder of real documents is not beside the project")
    return folder


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    with services.redis() as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The address of a real, empty Redis-compatible server."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture
def smtp_server(settings: LazySettings) -> Iterator[MailServer]:
    """A real SMTP server that Django sends to, and that keeps what it gets in ``messages``."""
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield server


@pytest.fixture(autouse=True)
def answered(request: pytest.FixtureRequest) -> Iterator[None]:
    """A browser test is over when its server has answered: a page asks by itself, and must not meet a table
    that is being emptied."""
    if "live_server" not in request.fixturenames:
        yield
        return
    under_way: set[object] = set()

    def begun(sender: object, environ: object, **more: object) -> None:
        under_way.add(threading.get_ident())

    def over(sender: object, **more: object) -> None:
        under_way.discard(threading.get_ident())

    request_started.connect(begun)
    request_finished.connect(over)
    yield
    services.wait_until(lambda: not under_way, 20, "the answer to the last request")
    request_started.disconnect(begun)
    request_finished.disconnect(over)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Starts ``manage.py serve`` with these options and environment variables; ends it after the test.

    Its data folder is one in which the tables are made, unless another is given.
    """
    started: list[Served] = []

    def start(*options: str, data: Path | None = None, **how: Any) -> Served:
        started.append(Served(data or services.installed(tmp_path / "data"), *options, **how))
        return started[-1]

    yield start
    for served in started:
        served.close()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, quiet and without its sandbox, which does not run as root."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"{CHROMIUM} is not there: apt install chromium, or say where it is in CHROMIUM")
    # Playwright's event loop runs in the thread of the tests, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": quiet}
