"""The pages of bulk exports: choosing, watching, fetching; and for whom they are."""

import pytest
from django.urls import reverse

from evaltrack.roles import Role
from responses import bulk, prints
from responses.choices import BulkForm, BulkState
from responses.models import BulkExport
from tests import factories as make

pytestmark = pytest.mark.django_db

LIST, NEW = "/exports/", "/exports/new/"
NOW = make.NOW


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def unit(office, client):
    person = make.member(Role.EVALUATION_UNIT, office, "Una Unit")
    client.force_login(person)
    return person


@pytest.fixture(autouse=True)
def printed(monkeypatch):
    monkeypatch.setattr(prints, "current", lambda response, **_how: b"%PDF")


def evaluation(office, title: str, **fields):
    found = make.evaluation([office], title=title, **fields)
    make.response(found, office=office)
    return found


def choose(client, query: str = "", **more):
    data = {"which": "all", "form": BulkForm.ZIP, "language": "en", "title": "Board", **more}
    return client.post(f"{NEW}{query}", data, follow=True)


def page(client, export: BulkExport) -> str:
    return client.get(reverse("export", args=[export.pk])).content.decode()


def test_from_the_list_of_evaluations_to_the_file(client, unit, office):
    evaluation(office, "Wells")
    assert f'href="{NEW}?q=Wells"' in client.get("/evaluations/?q=Wells").content.decode()
    assert "0 of 1 matrices are printed" in choose(client).content.decode()
    bulk.work(now=NOW)
    export = BulkExport.objects.get()
    assert "Ready:" in page(client, export)
    assert reverse("export_file", args=[export.pk]) in client.get(LIST).content.decode()
    answer = client.get(reverse("export_file", args=[export.pk]))
    assert b"".join(answer.streaming_content).startswith(b"PK")
    assert answer["Content-Disposition"] == 'attachment; filename="Board.zip"'
    assert answer["Content-Length"] == str(export.size)
    assert "private" in answer["Cache-Control"]
    again = client.get(reverse("export_file", args=[export.pk]), headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("query", "ticked", "taken"),
    [
        ("", [], ["Ports", "Wells"]),
        ("?q=Wells", [], ["Wells"]),
        ("", ["Ports"], ["Ports"]),
        ("?q=Wells", ["Ports"], []),
    ],
    ids=["all", "what the filter shows", "what is ticked", "ticked, and not shown any more"],
)
def test_what_is_chosen_is_taken(client, unit, office, query, ticked, taken):
    by_title = {title: evaluation(office, title) for title in ("Wells", "Ports")}
    more = {"which": "ticked", "evaluation": [by_title[one].pk for one in ticked]} if ticked else {}
    answer = choose(client, query, **more)
    if not taken:
        assert (answer.status_code, "nothing to print" in answer.content.decode()) == (422, True)
    else:
        items = BulkExport.objects.get().items.order_by("response__evaluation__title")
        assert [one.response.evaluation.title for one in items] == taken


def test_all_are_not_taken_where_some_are_ticked(client, unit, office):
    one = evaluation(office, "Wells")
    answer = choose(client, evaluation=[one.pk])
    assert (answer.status_code, "Choose one of the two" in answer.content.decode()) == (422, True)
    assert not BulkExport.objects.exists()


def test_it_can_be_cancelled_and_its_file_deleted(client, unit, office):
    evaluation(office, "Wells")
    choose(client)
    first = BulkExport.objects.get()
    assert (
        "is cancelled" in client.post(reverse("export_cancel", args=[first.pk]), follow=True).content.decode()
    )
    choose(client, title="Second")
    bulk.work(now=NOW)
    second = BulkExport.objects.get(title="Second")
    remove = reverse("export_remove", args=[second.pk])
    assert "is deleted" in client.post(remove, follow=True).content.decode()
    assert "There is no file" in client.post(remove, follow=True).content.decode()
    assert client.get(reverse("export_file", args=[second.pk])).status_code == 404
    second.refresh_from_db()
    assert second.state == BulkState.GONE


def test_hostile_titles_end_in_no_header_and_no_markup(client, unit, office):
    evaluation(office, "Wells")
    choose(client, title='"; x=\r\nSet-Cookie: a=1 <script>alert(1)</script>')
    bulk.work(now=NOW)
    export = BulkExport.objects.get()
    answer = client.get(reverse("export_file", args=[export.pk]))
    assert b"".join(answer)  # which closes it
    assert "Set-Cookie" not in answer
    assert "\n" not in answer["Content-Disposition"]
    assert "<script>alert" not in page(client, export)


@pytest.mark.parametrize("sent", [{"which": "x"}, {"form": "exe"}, {"language": "xx-nowhere"}])
def test_what_cannot_be_chosen_is_refused(client, unit, office, sent):
    evaluation(office, "Wells")
    assert choose(client, **sent).status_code == 422
    assert not BulkExport.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.EVALUATION_UNIT])
def test_it_is_there_for_the_evaluation_unit_alone(client, office, role):
    client.force_login(make.member(role, office))
    assert (client.get(LIST).status_code, client.get(NEW).status_code) == (403, 403)
    assert choose(client).status_code == 403


def test_another_persons_export_is_behind_no_door(client, unit, office):
    evaluation(office, "Wells")
    choose(client)
    bulk.work(now=NOW)
    export = BulkExport.objects.get()
    client.force_login(make.member(Role.EVALUATION_UNIT, office))
    for name in ("export", "export_file"):
        assert client.get(reverse(name, args=[export.pk])).status_code == 404
    for name in ("export_cancel", "export_remove"):
        assert client.post(reverse(name, args=[export.pk])).status_code == 404
    assert "Board" not in client.get(LIST).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_the_same_number_of_queries(client, unit, office, django_assert_num_queries, count):
    for number in range(count):
        evaluation(office, f"Wells {number}")
    for _each in range(count):
        choose(client)
    bulk.work(now=NOW)
    client.get(LIST)
    with django_assert_num_queries(QUERIES[0]):
        client.get(LIST)
    with django_assert_num_queries(QUERIES[1]):
        client.get(NEW)
    with django_assert_num_queries(QUERIES[2]):
        page(client, BulkExport.objects.first())


QUERIES = (6, 14, 11)
