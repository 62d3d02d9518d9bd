"""Taking a file over: what was chosen of it, by the rules of the matrix, whole, and once."""

from dataclasses import replace
from unittest import mock

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from evaltrack.deadlines import read
from evaltrack.errors import Refused
from evaltrack.models import AuditEntry
from evaltrack.roles import Role
from recommendations.models import Evaluation
from responses import actions, answers, handouts, progress
from responses.choices import Channel, ImportState, ResponseState
from responses.importing import choosing, committing, mending
from responses.importing.choosing import OURS, THEIRS
from responses.importing.shown import Review
from responses.matrix.build import build
from responses.matrix.document import Action, Recommendation, Response, Responsible
from responses.models import KeyAction, ManagementResponse
from tests import factories as make
from tests.responses.importing.handed_in import (
    NOW,
    There,
    changed,
    commit,
    fresh,
    read_import,
    with_action,
)
from tests.responses.matrix.matrices import harbour

pytestmark = pytest.mark.django_db


def choose(one, by, **wanted: str) -> None:
    """Choose by the end of the key: ``narrative="theirs"``."""
    there = choosing.choices_of(fresh(one), by)
    picked = {
        f"{key} {choice.line.seen}": said
        for key, choice in there.of.items()
        for name, said in wanted.items()
        if key.endswith(name)
    }
    assert choosing.choose(one, picked, by=by) == len(wanted)


class TestIntoANewEvaluation:
    def test_the_matrix_is_as_it_was_read(self):
        officer = make.member(Role.ME_OFFICER)
        one = read_import(harbour(), officer)
        response = commit(one, officer)
        assert build(response) == harbour()
        assert (fresh(one).state, fresh(one).response) == (ImportState.COMMITTED, response)

    def test_what_was_mended_goes_in(self):
        officer = make.member(Role.ME_OFFICER)
        one = read_import(harbour(), officer)
        mending.mend(one, {"recommendations[0].text": "Light it."}, by=officer, layout=0)
        response = commit(one, officer)
        assert response.evaluation.recommendations.first().text == "Light it."

    def test_the_history_says_of_which_file(self):
        officer = make.member(Role.ME_OFFICER)
        commit(read_import(harbour(), officer), officer)
        entry = AuditEntry.objects.get(verb="imported")
        assert entry.changes["document"] == ["", "matrix.docx"]
        assert entry.changes["recommendations"] == [0, 3]

    def test_a_reference_that_is_taken_is_said_and_nothing_is_made(self):
        officer = make.member(Role.ME_OFFICER)
        make.evaluation(reference="SH-2031-04")
        one = read_import(harbour(), officer)
        with pytest.raises(Refused, match="SH-2031-04"):
            commit(one, officer)
        assert (Evaluation.objects.count(), fresh(one).state) == (1, ImportState.READ)

    def test_what_keeps_it_out_is_said_with_its_place(self):
        officer = make.member(Role.ME_OFFICER)
        one = read_import(changed(harbour(), text=""), officer)
        assert any("recommendations[0].text" in sentence for sentence in committing.hindrances(fresh(one)))
        with pytest.raises(Refused, match=r"recommendations\[0\]\.text"):
            commit(one, officer)

    def test_who_may_enter_none_may_not(self):
        reader = make.member(Role.READER)
        with pytest.raises(PermissionDenied):
            commit(read_import(harbour(), reader), reader)

    def test_into_an_evaluation_that_is_empty_its_record_stays(self):
        there = make.office()
        officer = make.member(Role.ME_OFFICER, there)
        evaluation = make.evaluation([there], "plain", reference="NV-1", title="Quays")
        response = commit(read_import(harbour(), officer, evaluation=evaluation), officer)
        evaluation.refresh_from_db()
        assert (response.evaluation, evaluation.reference, evaluation.title) == (evaluation, "NV-1", "Quays")
        assert evaluation.recommendations.count() == 3


class TestOnce:
    def test_a_second_time_is_refused(self):
        officer = make.member(Role.ME_OFFICER)
        one = read_import(harbour(), officer)
        seen = committing.showing(fresh(one), officer)
        commit(one, officer, seen=seen)
        with pytest.raises(Refused, match="already"):
            commit(one, officer, seen=seen)
        assert Evaluation.objects.count() == 1

    def test_only_its_owner_goes_on_with_it(self):
        there = There()
        other = make.member(Role.ME_OFFICER, there.office)
        one = there.import_of(with_action(there.matrix, 0, text="Survey it"))
        with pytest.raises(PermissionDenied):
            commit(one, other)

    def test_what_was_mended_meanwhile_is_shown_first(self):
        officer = make.member(Role.ME_OFFICER)
        one = read_import(harbour(), officer)
        seen = committing.showing(fresh(one), officer)
        mending.mend(one, {"coordinator": "Somebody else"}, by=officer, layout=0)
        with pytest.raises(committing.StaleError):
            commit(one, officer, seen=seen)


