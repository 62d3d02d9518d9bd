"""The file store, in a folder and in an S3-compatible server: what is kept, once, whole, and as long as needed."""

import io
import logging
import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from evaltrack import files, inspection, previews, stores
from evaltrack.errors import Refused
from evaltrack.models import StoredFile
from responses.models import Evidence
from tests import factories as make
from tests import files as samples

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session")
def s3_url() -> Iterator[str]:
    with samples.s3() as url:
        yield url


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, settings: LazySettings, tmp_path: Path) -> str:
    """The same tests on either store."""
    if request.param == "folder":
        url = f"file://{tmp_path}/a%20b"
    else:
        url = request.getfixturevalue("s3_url").replace(
            "/kept?", f"/{next(make.NUMBER)}/kept?region=eu-west-1&"
        )
    settings.STORAGES = {**settings.STORAGES, "default": stores.storage(url, Path("/nowhere"))}
    return str(request.param)


@pytest.fixture
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    settings.STORAGES = {**settings.STORAGES, "default": stores.storage("", tmp_path)}
    return tmp_path


def kept(content: bytes = b"", name: str = "report.pdf", ago: timedelta = timedelta(0)) -> StoredFile:
    upload = files.Upload(io.BytesIO(content or samples.pdf()), name)
    return files.store(upload, now=timezone.now() - ago)


def attached(row: StoredFile) -> Evidence:
    update = make.action().updates.create(as_of=make.NOW.date(), reported_at=make.NOW)
    return Evidence.objects.create(update=update, file=row, name="report.pdf", added_at=make.NOW)


def older(row: StoredFile) -> None:
    """Two days, for the row and for the bytes."""
    StoredFile.objects.filter(pk=row.pk).update(stored_at=timezone.now() - 2 * files.KEPT)


class TestEitherStore:
    @pytest.fixture(autouse=True)
    def use(self, store: str) -> None:
        self.store = store

    def test_what_is_kept_is_read_again(self) -> None:
        content = samples.pdf()
        row = kept(content)
        assert (row.size, row.media_type) == (len(content), "application/pdf")
        assert row.content.name == f"{row.sha256[:2]}/{row.sha256}"
        with files.read(row) as again:
            assert again.read() == content

    def test_the_same_bytes_are_kept_once(self) -> None:
        first, second = kept(name="a.pdf"), kept(name="b.pdf")
        assert first == second
        assert default_storage.listdir(first.sha256[:2])[1] == [first.sha256]

    def test_bytes_that_were_lost_are_mended_by_the_same_upload(self) -> None:
        row = kept()
        default_storage.delete(row.content.name)
        with pytest.raises(files.MissingError):
            files.read(row)
        assert list(files.faults()) == [f"{row.sha256}: the bytes are gone"]
        kept()
        assert list(files.faults()) == []

    def test_what_nothing_refers_to_goes_after_a_day(self) -> None:
        attached(kept(samples.pdf("red")))
        idle, used = kept(samples.pdf("blue")), kept(samples.pdf("green"))
        attached(used)
        for row in (idle, used):
            older(row)
        assert files.sweep(now=timezone.now()) == 1
        assert not StoredFile.objects.filter(pk=idle.pk).exists()
        assert not default_storage.exists(idle.content.name)
        with files.read(used) as still:
            assert still.read() == samples.pdf("green")

    def test_bytes_that_a_crash_left_without_a_row_go_after_a_day(self) -> None:
        row = kept()
        StoredFile.objects.all().delete()  # what was never committed
        assert files.sweep(now=timezone.now()) == 0
        assert default_storage.exists(row.content.name)
        assert files.sweep(now=timezone.now() + files.KEPT + timedelta(hours=1)) == 1
        assert not default_storage.exists(row.content.name)

    def test_pictures_lie_beside_the_file_and_go_with_it(self) -> None:
        row = kept()
        files.keep_pictures(row, previews.Pictures(b"small", b"large"))
        with files.read_picture(row, large=True) as picture:
            assert picture.read() == b"large"
        older(row)
        files.sweep(now=timezone.now())
        assert default_storage.listdir(row.sha256[:2])[1] == []

    def test_a_file_that_is_found_infected_is_gone_and_does_not_come_back(self) -> None:
        row = kept()
        row.scan, row.scan_says = StoredFile.Scan.INFECTED, "Eicar"
        files.discard_bytes(row)
        row.save()
        assert not default_storage.exists(f"{row.sha256[:2]}/{row.sha256}")
        with pytest.raises(Refused, match="found Eicar in it"):
            kept()
        assert list(files.faults()) == []

    def test_other_bytes_in_the_store_are_found(self, capsys: pytest.CaptureFixture[str]) -> None:
        row = kept()
        call_command("verify_files")
        assert "1 file" in capsys.readouterr().out
        default_storage.delete(row.content.name)
        default_storage.save(row.content.name, io.BytesIO(b"others"))  # type: ignore[arg-type]
        with pytest.raises(CommandError, match="1"):
            call_command("verify_files")
        assert f"FAULT: {row.sha256}: the bytes are others (6 B" in capsys.readouterr().out


