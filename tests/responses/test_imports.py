"""Importing a matrix: what is exported afterwards is the same matrix, or nothing was changed at all."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltrack.deadlines import Deadline, Kind
from evaltrack.errors import Refused
from evaltrack.models import AuditEntry
from evaltrack.roles import Role
from recommendations.models import Evaluation, RuleProfile
from responses import history
from responses.imports import load
from responses.matrix.build import build
from responses.matrix.document import (
    Action,
    Footnote,
    Matrix,
    Monitoring,
    Party,
    Recommendation,
    Response,
    Responsible,
    SubPoint,
)
from responses.matrix.document import Evaluation as Record
from responses.matrix.readers import json as reader
from responses.models import KeyAction, ManagementResponse, ProgressUpdate
from tests import factories
from tests.responses.matrix.matrices import harbour

pytestmark = pytest.mark.django_db

TODAY = date(2031, 6, 1)
NOW = datetime(2031, 6, 1, 9, 0, tzinfo=UTC)


def brought_in(matrix: Matrix, **options) -> ManagementResponse:
    return load(matrix, **{"by": None, "today": TODAY, "now": NOW, **options})


def counts() -> dict[str, int]:
    """How many rows each table of ours has."""
    models = (
        model
        for app in ("evaltrack", "recommendations", "responses")
        for model in apps.get_app_config(app).get_models()
    )
    return {model._meta.label: model._default_manager.count() for model in models}


def refusal(matrix: Matrix, **options) -> str:
    before = counts()
    with pytest.raises(Refused) as caught:
        brought_in(matrix, **options)
    assert counts() == before
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


def rounds() -> Matrix:
    """A matrix under a profile that keeps the status with the recommendation, by round."""
    return Matrix(
        profile="iom-2022",
        language="fr",
        evaluation=Record("Ports sûrs", reference="PS-1"),
        recommendations=(
            Recommendation(
                number="A",
                text="Éclairer le quai.",
                responsible=Responsible(
                    "Unité des quais; Phares", (Party("Unité des quais", "lead"), Party("Phares", "lead"))
                ),
                response=Response("accepted", "Oui."),
                actions=(
                    Action("A.1", "Acheter des lampes"),
                    Action("ii", "Les poser", Deadline("2032", Kind.YEAR, None, date(2032, 12, 31))),
                ),
                monitoring=(
                    Monitoring("Time 2", "open", "Ouverte ?", "En cours."),
                    Monitoring("Time 3", "completed", None, None),
                ),
            ),
            Recommendation(
                number="B",
                text="Fermer le bassin.",
                monitoring=(Monitoring("Time 2"), Monitoring("Time 3", None, None, "Rien.")),
            ),
        ),
    )


# There and back


@pytest.mark.parametrize("matrix", [harbour(), rounds()])
def test_what_was_imported_is_what_is_exported(matrix: Matrix):
    assert build(brought_in(matrix)) == matrix


@pytest.mark.parametrize("name", ["seed000", "iom-2022-aap", "iom-matrix-crest"])
def test_real_matrices_come_back_the_same(shared: Path, name: str):
    matrix = reader.read((shared / "cases" / f"{name}.matrix.json").read_bytes())
    response = brought_in(matrix)
    reference = response.evaluation.reference
    assert reference == "EV-2031-001"
    assert build(response) == replace(matrix, evaluation=replace(matrix.evaluation, reference=reference))


def test_blanks_are_not_told_apart():
    """An empty text says no more than none."""
    blank = Matrix(
        profile="plain",
        language="en",
        evaluation=Record("Safe Harbours", "", "SH-1", ""),
        coordinator="",
        overall_comment="",
        recommendations=(
            Recommendation("", "Ask.", "", "", Responsible(""), None, "", None, (), Response(None, ""), (
                Action("", "Go", None, Responsible(""), "", None, ""),
            )),
        ),
    )  # fmt: skip
    assert build(brought_in(blank)) == Matrix(
        profile="plain",
        language="en",
        evaluation=Record("Safe Harbours", None, "SH-1", None),
        recommendations=(Recommendation("1", "Ask.", actions=(Action("1.1", "Go"),)),),
    )


def test_rounds_that_the_matrix_leaves_out_come_back_blank():
    matrix = replace(rounds(), recommendations=(Recommendation("1", "Ask."),))
    [one] = build(brought_in(matrix)).recommendations
    assert one.monitoring == (Monitoring("Time 2"), Monitoring("Time 3"))


# What becomes of it


def test_the_record_is_made_from_the_matrix():
    evaluation = brought_in(harbour()).evaluation
    assert (evaluation.title, evaluation.short_title, evaluation.conducted) == (
        "Safe Harbours",
        "Harbours mid-term",
        "2030-2031",
    )
    assert (evaluation.reference, evaluation.language) == ("SH-2031-04", "en")
    assert evaluation.profile == RuleProfile.objects.latest_of("plain")


def test_the_latest_version_of_the_profile_is_followed():
    shipped = RuleProfile.objects.latest_of("plain")
    newer = RuleProfile.objects.create(
        slug="plain", version=7, title="Plain", data={**shipped.data, "version": 7}
    )
    assert brought_in(harbour()).evaluation.profile == newer


def test_parties_are_matched_with_those_known():
    person = factories.user("Ana Lima")
    store = factories.office("Store")
    action = Action(
        "1.1", "Go", responsible=Responsible("?", (Party("Ana Lima", "lead"), Party("the store", "support")))
    )
    brought_in(replace(harbour(), recommendations=(Recommendation("1", "Ask.", actions=(action,)),)))
    parties = KeyAction.objects.get().parties.order_by("order")
    assert [(party.name, party.part, party.person, party.office) for party in parties] == [
        ("Ana Lima", "lead", person, None),
        ("the store", "support", None, store),
    ]


def test_progress_counts_as_of_the_day_of_the_response():
    response = brought_in(harbour())
    update = ProgressUpdate.objects.get()
    assert (update.as_of, update.reported_at, update.reported_by) == (date(2031, 5, 3), NOW, None)
    action = KeyAction.objects.get(order=1)
    assert (action.status, action.common_status) == ("in_progress", "in_progress")
    assert response.responded_on_due == date(2031, 5, 3)


@pytest.mark.parametrize("due", [date(2031, 6, 2), None])
def test_progress_is_not_reported_in_the_future(due: date | None):
    brought_in(replace(harbour(), responded_on=Deadline("soon", Kind.UNKNOWN, None, due)))
    assert ProgressUpdate.objects.get().as_of == TODAY


def test_the_status_of_a_recommendation_is_that_of_its_last_round():
    matrix = rounds()
    first = replace(
        matrix.recommendations[0], monitoring=tuple(reversed(matrix.recommendations[0].monitoring))
    )
    response = brought_in(replace(matrix, recommendations=(first, *matrix.recommendations[1:])))
    states = response.answers.order_by("pk").values_list("status", "common_status")
    assert list(states) == [("completed", "completed"), ("", "")]
    latest = response.answers.order_by("pk")[0].updates.order_by("-as_of", "-pk").first()
    assert latest.round == "Time 3"


def test_when_to_ask_is_counted_from_the_response():
    asked = Action("1.1", "Go", Deadline("continuous", Kind.CONTINUOUS))
    dated = Action("1.2", "Stop", Deadline("2032", Kind.YEAR, None, date(2032, 12, 31)))
    brought_in(replace(harbour(), recommendations=(Recommendation("1", "Ask.", actions=(asked, dated)),)))
    assert list(KeyAction.objects.order_by("order").values_list("check_on", flat=True)) == [
        date(2031, 11, 3),
        None,
    ]


def test_the_history_tells_of_it_once():
    by = factories.member(Role.ME_OFFICER)
    response = brought_in(harbour(), by=by)
    entry = AuditEntry.objects.get(verb="imported")
    assert (entry.target_id, entry.parent_id, entry.actor_id) == (response.pk, response.evaluation_id, by.pk)
    assert entry.changes == {"recommendations": [0, 3], "key_actions": [0, 2], "progress_updates": [0, 1]}
    told = history.of_evaluation(response.evaluation)[0]
    assert (told.actor, told.did, told.subject) == (by.name, "imported", "the management response")
    assert told.detail == "Recommendations: 3, key actions: 2"


def test_the_number_of_statements_does_not_depend_on_the_size():
    needed = []
    for copies in (1, 3):
        matrix = replace(harbour(), recommendations=harbour().recommendations * copies)
        with CaptureQueriesContext(connection) as queries:
            brought_in(matrix, reference=f"SH-{copies}")
        needed.append(len(queries))
    assert needed[0] == needed[1]


# Where it goes


def test_it_goes_into_the_evaluation_given_and_keeps_its_record():
    evaluation = factories.evaluation(profile_slug="plain", title="As on the cover", short_title="")
    response = brought_in(harbour(), evaluation=evaluation)
    evaluation.refresh_from_db()
    assert response.evaluation == evaluation
    assert (evaluation.title, evaluation.short_title) == ("As on the cover", "Harbours mid-term")
    assert build(response).recommendations == harbour().recommendations


def test_it_goes_into_the_evaluation_of_its_reference():
    evaluation = factories.evaluation(profile_slug="plain", reference="SH-2031-04")
    assert brought_in(harbour()).evaluation == evaluation
    assert brought_in(harbour(), reference=" SH-5 ").evaluation.reference == "SH-5"


def test_an_evaluation_keeps_the_version_of_its_profile():
    shipped = factories.profile("plain")
    evaluation = factories.evaluation(profile_slug="plain", reference="SH-2031-04")
    RuleProfile.objects.create(slug="plain", version=7, title="Plain", data={**shipped.data, "version": 7})
    assert brought_in(harbour()).evaluation.profile == evaluation.profile == shipped


def test_a_response_that_was_only_opened_is_filled():
    response = factories.response(factories.evaluation(profile_slug="plain"), office=factories.office())
    assert brought_in(harbour(), evaluation=response.evaluation) == response
    assert build(response).footnotes == harbour().footnotes


# What is refused


def test_a_second_matrix_for_the_same_response():
    brought_in(harbour())
    assert refusal(harbour()) == (
        "SH-2031-04 has a management response already. A second matrix would mix with it:"
        " import it into another evaluation."
    )


def test_an_evaluation_that_has_recommendations():
    one = factories.recommendation(factories.evaluation(profile_slug="plain", reference="SH-1"))
    assert refusal(harbour(), evaluation=one.evaluation) == (
        "SH-1 has recommendations already. A matrix brings its own: import it into an evaluation without any."
    )


def test_an_unknown_profile():
    assert refusal(replace(harbour(), profile="nato")) == (
        "There is no rule profile “nato”. Choose one of: iom-2022, iom-matrix, plain."
    )


def test_an_evaluation_of_another_profile():
    evaluation = factories.evaluation(profile_slug="iom-2022", reference="SH-1")
    assert refusal(harbour(), evaluation=evaluation) == (
        "SH-1 follows the rule profile iom-2022, and the matrix plain."
        " Import it under iom-2022, or into another evaluation."
    )


def test_all_faults_are_told_at_once():
    action = Action(
        "1.1", "Go", Deadline("x", Kind.PERIOD, date(2032, 1, 1), date(2031, 1, 1)), status="flying"
    )
    matrix = replace(harbour(), recommendations=(Recommendation("1", "Ask.", priority=9, actions=(action,)),))
    assert refusal(matrix) == (
        "The matrix cannot be imported:"
        " recommendations[0].actions[0].deadline: due 2031-01-01 is before its start 2032-01-01;"
        " recommendations[0].priority: the profile plain has no priority 9, only 1, 2, 3;"
        " recommendations[0].actions[0].status: the profile plain has no status 'flying',"
        " only not_started, in_progress, completed, cancelled."
    )


def one(**fields) -> Matrix:
    return replace(harbour(), recommendations=(Recommendation(**{"number": "1", "text": "Ask.", **fields}),))


LONG = "x" * 501


@pytest.mark.parametrize(
    ("matrix", "fault"),
    [
        (replace(harbour(), language=LONG), "language has 501 characters, and 20 are kept at most"),
        (replace(harbour(), evaluation=Record(LONG)), "evaluation.title has 501 characters, and 500 are kept at most"),
        (replace(harbour(), evaluation=Record("T", LONG)), "evaluation.short_title has 501 characters, and 150 are kept at most"),
        (replace(harbour(), evaluation=Record("T", None, LONG)), "evaluation.reference has 501 characters, and 60 are kept at most"),
        (replace(harbour(), evaluation=Record("T", None, None, LONG)), "evaluation.conducted has 501 characters, and 100 are kept at most"),
        (replace(harbour(), responded_on=Deadline(LONG)), "responded_on.text has 501 characters, and 300 are kept at most"),
        (replace(harbour(), footnotes=(*harbour().footnotes, Footnote(LONG, "Note"))), "footnotes[1].mark has 501 characters, and 10 are kept at most"),
        (one(number=LONG), "recommendations[0].number has 501 characters, and 20 are kept at most"),
        (one(timeline=Deadline(LONG)), "recommendations[0].timeline.text has 501 characters, and 300 are kept at most"),
        (one(responsible=Responsible("?", (Party(LONG, "lead"),))), "recommendations[0].responsible.parties[0].name has 501 characters, and 300 are kept at most"),
        (one(actions=(Action(LONG, "Go"),)), "recommendations[0].actions[0].number has 501 characters, and 20 are kept at most"),
        (one(actions=(Action("1.1", "Go", Deadline(LONG)),)), "recommendations[0].actions[0].deadline.text has 501 characters, and 300 are kept at most"),
        (one(sub_points=(SubPoint("x"),) * 32_768), "recommendations[0].sub_points has 32768 entries, and 32767 are kept at most"),
        (replace(harbour(), evaluation=Record(" ")), "evaluation.title is empty; write the text, or leave the entry out"),
        (one(text=""), "recommendations[0].text is empty; write the text, or leave the entry out"),
        (one(actions=(Action("1.1", "\n"),)), "recommendations[0].actions[0].text is empty; write the text, or leave the entry out"),
        (one(sub_points=(SubPoint("x", (SubPoint(""),)),)), "recommendations[0].sub_points[0].sub_points[0].text is empty; write the text, or leave the entry out"),
        (one(timeline=Deadline("", Kind.DATE, None, TODAY)), "recommendations[0].timeline.text is empty; write the time as it is printed, or null for the whole"),
    ],
)  # fmt: skip
def test_what_the_database_cannot_keep(matrix: Matrix, fault: str):
    assert refusal(matrix) == f"The matrix cannot be imported: {fault}."


def test_a_text_as_long_as_its_column_is_kept():
    matrix = replace(
        harbour(), evaluation=Record("T" * 500, "S" * 150, "R" * 60, "C" * 100), coordinator="K" * 5000
    )
    assert build(brought_in(matrix)) == matrix


def test_a_mark_without_its_footnote_is_kept_as_printed():
    matrix = one(text="Light the quay[^9].")
    assert build(brought_in(matrix)) == matrix


# Who may


@pytest.mark.parametrize("role", [Role.READER, Role.COORDINATOR, Role.EVALUATOR])
def test_not_everyone_may_import(role: Role):
    before = counts()
    by = factories.member(role)
    before = counts()
    with pytest.raises(PermissionDenied):
        brought_in(harbour(), by=by)
    assert counts() == before


def test_an_officer_imports_and_sees_it():
    by = factories.member(Role.ME_OFFICER)
    response = brought_in(harbour(), by=by)
    assert response.evaluation.manager == by
    assert Evaluation.objects.visible_to(by).get() == response.evaluation


def test_nobody_imports_into_an_evaluation_of_another_office():
    evaluation = factories.evaluation(profile_slug="plain")
    with pytest.raises(PermissionDenied):
        brought_in(harbour(), evaluation=evaluation, by=factories.member(Role.ME_OFFICER))


def test_a_reference_that_one_may_not_see_is_taken():
    factories.evaluation(profile_slug="plain", reference="SH-2031-04")
    by = factories.member(Role.ME_OFFICER)
    assert refusal(harbour(), by=by).startswith(
        "There is an evaluation with the reference SH-2031-04 already."
    )