class TestIntoAMatrix:
    def test_what_is_proposed_is_written_and_nothing_else(self):
        there = There()
        went_out, token = there.given_out()
        theirs = with_action(
            went_out,
            0,
            text="Survey both valleys",
            deadline=read("30 June 2027"),
            responsible=Responsible("Quay unit"),
            status="initiated",
            comment="Begun.",
        )
        answers.narrate(there.answer, "We agree, with thanks.", by=there.officer)
        commit(there.import_of(theirs, token), there.officer)
        action = KeyAction.objects.get(pk=there.action.pk)
        assert action.text == "Survey both valleys"
        assert (action.deadline_text, action.deadline_due.isoformat()) == ("30 June 2027", "2027-06-30")
        assert [party.name for party in action.parties.all()] == ["Quay unit"]
        update = action.updates.get()
        assert (update.status, update.comment, update.channel) == ("initiated", "Begun.", Channel.IMPORT)
        there.answer.refresh_from_db()
        assert there.answer.narrative == "We agree, with thanks."
        assert KeyAction.objects.get(pk=there.other.pk).text == "Order the pumps"

    def test_a_conflict_waits_for_a_decision(self):
        there = There()
        went_out, token = there.given_out()
        theirs = changed(went_out, response=Response("accepted", "We agree in part."))
        answers.narrate(there.answer, "We agree, with thanks.", by=there.officer)
        one = there.import_of(theirs, token)
        with pytest.raises(Refused, match="1 difference is to be decided"):
            commit(one, there.officer)
        choose(one, there.officer, narrative=THEIRS)
        commit(one, there.officer)
        there.answer.refresh_from_db()
        assert there.answer.narrative == "We agree in part."

    def test_ours_can_be_kept_and_nothing_chosen_is_nothing_to_take_over(self):
        there = There()
        one = there.import_of(changed(there.matrix, response=Response("accepted", "No.")))
        choose(one, there.officer, narrative=OURS)
        with pytest.raises(Refused, match="Nothing of the file was chosen"):
            commit(one, there.officer)
        there.answer.refresh_from_db()
        assert there.answer.narrative == "We agree with it."

    def test_rows_are_added_with_all_that_they_say(self):
        there = There()
        went_out, token = there.given_out()
        added = Action(
            "1.3", "Paint the pumps", read("May 2027"), Responsible("Quay unit"), status="initiated"
        )
        more = Recommendation("3", "Pay them.", response=Response("accepted", "Yes."), actions=(added,))
        first = went_out.recommendations[0]
        theirs = changed(went_out, actions=(*first.actions, added))
        theirs = replace(theirs, recommendations=(*theirs.recommendations, more))
        commit(there.import_of(theirs, token), there.officer)
        after = there.matrix
        assert [action.text for action in after.recommendations[0].actions][2] == "Paint the pumps"
        assert after.recommendations[0].actions[2].status == "initiated"
        assert after.recommendations[2].text == "Pay them."
        assert after.recommendations[2].response == Response("accepted", "Yes.")
        assert after.recommendations[2].actions[0].deadline == read("May 2027")

    def test_a_rejection_takes_its_key_actions_out_before(self):
        there = There()
        went_out, token = there.given_out()
        theirs = changed(went_out, response=Response("rejected", "No money."), actions=())
        one = there.import_of(theirs, token)
        choosing.choose_all(one, THEIRS, by=there.officer, seen=committing.showing(fresh(one), there.officer))
        commit(one, there.officer)
        after = there.matrix.recommendations[0]
        assert (after.response.decision, after.actions) == ("rejected", ())

    def test_what_a_rule_refuses_leaves_everything_as_it_was(self):
        there = There()
        went_out, token = there.given_out()
        theirs = changed(went_out, response=Response("rejected", "We agree with it."), text="Dig deeper.")
        with pytest.raises(Refused, match="Recommendation 1: .*key actions"):
            commit(there.import_of(theirs, token), there.officer)
        assert there.matrix == went_out

    def test_what_changed_since_it_was_shown_is_shown_again_with_the_choices_that_still_hold(self):
        there = There()
        went_out, token = there.given_out()
        theirs = with_action(went_out, 0, text="Survey both valleys")
        theirs = changed(theirs, response=Response("accepted", "We agree in part."))
        one = there.import_of(theirs, token)
        choose(one, there.officer, text=THEIRS, narrative=THEIRS)
        seen = committing.showing(fresh(one), there.officer)
        answers.narrate(there.answer, "We agree, with thanks.", by=there.officer)
        with pytest.raises(committing.StaleError):
            commit(one, there.officer, seen=seen)
        left = {choice.line.key for choice in choosing.choices_of(fresh(one), there.officer).open}
        assert left == {f"answer.{there.first.pk}.narrative"}
        assert there.matrix.recommendations[0].actions[0].text == "Survey the valley"


