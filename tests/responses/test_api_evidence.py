"""Evidence in the API: listed, attached as a form or as JSON, and read back, by those who may."""

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from evaltrack import stores
from evaltrack.models import StoredFile
from tests import files as samples
from tests.api import PEOPLE, Program, World, error, world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings: LazySettings, tmp_path) -> None:
    settings.STORAGES = {**settings.STORAGES, "default": stores.storage("", tmp_path)}


@pytest.fixture
def there() -> World:
    return world()


def send(program: Program, there: World, content: bytes = b"", name: str = "minutes.pdf"):
    file = SimpleUploadedFile(name, content or samples.pdf())
    data = {"update": there.update.pk, "file": file}
    return Client().post("/api/v1/evidence/", data, headers=program.headers)


def test_a_file_is_attached_listed_and_read_back(there: World) -> None:
    program = there.program("owner")
    made = send(program, there)
    assert made.status_code == 201, made.content
    row = made.json()
    assert (row["name"], row["size"], row["media_type"], row["scan"], row["url"]) == (
        "minutes.pdf", len(samples.pdf()), "application/pdf", "none", None,
    )  # fmt: skip
    assert program.ids(f"evidence/?update={there.update.pk}") == [row["id"]]
    assert program.ids(f"evidence/?evaluation={there.evaluation.pk}&action={there.action.pk}") == [row["id"]]
    answer = program.get(row["download"])
    assert b"".join(answer) == samples.pdf()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="minutes.pdf"'
    assert send(program, there).json()["id"] == row["id"]  # the same again is the same


def test_a_link_is_attached_as_json(there: World) -> None:
    made = there.program("owner").post(
        "evidence/", {"update": there.update.pk, "url": "https://example.org/m"}
    )
    assert (made.status_code, made.json()["name"], made.json()["sha256"]) == (201, "example.org/m", None)


def test_what_is_refused_has_the_one_shape_of_errors(there: World) -> None:
    program = there.program("owner")
    assert error(send(program, there, b"<svg/>", "a.svg"))[:2] == (409, "refused")
    assert error(program.post("evidence/", {"update": there.update.pk, "url": "javascript:1"}))[0] == 409
    assert error(program.post("evidence/", {"update": there.update.pk}))[0] == 400
    assert error(program.post("evidence/", {"update": 999_999, "url": "https://example.org"}))[2] == [
        "update"
    ]
    assert error(program.post("evidence/", {"update": there.update.pk, "file": "text"}))[0] == 400
    StoredFile.objects.all().delete()


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may(there: World, who: str) -> None:
    row = send(there.program("owner"), there).json()
    attaching = {"unit": 201, "officer": 201, "owner": 201, "reader": 403, "nobody": 401}.get(who, 400)
    reading = {"other officer": 404, "stranger": 404, "nobody": 401}.get(who, 200)
    program = there.program(who)
    data = {"update": there.update.pk, "url": "https://example.org"}
    assert program.post("evidence/", data).status_code == attaching
    for path in (f"evidence/{row['id']}/", row["download"]):
        answer = program.get(path)
        assert answer.status_code == reading
        assert not answer.streaming or b"".join(answer)  # which closes it


def test_what_is_not_scanned_yet_is_for_who_attached_it(there: World, settings: LazySettings) -> None:
    settings.CLAMD_URL = "tcp://127.0.0.1:9"
    row = send(there.program("owner"), there).json()
    assert row["scan"] == "waiting"
    assert error(there.program("officer").get(row["download"]))[0] == 403
    StoredFile.objects.update(scan="infected")
    assert error(there.program("owner").get(row["download"]))[0] == 404
