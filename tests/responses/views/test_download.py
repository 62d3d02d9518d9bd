"""Taking a matrix away: every choice of the page, for whoever may see the response."""

import io
import json
import zipfile

import pytest
from django.urls import reverse

from evaltrack.documents import docx
from evaltrack.roles import Role
from responses.choices import SnapshotKind
from responses.matrix.readers import files
from responses.matrix.word_form import Property
from responses.models import Handout
from responses.snapshots import take
from tests import factories as make
from tests.responses.clearances import World

pytestmark = pytest.mark.django_db

MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


@pytest.fixture
def world() -> World:
    return World()


def page(client, world, person, **asked):
    client.force_login(person)
    return client.get(reverse("download", args=[world.response.pk]), asked)


def fetched(client, world, person, **asked):
    client.force_login(person)
    return client.get(reverse("download_file", args=[world.response.pk]), asked)


def test_the_page_offers_every_format_version_and_language(client, world):
    world.clear_all()
    text = page(client, world, world.coordinator).content.decode()
    for name in MEDIA_TYPES:
        assert f'value="{name}"' in text
    for version in ("As it stands now", "Version 1", "Version 1, draft 1"):
        assert f">{version}</option>" in text
    assert '<option value="en" selected>English</option>' in text
    assert '<option value="fr">French</option>' in text
    assert 'method="get"' in text


@pytest.mark.parametrize("name", MEDIA_TYPES)
def test_each_format_comes_as_a_file_of_its_kind(client, world, name):
    reply = fetched(client, world, world.coordinator, format=name)
    assert reply["Content-Type"] == MEDIA_TYPES[name]
    assert reply["Content-Disposition"] == f'attachment; filename="{world.evaluation.reference}.{name}"'
    read = files.read(reply.content, f"matrix.{name}").matrix
    assert read.evaluation.title == world.evaluation.title
    assert read.recommendations[0].response.narrative == "Agreed."


def test_an_address_that_says_nothing_gives_the_word_file(client, world):
    assert (
        docx.read(fetched(client, world, world.coordinator).content).properties[Property.FORM] == "iom-matrix"
    )


def test_a_version_comes_as_it_was_frozen_and_says_so_in_its_name(client, world):
    world.clear_all()
    frozen = world.response.snapshots.get(label="1")
    world.evaluation.recommendations.update(text="Changed since.")
    reply = fetched(client, world, world.coordinator, format="docx", version=frozen.pk)
    assert reply["Content-Disposition"].endswith(f'{world.evaluation.reference}-v1.docx"')
    assert "Changed since." not in str(docx.read(reply.content))
    assert "Clearance of version 1" in str(docx.read(reply.content))


@pytest.mark.parametrize(
    ("contents", "narrative", "has_status"),
    [("all", "Agreed.", True), ("promised", "Agreed.", False), ("blank", None, True)],
)
def test_what_is_in_it_is_chosen(client, world, contents, narrative, has_status):
    reply = fetched(client, world, world.coordinator, format="docx", contents=contents)
    assert files.read(reply.content, "x.docx").matrix.recommendations[0].response.narrative == narrative
    assert ("Comments or action taken" in str(docx.read(reply.content))) is has_status


def test_the_words_of_the_form_are_in_the_language_chosen(client, world):
    said = str(docx.read(fetched(client, world, world.coordinator, language="fr").content))
    assert "Recommandation de l’évaluation" in said
    assert docx.read(fetched(client, world, world.coordinator, language="fr").content).language == "en"


@pytest.mark.parametrize(
    "asked",
    [
        {"format": "exe"},
        {"version": "999999"},
        {"contents": "half"},
        {"language": "tlh"},
        {"version": "x\r\ny"},
    ],
)
def test_what_is_not_on_offer_brings_the_page_back_with_the_reason(client, world, asked):
    reply = fetched(client, world, world.coordinator, **asked)
    assert reply.status_code == 400
    assert "is not one of the available choices" in reply.content.decode()


def test_a_version_of_another_response_is_not_on_offer(client, world):
    frozen = take(make.response(), SnapshotKind.SUBMITTED, submission=1, now=make.NOW, by=None)
    assert fetched(client, world, world.coordinator, version=frozen.pk).status_code == 400


@pytest.mark.parametrize("address", ["download", "download_file"])
def test_who_may_not_see_the_response_finds_nothing(client, world, address):
    world.evaluation.confidential = True
    world.evaluation.save()
    client.force_login(make.member(Role.READER, world.here))
    assert client.get(reverse(address, args=[world.response.pk])).status_code == 404


# What comes back --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["docx", "xlsx", "csv"])
def test_a_file_to_fill_in_is_known_when_it_comes_back(client, world, name):
    reply = fetched(client, world, world.coordinator, format=name, contents="promised")
    given = Handout.objects.get()
    assert (given.response, given.format, given.by) == (world.response, name, world.coordinator)
    assert files.read(reply.content, f"x.{name}").handout == given.token


@pytest.mark.parametrize("name", ["pdf", "json"])
def test_what_nobody_fills_in_is_not(client, world, name):
    fetched(client, world, world.coordinator, format=name)
    assert not Handout.objects.exists()


def test_nor_is_what_somebody_takes_who_may_write_nothing(client, world):
    reader = make.member(Role.READER, world.here)
    assert "knows where it came from" not in page(client, world, reader).content.decode()
    assert "knows where it came from" in page(client, world, world.coordinator).content.decode()
    reply = fetched(client, world, reader, format="docx")
    assert files.read(reply.content, "x.docx").handout == ""
    assert not Handout.objects.exists()


def test_who_downloads_twice_has_the_same_file(client, world):
    first, second = (fetched(client, world, world.coordinator, format="docx").content for _time in range(2))
    assert first == second


def test_the_number_of_queries_does_not_grow_with_the_versions(client, world, django_assert_max_num_queries):
    world.clear_all()
    page(client, world, world.coordinator)
    with django_assert_max_num_queries(25) as few:
        page(client, world, world.coordinator)
    world.move("revise", world.coordinator)
    world.clear_all()
    with django_assert_max_num_queries(len(few)):
        page(client, world, world.coordinator)


def test_no_file_refers_to_anything_outside_but_links(client, world):
    world.response.overall_comment = "See [the plan](https://example.org/plan) and file:///etc/passwd."
    world.response.save()
    content = fetched(client, world, world.coordinator, format="docx").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        relations = "".join(archive.read(one).decode() for one in archive.namelist() if one.endswith(".rels"))
    assert relations.count('TargetMode="External"') == relations.count("https://example.org/plan") == 1
    assert "file:" not in relations


def test_the_json_is_the_matrix(client, world):
    data = json.loads(fetched(client, world, world.coordinator, format="json").content)
    assert data["evaluation"]["title"] == world.evaluation.title
