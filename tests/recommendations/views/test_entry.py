"""Entering an evaluation from the cover of its report, and correcting it: pages, people, bad input."""

from datetime import date

import pytest
from django.urls import reverse

from evaltrack.models import AuditEntry
from evaltrack.roles import Role
from recommendations.models import Evaluation
from tests import factories as make
from tests.people import five

pytestmark = pytest.mark.django_db

NEW = "/evaluations/new/"


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
def officer(client, people):
    client.force_login(people["officer of the office"])
    return people["officer of the office"]


def cover(office, **values):
    return {
        "title": "Evaluation of the\nriver ports", "short_title": "River ports", "conducted": "2025",
        "type": "project", "timing": "final", "offices": [office.pk], "countries": ["KE", "SO"],
        "report_date": "2026-02-01", "language": "fr", "profile": make.profile("iom-2022").pk, **values,
    }  # fmt: skip


def edit(evaluation):
    return reverse("evaluation_edit", args=[evaluation.pk])


def test_the_cover_becomes_an_evaluation_and_leads_on_to_the_recommendations(client, officer, office):
    response = client.post(NEW, cover(office))
    made = Evaluation.objects.get()
    assert (made.reference, made.title, made.short_title, made.language, made.report_date) == (
        "EV-2026-001", "Evaluation of the river ports", "River ports", "fr", date(2026, 2, 1),
    )  # fmt: skip
    assert list(made.offices.all()) == [office]
    assert [country.code for country in made.countries] == ["KE", "SO"]
    assert made.profile.slug == "iom-2022"
    then = reverse("response_new", args=[made.pk])
    assert response.url == f"{reverse('recommendations_paste', args=[made.pk])}?next={then}"
    assert AuditEntry.objects.get().verb == "entered"


def test_the_form_proposes_reference_office_and_language_and_explains_the_profiles(
    client, people, officer, office
):
    page = client.get(NEW).content.decode()
    for words in (
        "Left empty, it becomes EV-2026-001.", f'value="{office.pk}"', "Plain management response matrix",
        "Statuses: Not started, In progress, Completed, Cancelled. Response due within 6 weeks.",
        "<span>Country Office Norland</span>", "Kenya",
    ):  # fmt: skip
        assert words in page
    assert f'<option value="{people["evaluation unit"].pk}">Una Berg</option>' in page
    assert "Rhea Lund" not in page


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("evaluation unit", 200),
        ("officer of the office", 200),
        ("officer elsewhere", 200),
        ("action owner", 403),
        ("reader", 403),
        ("anonymous", 302),
    ],
)
def test_who_may_enter_one(client, people, office, person, status):
    if person != "anonymous":
        client.force_login(people[person])
    assert client.get(NEW).status_code == status
    if status != 200:
        assert client.post(NEW, cover(office)).status_code == status
    assert not Evaluation.objects.exists()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"title": "  "}, "This field is required."),
        ({"reference": "NV-1"}, "There is an evaluation with the reference NV-1 already."),
        ({"report_date": "last spring"}, "Enter a valid date."),
        ({"offices": []}, "This field is required."),
        ({"offices": ["0"]}, "Select a valid choice."),
        ({"countries": ["XX"]}, "Select a valid choice."),
        ({"profile": ""}, "This field is required."),
        ({"short_title": "x" * 151}, "at most 150 characters"),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_the_rest(client, officer, office, values, sentence):
    make.evaluation(reference="NV-1")
    response = client.post(NEW, cover(office, **{"conducted": "the whole of 2025", **values}))
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert "the whole of 2025" in page
    assert Evaluation.objects.count() == 1


def test_an_evaluation_that_one_could_not_see_afterwards_is_refused(client, officer):
    elsewhere = make.office("Country Office Westria")
    response = client.post(NEW, cover(elsewhere))
    assert response.status_code == 422
    assert "Choose at least one office that is yours" in response.content.decode()
    client.post(NEW, cover(elsewhere, manager=officer.pk))
    assert Evaluation.objects.get().manager == officer


def test_what_is_only_planned_leads_to_its_page_instead(client, officer, office):
    response = client.post(NEW, cover(office, state="planned"))
    made = Evaluation.objects.get()
    assert made.state == "planned"
    assert response.url == reverse("evaluation", args=[made.pk])


@pytest.mark.parametrize("state", ["published", "closed", "cancelled"])
def test_it_is_not_entered_as_what_only_a_move_leads_to(client, officer, office, state):
    assert client.post(NEW, cover(office, state=state)).status_code == 422
    assert not Evaluation.objects.exists()