class TestWhoMay:
    def test_the_evaluators_words_are_not_the_coordinators(self):
        there = There()
        coordinator = make.member(Role.COORDINATOR, there.office)
        went_out, token = there.given_out()
        theirs = changed(went_out, text="Dig fewer wells.", response=Response("accepted", "Yes."))
        one = there.import_of(theirs, token, by=coordinator)
        barred = {choice.line.key: choice.barred for choice in choosing.choices_of(one, coordinator)}
        assert "evaluator’s words" in barred[f"recommendation.{there.first.pk}.text"]
        assert barred[f"answer.{there.first.pk}.narrative"] == ""
        commit(one, coordinator)
        assert there.matrix.recommendations[0].text == "Dig more wells."
        assert there.matrix.recommendations[0].response.narrative == "Yes."

    def test_a_cleared_response_takes_progress_only(self):
        there = There()
        went_out, token = there.given_out()
        ManagementResponse.objects.update(state=ResponseState.CLEARED)
        there.response.refresh_from_db()
        theirs = with_action(went_out, 0, text="Survey it", status="completed", comment="Done.")
        commit(there.import_of(theirs, token), there.officer)
        action = there.matrix.recommendations[0].actions[0]
        assert (action.text, action.status, action.comment) == ("Survey the valley", "completed", "Done.")

    def test_an_action_owner_reports_on_theirs_alone(self):
        there = There()
        owner = make.member(Role.ACTION_OWNER, there.office)
        there.action.parties.create(name=owner.name, person=owner)
        went_out, token = there.given_out()
        theirs = with_action(went_out, 0, comment="Mine is begun.")
        theirs = with_action(theirs, 1, comment="So is the other.")
        commit(there.import_of(theirs, token, by=owner), owner)
        comments = [action.comment for action in there.matrix.recommendations[0].actions]
        assert comments == ["Mine is begun.", None]

    def test_who_lost_their_role_since_may_not(self):
        there = There()
        one = there.import_of(with_action(there.matrix, 0, text="Survey it"))
        there.officer.memberships.all().delete()
        with pytest.raises(PermissionDenied):
            commit(one, there.officer)

    def test_what_was_given_out_of_another_response_is_no_base(self):
        there = There()
        other = make.response(make.evaluation())
        went_out, _token = there.given_out()
        foreign = handouts.issue(other, went_out, "xlsx", None, NOW)
        one = there.import_of(changed(went_out, response=Response("accepted", "No.")), foreign)
        actions.amend(there.action, by=there.officer, text="Survey")
        assert choosing.base_of(one, there.officer) is None
        choices = choosing.choices_of(one, there.officer)
        assert {choice.line.key.rpartition(".")[2] for choice in choices.open} == {"narrative", "text"}


def test_a_refusal_names_the_key_action_and_the_way_on():
    there = There()
    theirs = with_action(there.matrix, 1, status="completed")
    one = there.import_of(theirs)
    choosing.choose_all(
        one, "theirs", by=there.officer, seen=committing.showing(fresh(one), there.officer), conflicts=True
    )
    with (
        mock.patch.object(progress, "report", side_effect=Refused("It needs evidence.")),
        pytest.raises(Refused, match=r"Key action 1\.2: It needs evidence\. Or keep what is here"),
    ):
        commit(one, there.officer)


def test_a_doubt_has_its_place_in_any_language():
    there = There()
    rows = with_action(there.matrix, 0, deadline=read("when the tide turns"))
    one = there.import_of(rows)
    with translation.override("fr"):
        told = [doubt for doubt in Review(fresh(one)).doubts if "tide" in doubt.sentence]
    assert [doubt.path.startswith("recommendations[0].actions[0]") for doubt in told] == [True]
