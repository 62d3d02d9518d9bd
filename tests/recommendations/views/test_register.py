"""The pages of a register's import: who sees them, what they show, and what their buttons do."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from evaltrack.models import Office
from evaltrack.roles import Role
from recommendations.choices import ImportState
from recommendations.models import Evaluation, RegisterImport
from recommendations.register import imports
from recommendations.register.defects import Kind
from tests import factories as make
from tests.recommendations.register import NOW, SITE, brought_in, content, row, uploaded

pytestmark = pytest.mark.django_db

LIST = "/registers/"


@pytest.fixture
def head() -> Office:
    return make.office("Head Office")


@pytest.fixture
def unit(head, client):
    person = make.member(Role.EVALUATION_UNIT, head, "Una Unit")
    client.force_login(person)
    return person


def page(client, of: RegisterImport, **query: str) -> str:
    return client.get(reverse("register", args=[of.pk]), query).content.decode()


def press(client, of: RegisterImport, do: str, **more: str):
    return client.post(reverse("register_move", args=[of.pk]), {"do": do, **more}, follow=True)


def send(client, content: bytes, name: str = "register.csv"):
    data = {"file": SimpleUploadedFile(name, content), "profile": make.profile("plain").pk}
    return client.post(LIST, data, follow=True)


def test_from_the_upload_to_the_evaluation(client, unit):
    assert LIST in client.get("/evaluations/").content.decode()
    answer = send(client, content(row(), row(Title="Second", Project_Code="")))
    of = RegisterImport.objects.get()
    assert "is being read" in answer.content.decode()
    imports.work(now=NOW)
    shown = page(client, of)
    assert "Bring in 2 rows" in shown
    assert "RO for the North" in shown
    assert "No project code" in shown
    answer = press(client, of, "begin")
    assert "0 of 2 rows" in answer.content.decode()
    imports.work(now=NOW)
    assert "2 rows were brought in" in page(client, of)
    evaluation = Evaluation.objects.get(title="Second")
    shown = client.get(reverse("evaluation", args=[evaluation.pk])).content.decode()
    assert f'href="{SITE}/report.pdf"' in shown
    assert "Government of Ruritania" in shown
    assert "The row as it was imported" in shown
    assert "of the register" not in shown


def test_two_of_one_project_name_each_other(client, unit):
    brought_in(row(), row(Title="Mid-term evaluation of the wells", File_URL=f"{SITE}/mid.pdf"), by=unit)
    first, second = Evaluation.objects.order_by("pk")
    assert second.title in client.get(reverse("evaluation", args=[first.pk])).content.decode()


def test_defects_are_filtered_and_downloaded(client, unit):
    of = uploaded(row(), row(Title="Second", Project_Code="", Countries_Covered="Atlantis"), by=unit)
    everything, one = page(client, of), page(client, of, kind=Kind.UNKNOWN_COUNTRY)
    assert ("Atlantis" in everything, "The cell is empty" in everything) == (True, True)
    assert ("Atlantis" in one, "The cell is empty" in one) == (True, False)
    answer = client.get(reverse("register_csv", args=[of.pk]), {"kind": Kind.UNKNOWN_COUNTRY})
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("3,Countries Covered,A country that is not known,Atlantis")
    assert "attachment" in answer["Content-Disposition"]


def test_a_formula_in_the_register_is_none_in_the_download(client, unit):
    of = uploaded(row(Countries_Covered="=1+1"), by=unit)
    answer = client.get(reverse("register_csv", args=[of.pk]))
    assert "'=1+1" in b"".join(answer.streaming_content).decode()


def test_what_stands_in_the_register_is_text(client, unit):
    of = uploaded(row(Title="<script>alert(1)</script>", Countries_Covered="<b>Atlantis</b>"), by=unit)
    for query in ({}, {"verdict": "new"}):
        assert "<script>alert" not in page(client, of, **query)
        assert "<b>Atlantis" not in page(client, of, **query)


def test_changes_are_shown_row_by_row(client, unit):
    brought_in(row(), by=unit)
    of = uploaded(row(Donor="Norland"), by=unit)
    shown = page(client, of, verdict="changed")
    assert "<del" in shown
    assert "Norland" in shown


def test_the_same_file_again_has_nothing_to_bring_in(client, unit):
    brought_in(row(), by=unit)
    of = uploaded(row(), by=unit)
    assert "EvalTrack has it all" in page(client, of)
    assert "Nothing in it is new" in press(client, of, "begin").content.decode()


def test_discarded_read_again_and_refused(client, unit):
    of = uploaded(row(), by=unit)
    press(client, of, "again")
    of.refresh_from_db()
    assert of.state == ImportState.WAITING
    assert "is discarded" in press(client, of, "discard").content.decode()
    of = uploaded({"Name": "A", "Colour": "B"}, by=unit)
    assert "does not look like" in page(client, of)


@pytest.mark.parametrize(
    ("name", "sent"), [("x.exe", b"MZ\x00\x01"), ("x.csv", b""), ("x.pdf", b"%PDF-1.7 x")]
)
def test_another_kind_of_file_is_refused_in_the_form(client, unit, name, sent):
    assert send(client, sent, name).status_code == 422
    assert not RegisterImport.objects.exists()


def test_the_file_can_be_had_again(client, unit):
    of = uploaded(row(), by=unit)
    answer = client.get(reverse("register_file", args=[of.pk]))
    assert b"".join(answer.streaming_content) == content(row())


@pytest.mark.parametrize("role", [role for role in Role if role != Role.EVALUATION_UNIT])
def test_it_is_there_for_the_evaluation_unit_alone(client, head, role):
    of = uploaded(row())
    client.force_login(make.member(role, head))
    assert client.get(LIST).status_code == 403
    for name in ("register", "register_csv", "register_file"):
        assert client.get(reverse(name, args=[of.pk])).status_code == 404, name
    assert press(client, of, "begin").status_code == 404
    assert LIST not in client.get("/evaluations/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_the_same_number_of_queries(client, unit, django_assert_num_queries, count):
    rows = [row(Title=f"Evaluation {n}", File_URL=f"{SITE}/{n}.pdf", Project_Code="") for n in range(count)]
    of = brought_in(*rows, by=unit)
    for _each in range(count - 1):
        uploaded(*rows, by=unit)
    client.get(LIST)
    with django_assert_num_queries(QUERIES[0]):
        client.get(LIST)
    with django_assert_num_queries(QUERIES[1]):
        client.get(reverse("register", args=[of.pk]), {"verdict": "new"})
    with django_assert_num_queries(QUERIES[2]):
        client.get(reverse("register", args=[of.pk]))


QUERIES = (14, 12, 12)
