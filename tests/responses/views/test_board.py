"""The pages of the overview: what is kept, chosen, previewed, done, taken back and exported."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaltrack import kept_filters
from evaltrack.documents import sheet_reading
from evaltrack.errors import Refused
from evaltrack.models import KeptFilter, Notification
from responses.models import ActionParty, DeadlineChange, KeyAction
from tests import factories as make
from tests.people import FIVE, five

pytestmark = pytest.mark.django_db

TODAY = make.NOW.date()
PAGE, MOVE, EXPORT = "/follow-up/", "/follow-up/selected/", "/follow-up/export.csv"


@pytest.fixture(autouse=True)
def frozen(time_machine):
    time_machine.move_to(make.NOW, tick=False)


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def staff(office):
    return five(office)


@pytest.fixture
def officer(staff, client):
    client.force_login(staff["officer of the office"])
    return staff["officer of the office"]


@pytest.fixture
def owner(staff):
    return staff["action owner"]


@pytest.fixture
def answer(office):
    evaluation = make.evaluation([office], short_title="Safe water", reference="NV-7")
    response = make.response(evaluation, office=office, state="cleared")
    return make.answer(make.recommendation(evaluation, number="3"), response, decision="accepted")


@pytest.fixture
def action(answer, owner):
    return make.action(answer, text="Publish it.", due=TODAY - timedelta(days=40), lead=owner)


# The page ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", FIVE)
def test_each_finds_the_actions_they_may_see(client, staff, action, who):
    client.force_login(staff[who])
    page = client.get(PAGE, {"all": ""}).content.decode()
    assert ("Publish it." in page) is (who != "officer elsewhere")
    assert ("There is no key action yet" in page) is (who == "officer elsewhere")
    # In the navigation for those who see an office.
    assert (f'href="{PAGE}"' in client.get("/roles/").content.decode()) is (who != "action owner")


@pytest.mark.parametrize("view", ["list", "columns", "months"])
def test_the_number_of_queries_does_not_grow(client, officer, owner, answer, view):
    counts = []
    for count in (1, 3):
        while answer.actions.count() < count:
            made = make.action(answer, due=TODAY + timedelta(days=count), lead=owner)
            ActionParty.objects.create(action=made, name="More", order=2)
        client.get(PAGE, {"view": view})
        with CaptureQueriesContext(connection) as counted:
            assert client.get(PAGE, {"view": view}).content.count(b"Write the guidance") >= count
        counts.append(len(counted))
    assert counts[0] == counts[1] <= 40


def test_a_page_of_the_list_is_light(client, officer, owner, answer):
    for _number in range(60):
        make.action(answer, text="Agree with the committees who keeps the pump. " * 20, lead=owner)
    page = client.get(PAGE, {"all": ""})
    assert page.content.count(b'name="action"') == 50
    assert len(page.content) < 150_000
    packed = client.get(PAGE, {"all": ""}, headers={"Accept-Encoding": "gzip"})
    assert len(packed.content) < 20_000


@pytest.mark.parametrize(
    "query",
    [
        {"office": "x"}, {"office": "999999"}, {"due_from": "31.2.2026"}, {"priority": "-1"}, {"status": "<b>"},
        {"view": "x"}, {"show": "x"}, {"page": "-4"}, {"q": "\x00"}, {"q": "x" * 900}, {"unreported_since": "9999-99-99"},
    ],
)  # fmt: skip
def test_nonsense_in_the_address_is_no_fault(client, officer, action, query):
    assert client.get(PAGE, query).status_code == 200


def test_hostile_text_stays_text(client, officer, answer):
    make.action(answer, text="<script>alert(1)</script>")
    for view in ("list", "columns", "months"):
        assert "<script>alert" not in client.get(PAGE, {"view": view}).content.decode()


# Filters that are kept -----------------------------------------------------------------------------------


def test_what_one_looked_at_last_comes_back(client, officer, staff, action, office):
    client.get(PAGE, {"q": "Publish", "office": office.pk, "page": "1", "nonsense": "x"})
    back = client.get(PAGE)
    assert back.url == f"{PAGE}?q=Publish&office={office.pk}"
    client.get(PAGE, {"all": ""})
    assert client.get(PAGE).status_code == 200
    client.force_login(staff["reader"])
    assert client.get(PAGE).status_code == 200


def test_a_filter_is_kept_under_a_name_and_deleted(client, officer, staff, action):
    client.post(reverse("board_filter_keep"), {"name": " Late  ones ", "query": "show=late&junk=1"})
    kept = KeptFilter.objects.exclude(name="").get()
    assert (kept.name, kept.query) == ("Late ones", "show=late")
    assert 'href="/follow-up/?show=late"' in client.get(PAGE, {"all": ""}).content.decode()
    client.force_login(staff["reader"])
    delete = reverse("board_filter_delete", args=[kept.pk])
    assert client.post(delete).status_code == 404
    client.force_login(officer)
    client.post(delete)
    assert not KeptFilter.objects.exclude(name="").exists()


def test_a_name_that_is_there_becomes_the_new_filter_and_there_is_an_end_to_them(officer):
    for number in range(kept_filters.MOST):
        kept_filters.keep("board", f"{number}", "q=a", by=officer)
    assert kept_filters.keep("board", "3", "q=b", by=officer).query == "q=b"
    with pytest.raises(Refused, match="Delete one first"):
        kept_filters.keep("board", "another", "q=a", by=officer)
    with pytest.raises(Refused, match="too long"):
        kept_filters.keep("board", "3", "q=" + "x" * 2000, by=officer)
    with pytest.raises(Refused, match="Give the filter a name"):
        kept_filters.keep("board", " ", "q=a", by=officer)


# Many at once --------------------------------------------------------------------------------------------


def test_first_a_preview_then_it_is_done(client, officer, action, answer):
    closed = make.action(answer, text="Old.", **make.closed())
    chosen = {"what": "remind", "action": [action.pk, closed.pk]}
    preview = client.post(MOVE, chosen)
    page = preview.content.decode()
    assert "Ask about one key action" in page
    assert "closed: nobody is asked about it any more" in page
    assert not Notification.objects.exists()
    done = client.post(
        MOVE, {"what": "remind", "keys": f"{action.pk} {closed.pk}", "step": "do", "query": "show=late"}
    )
    assert done.url == f"{PAGE}?show=late"
    assert Notification.objects.count() == 1
    said = [str(one) for one in client.get(done.url).context["messages"]]
    assert said == [
        "1 person is asked about 1 key action.",
        "1 was left out: 1 × closed: nobody is asked about it any more",
    ]


def test_all_of_a_filter_in_its_order_and_not_more_than_fit(client, officer, owner, answer, monkeypatch):
    monkeypatch.setattr("responses.views.board_moves.MOST", 2)
    later, late = (make.action(answer, due=TODAY + timedelta(days=days), lead=owner) for days in (-1, -9))
    make.action(answer, due=TODAY + timedelta(days=400), lead=owner)
    preview = client.post(MOVE, {"what": "remind", "whole": "1", "query": "show=open"})
    assert {one.pk for one in preview.context["preview"].doable} == {late.pk, later.pk}
    assert "The filter has 3 key actions. In one go it is the first 2" in preview.content.decode()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"what": "remind"},
        {"what": "delete", "action": "1"},
        {"what": "remind", "action": ["x", "9" * 40]},
    ],
)
def test_without_a_choice_nothing_happens(client, officer, action, data):
    assert client.post(MOVE, data).url == f"{PAGE}?all"
    assert not Notification.objects.exists()


def test_anothers_action_is_not_shown_in_a_preview(client, staff, action):
    client.force_login(staff["officer elsewhere"])
    page = client.post(MOVE, {"what": "remind", "action": action.pk}).content.decode()
    assert "Publish it." not in page


def test_another_lead_is_named_and_taken_back(client, officer, action, owner):
    make.user("Zora Fen")
    data = {
        "what": "reassign",
        "keys": str(action.pk),
        "step": "do",
        "person": "Zora Fen",
        "reason": "He left.",
    }
    client.post(MOVE, data)
    assert action.parties.get().person.name == "Zora Fen"
    assert "You named another lead of one key action." in client.get(PAGE, {"all": ""}).content.decode()
    client.post(reverse("board_undo"))
    assert action.parties.get().person == owner
    assert "You named another lead" not in client.get(PAGE, {"all": ""}).content.decode()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"person": "Zora Fen"}, "This field is required"),
        ({"reason": "x"}, "Name a person or choose an office"),
        ({"person": "Nobody Known", "reason": "x"}, "Nobody with an active account is called"),
    ],
)
def test_what_is_missing_is_said(client, officer, action, fields, says):
    make.user("Zora Fen")
    answered = client.post(MOVE, {"what": "reassign", "keys": str(action.pk), "step": "do", **fields})
    assert answered.status_code == 422
    assert says in answered.content.decode()
    assert action.parties.get().name == "Arlo Quist"


def test_deadlines_are_put_off(client, officer, action):
    data = {
        "what": "extend",
        "keys": str(action.pk),
        "step": "do",
        "until": "30 June 2027",
        "reason": "Rain.",
    }
    client.post(MOVE, data)
    assert DeadlineChange.objects.get().after_text == "30 June 2027"
    assert KeyAction.objects.get().deadline_text == "30 June 2027"


def test_there_is_nothing_to_take_back_twice(client, officer):
    assert client.post(reverse("board_undo")).url == f"{PAGE}?all"


# Export --------------------------------------------------------------------------------------------------


def exported(client, **query):
    answered = client.get(EXPORT, query)
    assert answered.headers["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answered.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_export_holds_exactly_what_is_filtered_in_its_order(client, officer, action, answer):
    make.action(answer, text="=cmd|' /C calc'!A0")
    late, other = exported(client)
    assert late["Text of the key action"] == "Publish it."
    assert other["Text of the key action"] == "'=cmd|' /C calc'!A0"
    (only,) = exported(client, show="late")
    told = {
        name: only[name]
        for name in ("Evaluation", "Recommendation", "Key action", "Lead", "Days late", "Due on")
    }
    assert told == {
        "Evaluation": "NV-7", "Recommendation": "3", "Key action": "3.1", "Lead": "Arlo Quist", "Days late": "40",
        "Due on": "2026-01-21",
    }  # fmt: skip
    assert (only["Common status"], only["What it needs"]) == ("Not reported", "Overdue")


def test_the_export_is_in_the_readers_language_and_for_their_eyes(client, officer, staff, action):
    type(officer).objects.update(language="fr")
    heads = list(exported(client)[0])
    assert heads[0] == "Évaluation"
    client.force_login(staff["officer elsewhere"])
    assert exported(client) == []


def test_the_export_reads_a_piece_at_a_time(client, officer, owner, answer, monkeypatch):
    monkeypatch.setattr("responses.board_export.AT_ONCE", 2)
    made = [make.action(answer, text=f"Do {number}.", lead=owner) for number in range(5)]
    assert [one["Text of the key action"] for one in exported(client)] == [one.text for one in made]


def test_my_work_leads_to_it(client, officer, action):
    assert PAGE in client.get("/").content.decode()


# As an Excel file -----------------------------------------------------------------------------------------


def exported_workbook(client, **query):
    answered = client.get(EXPORT.replace(".csv", ".xlsx"), query)
    assert answered.headers["Content-Disposition"] == 'attachment; filename="follow-up-2026-03-02.xlsx"'
    [sheet] = sheet_reading.read(answered.content).sheets
    rows = sorted({row for row, _column in sheet.cells})
    columns = sorted({column for row, column in sheet.cells if row == 1})
    heads = [sheet.text(1, column) for column in columns]
    return [
        dict(zip(heads, (sheet.text(row, column) for column in columns), strict=True)) for row in rows[1:]
    ]


def test_the_excel_file_has_the_columns_and_rows_of_the_csv(client, officer, action, answer):
    make.action(answer, text="=cmd|' /C calc'!A0")
    for query in ({}, {"show": "late"}):
        plain = [
            {name: value.lstrip("'") for name, value in row.items()} for row in exported(client, **query)
        ]
        assert exported_workbook(client, **query) == plain


def test_a_day_in_the_excel_file_is_a_day(client, officer, action):
    content = client.get("/follow-up/export.xlsx").content
    [sheet] = sheet_reading.read(content).sheets
    due = next(column for (row, column), cell in sheet.cells.items() if row == 1 and cell.text == "Due on")
    assert sheet.cells[2, due].day == action.deadline_due


def test_more_than_an_excel_file_holds_is_refused_with_what_to_do(client, officer, action, monkeypatch):
    monkeypatch.setattr("responses.board_export.MOST_IN_WORKBOOK", 0)
    answered = client.get("/follow-up/export.xlsx", follow=True)
    assert "Search for less, or export as CSV." in answered.content.decode()


def test_the_questions_of_the_excel_file_do_not_grow_with_it(client, officer, owner, answer):
    def questions():
        with CaptureQueriesContext(connection) as captured:
            client.get("/follow-up/export.xlsx")
        return len(captured)

    make.action(answer, lead=owner)
    few = questions()
    for _number in range(3):
        make.action(answer, lead=owner)
    assert questions() == few