# Confidential --------------------------------------------------------------------------------------------


def test_only_who_may_see_such_marks_one_confidential(client, people, officer, office):
    assert 'name="confidential"' not in client.get(NEW).content.decode()
    client.post(NEW, cover(office, confidential="on"))
    assert not Evaluation.objects.get().confidential
    client.force_login(people["evaluation unit"])
    assert 'name="confidential"' in client.get(NEW).content.decode()
    client.post(NEW, cover(office, reference="NV-2", confidential="on"))
    assert Evaluation.objects.get(reference="NV-2").confidential


def test_nobody_makes_one_vanish_for_themselves(client, officer, office):
    evaluation = make.evaluation([office], manager=officer)
    sent = cover(office, reference=evaluation.reference, manager=officer.pk, confidential="on")
    assert client.post(edit(evaluation), sent).status_code == 302
    sent = cover(office, reference=evaluation.reference, confidential="on")
    response = client.post(edit(evaluation), sent)
    assert response.status_code == 422
    assert "otherwise you could not see the evaluation afterwards" in response.content.decode()
    evaluation.refresh_from_db()
    assert (evaluation.manager, evaluation.confidential) == (officer, True)


# Correcting ----------------------------------------------------------------------------------------------


@pytest.fixture
def evaluation(office):
    return make.evaluation([office], title="River ports", language="sw", countries=["KE"])


def test_the_record_is_corrected_and_the_history_tells(client, officer, office, evaluation):
    evaluator = make.member(Role.EVALUATOR, office, "Eva Lutz")
    response = client.post(
        edit(evaluation),
        cover(office, reference="NV-7", title="Sea ports", language="sw", evaluators=[evaluator.pk]),
    )
    assert response.url == reverse("evaluation", args=[evaluation.pk])
    evaluation = Evaluation.objects.get()
    assert (evaluation.reference, evaluation.title, evaluation.language) == ("NV-7", "Sea ports", "sw")
    assert [country.code for country in evaluation.countries] == ["KE", "SO"]
    assert list(evaluation.evaluators.all()) == [evaluator]
    assert evaluation.profile.slug == "iom-matrix"
    changed = {name for entry in AuditEntry.objects.all() for name in entry.changes}
    assert {"title", "reference", "countries", "evaluators"} <= changed


def test_the_form_shows_the_record_as_it_is(client, officer, evaluation):
    page = client.get(edit(evaluation)).content.decode()
    for words in (
        "River ports</textarea>",
        evaluation.reference,
        '<option value="sw" selected>',
        "<span>Kenya</span>",
    ):
        assert words in page
    assert "Rule profile" not in page


def test_saving_it_unchanged_changes_nothing(client, officer, office, evaluation):
    client.post(edit(evaluation), {
        "title": "River ports", "reference": evaluation.reference, "offices": [office.pk], "countries": ["KE"],
        "language": "sw",
    })  # fmt: skip
    assert not AuditEntry.objects.exists()


def test_a_reference_that_is_taken_is_refused_and_what_was_typed_stays(client, officer, office, evaluation):
    make.evaluation(reference="NV-1")
    response = client.post(edit(evaluation), cover(office, reference="NV-1", title="Sea ports"))
    page = response.content.decode()
    assert response.status_code == 422
    assert "There is an evaluation with the reference NV-1 already." in page
    assert "Sea ports</textarea>" in page
    assert Evaluation.objects.get(pk=evaluation.pk).title == "River ports"


@pytest.mark.parametrize(
    ("person", "shown", "saved"),
    [
        ("evaluation unit", 200, 302),
        ("officer of the office", 200, 302),
        ("officer elsewhere", 404, 404),
        ("action owner", 403, 403),
        ("reader", 403, 403),
        ("anonymous", 302, 302),
    ],
)
def test_who_may_correct_it(client, people, office, evaluation, person, shown, saved):
    make.action(make.answer(make.recommendation(evaluation)), lead=people["action owner"])
    if person != "anonymous":
        client.force_login(people[person])
    assert client.get(edit(evaluation)).status_code == shown
    posted = cover(office, reference="NV-7", title="Sea ports", language="en")
    assert client.post(edit(evaluation), posted).status_code == saved
    changed = Evaluation.objects.get(pk=evaluation.pk).title == "Sea ports"
    assert changed == (person in ("evaluation unit", "officer of the office"))
