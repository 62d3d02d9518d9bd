"""Taking an import back: everything is as it was, or nothing is done where somebody went on from it."""

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied
from django.forms.models import model_to_dict

from evaltrack.deadlines import Deadline, Kind, read
from evaltrack.errors import Refused
from evaltrack.models import AuditEntry
from evaltrack.roles import Role
from recommendations.models import Evaluation, Recommendation
from responses import actions, answers, progress
from responses.choices import ImportState
from responses.importing import choosing, undoing
from responses.importing.choosing import THEIRS
from responses.importing.committing import showing
from responses.matrix.document import Action, Response, Responsible
from responses.matrix.document import Recommendation as Row
from responses.models import ActionParty, Comment, ManagementResponse, ProgressUpdate
from tests import factories as make
from tests.responses.importing.handed_in import (
    NOW,
    TODAY,
    There,
    changed,
    commit,
    fresh,
    read_import,
    with_action,
)
from tests.responses.matrix.matrices import harbour

pytestmark = pytest.mark.django_db


def undo(one, by) -> None:
    undoing.undo(one, by=by, now=NOW)


def everything_taken(there: There):
    """A file that changes a bit of everything, committed whole."""
    went_out, token = there.given_out()
    theirs = with_action(
        went_out,
        0,
        text="Survey both valleys",
        deadline=read("30 June 2027"),
        responsible=Responsible("Quay unit"),
        status="completed",
        comment="Done.",
    )
    first = theirs.recommendations[0]
    theirs = changed(
        theirs,
        text="Dig deeper wells.",
        timeline=read("2028"),
        response=Response("partially_accepted", "In part."),
        actions=(first.actions[0], Action("1.2", "Paint the pumps", status="initiated")),
    )
    theirs = replace(theirs, recommendations=(*theirs.recommendations, Row("3", "Pay the keepers.")))
    one = there.import_of(theirs, token)
    choosing.choose_all(one, THEIRS, by=there.officer, seen=showing(fresh(one), there.officer))
    commit(one, there.officer)
    return fresh(one)


class TestOfAMatrixThatWasThere:
    def test_everything_is_as_it_was(self):
        there = There()
        there.action.deadline = Deadline("when it rains", Kind.CONDITIONAL, None, None)
        there.action.save()
        person = make.user("Piet Madsen")
        ActionParty.objects.create(action=there.action, name="Water unit", person=person)
        there.answer.recommendation.refresh_from_db()
        before = there.matrix, model_to_dict(there.action), ProgressUpdate.objects.count()
        one = everything_taken(there)
        assert there.matrix != before[0]
        undo(one, there.officer)
        there.action.refresh_from_db()
        assert (there.matrix, model_to_dict(there.action), ProgressUpdate.objects.count()) == before
        assert there.action.parties.get().person == person
        assert fresh(one).state == ImportState.UNDONE

    def test_the_history_tells_of_it(self):
        there = There()
        one = everything_taken(there)
        undo(one, there.officer)
        entry = AuditEntry.objects.filter(verb="import_undone").get()
        assert (entry.target_id, entry.changes["document"]) == (there.response.pk, ["", "matrix.docx"])

    @pytest.mark.parametrize(
        "since",
        [
            lambda there: answers.narrate(there.answer, "Other words.", by=there.officer),
            lambda there: actions.amend(there.action, by=there.officer, text="Survey nothing"),
            lambda there: actions.set_deadline(there.action, "2030", by=there.officer),
            lambda there: actions.amend(_added(there), by=there.officer, text="Paint one pump"),
            lambda there: progress.report(
                there.action, by=there.officer, now=NOW, as_of=TODAY, comment="There is more."
            ),
        ],
    )
    def test_where_somebody_went_on_from_it_nothing_is_done(self, since):
        there = There()
        one = everything_taken(there)
        there.answer.refresh_from_db()
        there.action.refresh_from_db()
        since(there)
        after = there.matrix
        with pytest.raises(Refused, match="changed since"):
            undo(one, there.officer)
        assert (there.matrix, fresh(one).state) == (after, ImportState.COMMITTED)

    def test_what_was_changed_elsewhere_stays(self):
        there = There()
        one = everything_taken(there)
        answers.amend(there.response, by=there.officer, overall_comment="Very useful.")
        undo(one, there.officer)
        assert there.matrix.overall_comment == "Very useful."

    def test_what_is_cleared_by_now_is_not_taken_back(self):
        there = There()
        one = everything_taken(there)
        ManagementResponse.objects.update(state="cleared")
        with pytest.raises(Refused):
            undo(one, there.officer)

    def test_a_second_time_is_refused(self):
        there = There()
        one = everything_taken(there)
        undo(one, there.officer)
        with pytest.raises(Refused, match="already"):
            undo(one, there.officer)

    @pytest.mark.parametrize(("role", "allowed"), [(Role.COORDINATOR, False), (Role.READER, False)])
    def test_others_may_not(self, role, allowed):
        there = There()
        one = everything_taken(there)
        with pytest.raises(PermissionDenied):
            undo(one, make.member(role, there.office))


def _added(there: There):
    return there.answer.actions.filter(removed_at=None).latest("pk")


class TestOfAMatrixThatItMade:
    def test_of_a_new_evaluation_nothing_is_left_but_the_history(self):
        officer = make.member(Role.ME_OFFICER)
        one = read_import(harbour(), officer)
        response = commit(one, officer)
        undo(fresh(one), officer)
        assert not Evaluation.objects.exists()
        assert not Recommendation.objects.exists()
        one = fresh(one)
        assert (one.state, one.evaluation) == (ImportState.UNDONE, None)
        assert AuditEntry.objects.filter(verb="import_undone", target_id=response.pk).exists()

    def test_an_evaluation_that_was_there_is_as_empty_as_it_was(self):
        office = make.office()
        officer = make.member(Role.ME_OFFICER, office)
        evaluation = make.evaluation([office], "plain", language="fr")
        response = make.response(evaluation, office=office)
        one = read_import(harbour(), officer, response=response)
        commit(one, officer)
        undo(fresh(one), officer)
        evaluation.refresh_from_db()
        response.refresh_from_db()
        assert (evaluation.short_title, evaluation.conducted, evaluation.language) == ("", "", "fr")
        assert (response.overall_comment, response.footnotes.count()) == ("", 0)
        assert not evaluation.recommendations.exists()
        commit(read_import(harbour(), officer, response=response), officer)  # there is room for another

    @pytest.mark.parametrize(
        "since",
        [
            lambda response, by: answers.amend(response, by=None, overall_comment="Mine."),
            lambda response, by: Comment.objects.create(
                response=response,
                recommendation=response.evaluation.recommendations.first(),
                author=by,
                author_name=by.name,
                text="Is this right?",
                at=NOW,
            ),
            lambda response, by: make.response(response.evaluation, office=make.office()),
        ],
    )
    def test_where_somebody_went_on_from_it_nothing_is_done(self, since):
        officer = make.member(Role.ME_OFFICER)
        one = read_import(harbour(), officer)
        response = commit(one, officer)
        since(response, officer)
        with pytest.raises(Refused, match="went on"):
            undo(fresh(one), officer)
        assert Recommendation.objects.count() == 3
