"""Entering recommendations: pasted, looked over, mended, saved; nothing saved before, nothing lost on the way."""

import pytest
from django.urls import reverse

from recommendations import results
from recommendations.drafts import MOST
from tests import factories as make
from tests.people import five

pytestmark = pytest.mark.django_db

LIST = """Recommendation 1: Strengthen the handover of water points.
a) write it down
b) go back after three months

Recommendation 2: Revise the training manual.
Rationale: it is eleven years old.
Priority: high

Recommendation 4: Publish the price survey.
"""


@pytest.fixture(autouse=True)
def frozen(time_machine):
    time_machine.move_to(make.NOW)


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def people(office):
    return five(office)


@pytest.fixture
def evaluation(office, people):
    return make.evaluation([office], title="River ports")


@pytest.fixture
def officer(client, people):
    client.force_login(people["officer of the office"])
    return people["officer of the office"]


@pytest.fixture
def url(evaluation):
    return reverse("recommendations_paste", args=[evaluation.pk])


def rows(*drafts, do="save", present=0, **values):
    """A preview as it is posted back; each draft is a dict of its fields."""
    posted = {
        "rows-TOTAL_FORMS": len(drafts),
        "rows-INITIAL_FORMS": 0,
        "present": present,
        "do": do,
        **values,
    }
    for index, draft in enumerate(drafts):
        posted |= {f"rows-{index}-{name}": value for name, value in draft.items()}
    return posted


def shown_rows(response):
    """The rows of the preview as they would be posted back."""
    formset = response.context["formset"]
    return [{name: form[name].value() or "" for name in ("number", "text", "sub_points")} for form in formset]


def test_a_pasted_list_is_shown_as_rows_and_nothing_is_saved(client, officer, evaluation, url):
    response = client.post(url, {"text": LIST, "do": "read"})
    forms = list(response.context["formset"])
    assert [form["number"].value() for form in forms] == ["1", "2", "4"]
    assert forms[0]["text"].value() == "Strengthen the handover of water points."
    assert forms[0]["sub_points"].value() == "- write it down\n- go back after three months"
    assert (forms[1]["rationale"].value(), forms[1]["priority"].value()) == ("it is eleven years old.", "1")
    page = response.content.decode()
    assert "3 rows. Nothing is saved yet." in page
    assert forms[2]["doubts"].value() in page
    assert forms[2]["doubts"].value()
    assert not evaluation.recommendations.exists()


def test_a_priority_that_the_form_does_not_have_becomes_a_doubt(client, officer, url):
    response = client.post(
        url, {"text": "1. Do it.\nPriority: urgent\n2. Do that.\nPriority: 2 by May", "do": "read"}
    )
    first, second = response.context["formset"]
    assert (first["priority"].value(), second["priority"].value()) == ("", "2")
    assert "“urgent” is not on the scale" in first["doubts"].value()
    assert "printed as “2 by May”" in second["doubts"].value()


@pytest.mark.parametrize("text", ["", "  \n "])
def test_nothing_pasted_is_said(client, officer, url, text):
    response = client.post(url, {"text": text, "do": "read"})
    assert response.status_code == 422
    assert "This field is required." in response.content.decode()


def test_too_many_at_once_are_said_and_the_text_stays(client, officer, url):
    text = "\n".join(f"{number}. Do the thing." for number in range(1, MOST + 2))
    response = client.post(url, {"text": text, "do": "read"})
    page = response.content.decode()
    assert response.status_code == 422
    assert f"{MOST + 1} recommendations were found; at most {MOST}" in page
    assert f"{MOST + 1}. Do the thing." in page


def test_looked_over_rows_are_saved_and_lead_on(client, officer, evaluation, url):
    then = reverse("response_new", args=[evaluation.pk])
    posted = rows(
        {"number": "1", "text": "Improve.", "sub_points": "- a", "rationale": "Because.", "priority": "2",
         "directed_to": "HQ", "timeline": "June 2026"},
        {"number": "2", "text": "Never mind.", "DELETE": "on"},
        {},
        next=then,
    )  # fmt: skip
    response = client.post(url, posted)
    assert response.url == then
    (saved,) = evaluation.recommendations.present()
    assert (saved.text, saved.rationale, saved.priority, saved.directed_to) == (
        "Improve.",
        "Because.",
        2,
        "HQ",
    )
    assert saved.timeline_text == "June 2026"
    assert results.sub_points_as_text(saved) == "- a"


def test_what_was_read_is_saved_as_it_was_read(client, officer, evaluation, url):
    read = client.post(url, {"text": LIST, "do": "read"})
    names = ("number", "text", "sub_points", "rationale", "directed_to", "timeline", "priority", "doubts")
    again = [{name: form[name].value() or "" for name in names} for form in read.context["formset"]]
    client.post(url, rows(*again))
    assert [(one.number, one.text) for one in evaluation.recommendations.present()] == [
        ("1", "Strengthen the handover of water points."),
        ("2", "Revise the training manual."),
        ("4", "Publish the price survey."),
    ]