def test_what_could_not_be_written_leaves_nothing_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with caplog.at_level(logging.CRITICAL), pytest.raises(Refused, match="the file store does not answer"):
        kept()
    assert [one for one in folder.rglob("*") if one.is_file()] == []
    assert not StoredFile.objects.exists()


def test_a_store_that_cannot_be_reached_is_told_in_a_sentence(
    settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    away = stores.storage("s3://k:s@127.0.0.1:9/evidence?tls=no", Path("/nowhere"))
    settings.STORAGES = {**settings.STORAGES, "default": away}
    with caplog.at_level(logging.CRITICAL), pytest.raises(Refused, match="Try again in a while"):
        kept()
    assert not StoredFile.objects.exists()


def test_half_written_files_are_swept(folder: Path) -> None:
    part = folder / "ab" / f"{stores.PART}xyz"
    part.parent.mkdir()
    part.write_bytes(b"half")
    assert files.sweep(now=timezone.now()) == 0
    assert files.sweep(now=timezone.now() + 2 * files.KEPT) == 1
    assert not part.exists()


def test_what_is_not_ours_in_the_folder_stays(folder: Path) -> None:
    for path in (folder / "README", folder / "ab" / "notes.txt", folder / "other" / ("a" * 64)):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    assert files.sweep(now=timezone.now() + 2 * files.KEPT) == 0
    assert (folder / "ab" / "notes.txt").exists()


def test_too_large_is_refused_before_it_is_read(settings: LazySettings) -> None:
    settings.MAX_UPLOAD_MB = 1
    upload = files.Upload(io.BytesIO(b"only the beginning"), "film.pdf", size=26 * files.MEGABYTE)
    with pytest.raises(Refused, match="too large"):
        files.store(upload, now=timezone.now())


@pytest.mark.parametrize(
    "url",
    [
        "files", "file://host/x", "ftp://a/b", "s3://key:secret@host", "s3:///bucket", "s3://host:x/bucket",
        "s3://host/bucket?acl=public", "file:relative",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_store_stops_the_start(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="FILE_STORE_URL"):
        stores.storage(url, Path("/nowhere"))


@pytest.mark.skipif(
    os.environ.get("TEST_DATABASE", "sqlite") == "sqlite", reason="SQLite has one writer at a time"
)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("who", ["row", "stray"])
def test_what_is_being_stored_is_not_swept_away(folder: Path, who: str) -> None:
    """Someone uploads what the sweep is just about to delete: whoever is first, the bytes are there afterwards."""
    row = kept(ago=2 * files.KEPT)
    if who == "stray":
        StoredFile.objects.all().delete()
    later = timezone.now() + 2 * files.KEPT
    results: list[int] = []

    def sweep() -> None:
        try:
            results.append(files.sweep(now=later))
        finally:
            connection.close()

    sweeper = threading.Thread(target=sweep)
    with transaction.atomic():
        files.store(files.Upload(io.BytesIO(samples.pdf()), "a.pdf"), now=later)
        sweeper.start()
        sweeper.join(1)
    sweeper.join(10)
    assert results == [0]
    with files.read(StoredFile.objects.get(sha256=row.sha256)) as content:
        assert content.read() == samples.pdf()


# Looking into them ---------------------------------------------------------------------------------------


def test_pictures_are_made_of_what_can_be_pictured(folder: Path) -> None:
    photo, text = kept(samples.picture("JPEG", (900, 300)), "a.jpg"), kept(b"Agreed.", "a.txt")
    broken = kept(b"%PDF-1.7 and no more", "b.pdf")
    inspection.inspect(now=timezone.now())
    for row in (photo, text, broken):
        row.refresh_from_db()
    assert [row.preview for row in (photo, text, broken)] == ["made", "none", "failed"]
    with files.read_picture(photo, large=False) as small:
        assert small.read(12)[8:] == b"WEBP"


def test_with_a_scanner_nothing_opens_before_it_was_found_clean(folder: Path, settings: LazySettings) -> None:
    with samples.Scanner() as scanner:
        settings.CLAMD_URL = scanner.url
        row = kept()
        assert (row.scan, files.is_open(row)) == ("waiting", False)
        inspection.inspect(now=timezone.now())
        row.refresh_from_db()
    assert (row.scan, row.preview, files.is_open(row)) == ("clean", "made", True)
    assert scanner.received == [samples.pdf()]


def test_a_scanner_that_is_away_is_asked_again(
    folder: Path, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CLAMD_URL = "tcp://127.0.0.1:9"
    row = kept()
    with caplog.at_level(logging.CRITICAL):
        inspection.inspect(now=timezone.now())
    row.refresh_from_db()
    assert (row.scan, row.preview, bool(row.scan_says)) == ("waiting", "waiting", True)
    with samples.Scanner() as scanner:
        settings.CLAMD_URL = scanner.url
        inspection.inspect(now=timezone.now())
    row.refresh_from_db()
    assert (row.scan, row.scan_says) == ("clean", "")


def test_one_that_cannot_be_checked_does_not_hold_up_the_others(
    folder: Path, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    large, small = kept(samples.pdf("red") + b"\n" * 90_000), kept(samples.pdf("blue"))
    StoredFile.objects.update(scan="waiting")
    now = timezone.now()
    with (
        samples.Scanner(b"INSTREAM size limit exceeded. ERROR\0") as refusing,
        caplog.at_level(logging.CRITICAL),
    ):
        settings.CLAMD_URL = refusing.url
        inspection.inspect(now=now)
    assert len(refusing.received) == 2
    with samples.Scanner() as scanner:
        settings.CLAMD_URL = scanner.url
        inspection.inspect(now=now)
        assert scanner.received == []  # not at once
        inspection.inspect(now=now + 2 * inspection.AGAIN)
    for row in (large, small):
        row.refresh_from_db()
        assert row.scan == "clean"


def test_who_was_killed_while_looking_is_followed_by_another(folder: Path) -> None:
    row, now = kept(), timezone.now()
    StoredFile.objects.update(taken_on_at=now)
    inspection.inspect(now=now + inspection.AGAIN / 2)
    row.refresh_from_db()
    assert row.preview == "waiting"
    inspection.inspect(now=now + 2 * inspection.AGAIN)
    row.refresh_from_db()
    assert row.preview == "made"


def test_what_was_there_before_the_scanner_can_be_scanned(folder: Path, settings: LazySettings) -> None:
    row = kept()
    settings.CLAMD_URL = "tcp://127.0.0.1:9"
    assert files.is_open(row)
    call_command("verify_files", "--scan", verbosity=0)
    row.refresh_from_db()
    assert (row.scan, files.is_open(row)) == ("waiting", False)
