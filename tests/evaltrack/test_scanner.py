"""Asking ClamAV: its protocol in good and bad days, and a real daemon where one is installed."""

import io
import socket

import pytest
from django.core.exceptions import ImproperlyConfigured

from evaltrack import scanner
from tests import files as make


def test_what_is_clean_is_sent_whole_and_found_clean() -> None:
    content = b"x" * (scanner.PIECE * 2 + 5)
    with make.Scanner() as there:
        assert scanner.scan(io.BytesIO(content), there.url) == scanner.Verdict(infected=False)
    assert there.received == [content]


def test_what_is_found_is_named() -> None:
    with make.Scanner(b"stream: Win.Test.EICAR_HDB-1 FOUND\0") as there:
        verdict = scanner.scan(io.BytesIO(b"x"), there.url)
    assert verdict == scanner.Verdict(infected=True, found="Win.Test.EICAR_HDB-1")


def test_past_its_limit_its_answer_is_read_though_it_closes() -> None:
    refusing = make.Scanner(b"INSTREAM size limit exceeded. ERROR\0", after=10)
    with refusing, pytest.raises(scanner.Unable, match="size limit exceeded"):
        scanner.scan(io.BytesIO(b"x" * 200_000), refusing.url)


@pytest.mark.parametrize(
    "answer", [b"", b"stream: ", b"stream: OK or so\0", b"HTTP/1.1 400\r\n", b"y" * 10_000]
)
def test_what_is_no_answer_never_counts_as_clean(answer: bytes) -> None:
    with make.Scanner(answer) as there, pytest.raises(scanner.Away):
        scanner.scan(io.BytesIO(b"x"), there.url)


def test_one_that_hangs_is_waited_for_in_vain() -> None:
    with make.Scanner(None) as there, pytest.raises(scanner.Away):
        scanner.scan(io.BytesIO(b"x"), there.url, seconds=0.2)


def test_one_that_is_not_there_is_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for url in (f"tcp://127.0.0.1:{port}", "unix:///nowhere/clamd.ctl"):
        with pytest.raises(scanner.Away):
            scanner.scan(io.BytesIO(b"x"), url)


@pytest.mark.parametrize("url", ["", "tcp://clamd:3310", "unix:///run/clamav/clamd.ctl"])
def test_an_address_of_it(url: str) -> None:
    assert scanner.check_address(url) == url


@pytest.mark.parametrize(
    "url", ["clamd:3310", "tcp://clamd", "tcp://:3310", "tcp://clamd:x", "http://a:1", "unix://run/clamd"]
)
def test_what_is_no_address_stops_the_start(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="CLAMD_URL"):
        scanner.check_address(url)


@pytest.mark.services
def test_a_real_daemon_finds_the_test_file_and_nothing_in_others() -> None:
    if not make.clamd():
        pytest.skip("clamd is not installed: apt-get install clamav-daemon")
    with make.real_clamd() as addresses:
        for url in addresses:
            assert scanner.scan(io.BytesIO(make.pdf()), url) == scanner.Verdict(infected=False)
            found = scanner.scan(io.BytesIO(make.EICAR), url)
            assert found.infected
            assert "Eicar" in found.found
            inside = make.archive(**{"a.txt": make.EICAR.decode()})
            assert scanner.scan(io.BytesIO(inside), url).infected
            with pytest.raises(scanner.Unable, match="size limit"):
                scanner.scan(io.BytesIO(b"x" * 3_000_000), url)