def test_the_other_form_of_matrix_asks_for_responsible_units_and_no_priority(client, officer, office):
    evaluation = make.evaluation([office], profile_slug="iom-2022")
    url = reverse("recommendations_paste", args=[evaluation.pk])
    client.post(url, rows({"text": "Improve.", "responsible_text": "Water unit"}))
    assert evaluation.recommendations.get().responsible_text == "Water unit"
    fields = set(client.get(url + "?rows").context["formset"][0].fields)
    assert "responsible_text" in fields
    assert not {"directed_to", "priority"} & fields


def test_rows_are_merged_parted_and_added_with_everything_else_kept(client, officer, evaluation, url):
    two = ({"number": "1", "text": "One."}, {"number": "2", "text": "Two.\n\nThree."})
    merged = client.post(url, rows(*two, do="merge-1"))
    assert shown_rows(merged) == [{"number": "1", "text": "One.\n\nTwo.\n\nThree.", "sub_points": ""}]
    parted = client.post(url, rows(*two, do="split-1"))
    assert [row["text"] for row in shown_rows(parted)] == ["One.", "Two.", "Three."]
    added = client.post(url, rows(*two, do="add"))
    assert [row["text"] for row in shown_rows(added)] == ["One.", "Two.\n\nThree.", ""]
    assert not evaluation.recommendations.exists()


def test_a_row_that_cannot_be_parted_says_so_where_it_stands(client, officer, url):
    response = client.post(url, rows({"text": "One."}, {"text": "Two."}, do="split-1"))
    page = response.content.decode()
    assert response.status_code == 422
    assert page.index("Row 2") < page.index("Put a blank line where")
    assert [row["text"] for row in shown_rows(response)] == ["One.", "Two."]


def test_rows_left_out_stay_left_out_while_others_are_mended(client, officer, url):
    response = client.post(url, rows({"text": "One.", "DELETE": "on"}, {"text": "Two."}, do="add"))
    assert [form["DELETE"].value() for form in response.context["formset"]] == [True, False, False]


@pytest.mark.parametrize("do", ["merge-0", "merge-9", "merge-x", "split-7", "split-", "look", "", "nonsense"])
def test_a_button_for_a_row_that_is_not_there_changes_nothing(client, officer, url, do):
    response = client.post(url, rows({"text": "One."}, {"text": "Two."}, do=do))
    assert [row["text"] for row in shown_rows(response)] == ["One.", "Two."]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"text": " ", "rationale": "Because."}, "A recommendation needs a text. Or leave the row out."),
        ({"text": "Improve.", "number": "x" * 21}, "at most 20 characters"),
        ({"text": "Improve.", "priority": "9"}, "Select a valid choice."),
    ],
)
def test_a_bad_row_is_marked_and_nothing_is_lost(client, officer, evaluation, url, row, sentence):
    response = client.post(url, rows({"text": "Keep me."}, row))
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert "Keep me." in page
    assert not evaluation.recommendations.exists()


def test_sent_twice_it_is_saved_once_and_the_second_time_says_why(client, officer, evaluation, url):
    posted = rows({"text": "Improve."})
    client.post(url, posted)
    response = client.post(url, posted)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Meanwhile the evaluation has 1 recommendation." in page
    assert 'name="present" value="1"' in page
    assert evaluation.recommendations.count() == 1


def test_what_is_there_already_is_told(client, officer, evaluation, url):
    make.recommendation(evaluation)
    assert "has 1 recommendation already" in client.get(url).content.decode()


def test_nobody_is_led_away_from_evaltrack(client, officer, evaluation, url):
    response = client.post(url, rows({"text": "Improve."}, next="https://evil.example/"))
    assert response.url == reverse("evaluation", args=[evaluation.pk])


@pytest.mark.parametrize(
    ("person", "shown", "saved"),
    [
        ("evaluation unit", 200, 302),
        ("officer of the office", 200, 302),
        ("officer elsewhere", 404, 404),
        ("action owner", 403, 403),
        ("reader", 403, 403),
        ("its evaluator", 200, 302),
        ("anonymous", 302, 302),
    ],
)
def test_who_may_enter_recommendations(client, people, evaluation, url, person, shown, saved):
    make.action(make.answer(make.recommendation(evaluation)), lead=people["action owner"])
    people["its evaluator"] = make.user("Eva Lutz")
    evaluation.evaluators.add(people["its evaluator"])
    if person != "anonymous":
        client.force_login(people[person])
    assert client.get(url).status_code == shown
    assert client.post(url, rows({"text": "Improve."}, present=1)).status_code == saved
    added = evaluation.recommendations.count() - 1
    assert added == (1 if person in ("evaluation unit", "officer of the office", "its evaluator") else 0)
