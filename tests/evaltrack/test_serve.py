"""``manage.py serve``: one command starts all, one signal ends all, and nothing is left behind."""

import os
import signal
import socket
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services import Served, free_port, installed, wait_until

pytestmark = [
    pytest.mark.services,
    pytest.mark.own_database,
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc"),
]

Serve = Callable[..., Served]


def process_of(served: Served, words: str) -> int:
    """Its process with these words in its command line (of the web server's two the parent), 0 if there is none."""
    return min((number for number, command in served.descendants().items() if words in command), default=0)


@pytest.mark.parametrize(("asked", "empty"), [(signal.SIGTERM, True), (signal.SIGINT, False)])
def test_starts_on_an_empty_folder_too_and_stops_on_a_signal(
    serve: Serve, tmp_path: Path, asked: signal.Signals, empty: bool
) -> None:
    data = tmp_path / "empty" if empty else installed(tmp_path / "data")
    begun = time.monotonic()
    served = serve(data=data)
    served.wait_ready()
    assert served.status_of("/accounts/login/") == 200
    assert time.monotonic() - begun < 60
    assert served.url in served.said
    assert (served.data / "db.sqlite3").exists()
    assert stat.S_IMODE((served.data / "secret-key").stat().st_mode) == 0o600
    assert {"gunicorn", "worker", "beat"} <= set(" ".join(served.descendants().values()).split())

    served.process.send_signal(asked)
    stopping = time.monotonic()
    assert served.process.wait(10) == 0
    assert time.monotonic() - stopping < 5
    assert served.descendants() == {}
    assert served.read().rstrip().endswith("EvalTrack has stopped.")


def test_a_killed_parent_leaves_nothing_behind_and_the_next_start_succeeds(serve: Serve) -> None:
    served = serve()
    served.wait_ready()
    children = set(served.descendants())
    served.process.kill()
    after = serve(data=served.data)  # at once: it waits for the children of the one that was killed
    wait_until(lambda: children.isdisjoint(served.descendants()), 10, "the end of all children")
    after.wait_ready()
    assert after.status_of("/healthz") == 200


def test_a_child_that_is_killed_is_started_again(serve: Serve) -> None:
    served = serve()
    served.wait_ready()
    worker, web = process_of(served, " worker "), process_of(served, "gunicorn")
    os.kill(worker, signal.SIGKILL)
    os.kill(web, signal.SIGKILL)
    wait_until(
        lambda: "worker ended (killed by signal 9)" in served.read("worker ended", 1), 5, "a word of it"
    )
    wait_until(lambda: process_of(served, " worker ") not in (0, worker), 10, "a new worker")
    wait_until(lambda: process_of(served, "gunicorn") not in (0, web), 10, "a new web server")
    assert served.status_of("/healthz") == 200


def test_a_taken_port_gives_one_line_and_touches_nothing(serve: Serve, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        served = serve(data=tmp_path / "empty", port=port)
        assert served.process.wait(20) == 1
        served.read()
    assert served.said == (
        f"Port {port} on 127.0.0.1 is taken (another EvalTrack?). "
        f"Choose another: make run BIND=127.0.0.1:{port + 1}\n"
    )
    assert not (served.data / "db.sqlite3").exists()


def test_a_second_start_on_the_same_folder_says_so(serve: Serve) -> None:
    first = serve()
    first.wait_ready()
    second = serve(data=first.data)
    assert second.process.wait(20) == 1
    assert second.read() == (
        f"EvalTrack already runs on {first.data} at {first.url} (process {first.process.pid}). "
        "Stop it first, or use another folder: make run EVALTRACK_DATA_DIR=...\n"
    )
    assert first.status_of("/healthz") == 200


@pytest.mark.parametrize("bind", ["8000", "localhost:", ":8000", "localhost:http", "localhost:70000"])
def test_what_is_no_address_is_named(serve: Serve, tmp_path: Path, bind: str) -> None:
    served = serve("--bind", bind, data=tmp_path / "empty")
    assert served.process.wait(20) == 1
    assert (
        served.read() == f"'{bind}' is no address to listen on. Give host and port: --bind 127.0.0.1:8000\n"
    )


def test_the_demo_on_an_open_address_is_warned_of(serve: Serve) -> None:
    port = free_port()
    served = serve("--demo", "--bind", f"0.0.0.0:{port}", port=port)
    served.wait_ready()
    assert "password is published" in served.read("Ctrl-C")


def test_stops_when_the_process_that_started_it_is_killed(serve: Serve, tmp_path: Path) -> None:
    """``make run`` asks for it: make may be killed without a word."""
    served = serve("--stop-with-parent", through=["sh", "-c", '"$@"; exit $?', "sh"])
    served.wait_ready()
    served.process.kill()
    wait_until(lambda: served.descendants() == {}, 10, "the end of all")
