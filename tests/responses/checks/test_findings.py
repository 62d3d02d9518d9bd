"""The checks of a draft: what each says, where, and that it says no more than is so."""

import time
from datetime import date, timedelta

import pytest
from django.utils.translation import override

from evaltrack.deadlines import Deadline, Kind, read
from evaltrack.models import Membership, Part
from evaltrack.roles import Role
from recommendations.choices import Check, Decision
from recommendations.models import RecommendationParty
from responses import checks, standing
from responses.checks.finding import WHY
from responses.choices import ResponseState
from responses.models import ActionParty, Footnote, KeyAction, RecommendationResponse
from tests import factories as make

pytestmark = pytest.mark.django_db

TODAY = make.NOW.date()
REPORT = TODAY - timedelta(days=60)
SOON = TODAY + timedelta(days=90)


@pytest.fixture
def answer():
    """Accepted, with one key action that lacks nothing."""
    recommendation = make.recommendation(make.evaluation(report_date=REPORT))
    answer = make.answer(recommendation, decision=Decision.ACCEPTED, narrative="Management accepts.")
    make.action(answer, due=SOON, lead=make.user(), text="Write the guidance.", responsible_text="Unit")
    KeyAction.objects.update(responsible_text="Evaluation manager")
    return answer


def found_in(response, check=None):
    found = checks.findings(response, TODAY)
    return [one for one in found if one.check == check] if check else found


def test_a_whole_draft_has_nothing_to_mend(answer):
    assert found_in(answer.response) == []
    assert checks.hindrance(answer.response) == ""


def test_a_finding_says_what_where_and_why_and_leads_to_the_cell(answer):
    recommendation = make.recommendation(answer.response.evaluation)
    [one] = found_in(answer.response)
    assert (one.check, one.where, one.what) == (
        Check.UNANSWERED,
        "Recommendation 2",
        "No decision has been made on it.",
    )
    assert one.why == "Every recommendation is owed an answer; silence reads as neglect."
    assert (one.cell, one.anchor) == (
        f"answer.{recommendation.pk}.decision",
        f"answer-{recommendation.pk}-decision",
    )
    assert (one.recommendation, one.mandatory) == (recommendation.pk, True)


def test_every_check_is_looked_for_and_says_why_it_matters():
    assert set(WHY) == set(Check) == frozenset().union(*checks.CHECKS.values())
    assert all(str(sentence).endswith(".") for sentence in WHY.values())


# Decisions


def test_a_text_without_a_decision_is_no_answer(answer):
    RecommendationResponse.objects.update(decision="")
    [one] = found_in(answer.response, Check.UNANSWERED)
    assert one.what == "There is a text, but no decision: choose one."


def test_only_a_decision_that_needs_a_reason_lacks_one(answer):
    RecommendationResponse.objects.update(narrative=" ")
    assert found_in(answer.response) == []
    RecommendationResponse.objects.update(decision=Decision.PARTIALLY_ACCEPTED)
    [one] = found_in(answer.response)
    assert (one.check, one.mandatory) == (Check.NO_REASON, True)
    assert one.what == "“Partially Accept”, and the response does not say why."


def test_what_is_accepted_needs_a_key_action_unless_it_is_addressed_outside(answer):
    KeyAction.objects.update(removed_at=make.NOW)
    [one] = found_in(answer.response)
    assert (one.check, one.anchor) == (Check.NO_ACTION, f"new-action-{answer.recommendation_id}")
    answer.recommendation.directed_to = "Government of Norland"
    answer.recommendation.save()
    assert found_in(answer.response) == []


def test_what_is_rejected_has_no_key_actions_and_these_lack_nothing_else(answer):
    RecommendationResponse.objects.update(decision=Decision.REJECTED)
    make.action(answer, text="Something without lead or time.")
    [one] = found_in(answer.response)
    assert one.check == Check.REJECTED_WITH_ACTIONS
    assert one.what == "“Reject”, and yet there are 2 key actions: remove them, or decide otherwise."


def test_more_than_eight_key_actions_are_many(answer):
    lead = make.user()
    words = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel"]
    for word in words[:7]:
        make.action(answer, due=SOON, lead=lead, text=f"Open the {word} office.")
    KeyAction.objects.update(responsible_text="Unit")
    assert found_in(answer.response) == []
    ninth = make.action(answer, due=SOON, text="Close it.", responsible_text="Unit")
    ActionParty.objects.create(action=ninth, name="Unit", person=lead)
    [one] = found_in(answer.response)
    assert (one.check, one.anchor) == (Check.TOO_MANY_ACTIONS, f"action-{ninth.pk}")


# Leads


def test_an_action_has_a_lead_of_its_own_or_its_recommendations(answer):
    ActionParty.objects.update(part=Part.SUPPORT)
    [one] = found_in(answer.response)
    assert one.check == Check.NO_LEAD
    assert one.what == "Nobody named there leads it: they only support or coordinate."
    RecommendationParty.objects.create(
        recommendation=answer.recommendation, name="Nora", person=make.user("Nora Vik")
    )
    assert found_in(answer.response) == []


def test_a_lead_is_reached_by_person_role_or_focal_point(answer):
    office = make.office("Country Office Norland")
    party = ActionParty.objects.get()

    def said(**fields):
        ActionParty.objects.update(**{"person": None, "office": None, "role": "", **fields})
        return " ".join(one.what for one in found_in(answer.response, Check.LEAD_UNREACHABLE))

    gone = make.user("Gone Person", is_active=False)
    assert said(person=gone) == "The account of Gone Person is closed."
    assert said(office=office) == "Country Office Norland has no focal point."
    role = {"office": office, "role": Role.ACTION_OWNER}
    assert said(**role) == "Nobody is Action owner at Country Office Norland at present."
    assert said() == f"EvalTrack knows nobody by the name “{party.name}”."
    holder = make.member(Role.ACTION_OWNER, office)
    assert said(**role) == ""
    Membership.objects.filter(person=holder).update(ends_on=TODAY - timedelta(days=1))
    assert said(**role) == "Nobody is Action owner at Country Office Norland at present."
    office.focal_point = holder
    office.save()
    assert said(office=office) == ""


def test_one_lead_who_is_reached_is_enough(answer):
    ActionParty.objects.create(action=KeyAction.objects.get(), name="The partners")
    assert found_in(answer.response) == []


# Times


@pytest.mark.parametrize(
    ("deadline", "check"),
    [
        (None, Check.NO_DEADLINE),
        (read("whenever it suits"), Check.DEADLINE_UNCLEAR),
        (Deadline("then", Kind.DATE, due=TODAY - timedelta(days=1)), Check.DEADLINE_PAST),
        (Deadline("then", Kind.DATE, due=TODAY), None),
        (Deadline("then", Kind.DATE, due=REPORT - timedelta(days=1)), Check.DEADLINE_BEFORE_REPORT),
        (Deadline("then", Kind.DATE, due=date(2032, 1, 1)), Check.DEADLINE_TOO_LATE),
        (Deadline("from May", Kind.FROM, start=REPORT - timedelta(days=9)), None),
        (Deadline("continuously", Kind.CONTINUOUS), None),
    ],
)
def test_times(answer, deadline, check):
    action = KeyAction.objects.get()
    action.deadline = deadline
    action.save()
    found = found_in(answer.response)
    assert [one.check for one in found] == ([check] if check else [])
    assert all(one.cell == f"action.{action.pk}.deadline" for one in found)
    KeyAction.objects.update(**make.closed())
    assert found_in(answer.response) == []


def test_what_fell_due_since_the_clearance_is_late_and_no_fault_of_the_draft(answer):
    KeyAction.objects.update(deadline_due=TODAY - timedelta(days=1))
    assert [one.check for one in found_in(answer.response)] == [Check.DEADLINE_PAST]
    answer.response.state = ResponseState.PUBLISHED
    assert found_in(answer.response) == []


def test_without_a_report_date_only_the_past_is_out_of_time(answer):
    answer.response.evaluation.report_date = None
    KeyAction.objects.update(deadline_due=date(2099, 1, 1))
    assert found_in(answer.response) == []


# Texts


def test_the_second_of_two_that_say_the_same(answer):
    other = make.answer(
        make.recommendation(answer.response.evaluation), decision=Decision.ACCEPTED, narrative="Yes."
    )
    make.action(other, due=SOON, lead=make.user("L M"), text="write guidance", responsible_text="")
    KeyAction.objects.update(responsible_text="Unit")
    [one] = found_in(answer.response)
    assert (one.check, one.where, one.what) == (
        Check.DUPLICATE_ACTION,
        "Key action 2.1",
        "It says the same as key action 1.1.",
    )


def test_what_a_form_left_in_any_text(answer):
    response = answer.response
    response.overall_comment = "[insert comment]"
    response.save()
    Footnote.objects.create(response=response, mark="1", text="TBD")
    RecommendationResponse.objects.update(narrative="Accept/Partially Accept/Reject")
    KeyAction.objects.update(text="Key action 1:", responsible_text="xxx")
    found = found_in(response, Check.PLACEHOLDER)
    assert [one.where for one in found] == [
        "Overall comment",
        "Note 1",
        "Recommendation 1",
        "Key action 1.1",
        "Key action 1.1",
    ]
    assert found[0].what == "“[insert comment]” is left over from a form or a template."


def test_persons_named_where_it_will_be_published(answer):
    make.user("Ilse Maurer")
    RecommendationResponse.objects.update(narrative="Ilse Maurer accepts.")
    KeyAction.objects.update(responsible_text="Ms Maurer")
    texts, cells = found_in(answer.response, Check.NAMES_A_PERSON)
    assert (texts.where, texts.what) == ("Recommendation 1", "It names Ilse Maurer.")
    assert (cells.where, cells.what) == ("Key action 1.1", "Persons are named as responsible.")
    answer.response.evaluation.confidential = True
    assert found_in(answer.response) == []


def test_numbers_that_do_not_follow(answer):
    evaluation = answer.response.evaluation
    fourth = make.recommendation(evaluation, number="4")
    make.recommendation(evaluation, number="")  # one without a number is no gap
    KeyAction.objects.update(own_number="3.2")
    RecommendationResponse.objects.update(
        narrative="See recommendation 9, and 4 as well as recommendation 1."
    )
    found = found_in(answer.response, Check.NUMBERS_DO_NOT_FOLLOW)
    assert [(one.where, one.what) for one in found] == [
        ("Key action 3.2", "Its number is that of an action under recommendation 3."),
        ("Recommendation 1", "It refers to recommendation 9, which is not there."),
        ("Recommendation 4", "4 comes after 1."),
    ]
    assert found[-1].anchor == f"recommendation-{fourth.pk}"


# All together


def test_before_the_hand_over_only_the_recommendations_are_looked_at(answer):
    make.recommendation(answer.response.evaluation, number="7", text="Recommendation text")
    answer.response.state = ResponseState.PREFILLING
    assert {one.check for one in found_in(answer.response)} == {Check.NUMBERS_DO_NOT_FOLLOW}


def test_what_is_mandatory_hinders_and_says_where(answer):
    for _number in range(12):
        make.recommendation(answer.response.evaluation)
    sentence = checks.hindrance(answer.response)
    assert sentence.startswith(
        "Not everything is there that has to be. Recommendation not answered: Recommendation 2, Recommendation 3,"
    )
    assert sentence.endswith("Recommendation 11 and 2 more.")


def test_groups_go_by_recommendation_and_begin_with_the_response(answer):
    answer.response.overall_comment = "TBD"
    second = make.recommendation(answer.response.evaluation, text="TBD by others")
    groups = checks.grouped(found_in(answer.response))
    assert [(group.recommendation, len(group.findings)) for group in groups] == [(None, 1), (second.pk, 2)]


def test_the_lists_count_what_the_checks_find():
    """Two readings of the same gaps: many responses at once, and one in full."""
    office, lead = make.office(), make.user()
    response = make.response(make.evaluation([office], report_date=REPORT))
    for decision in ("", *Decision.values):
        for narrative in ("", "Because."):
            for directed_to in ("", "Governments"):
                for planned in (False, True):
                    recommendation = make.recommendation(response.evaluation, directed_to=directed_to)
                    answer = make.answer(recommendation, response, decision=decision, narrative=narrative)
                    if planned:
                        make.action(answer, due=SOON, lead=lead)
                        make.action(answer, **make.closed())
                        make.action(answer, removed_at=make.NOW)
                        bare = make.action(answer)
                        ActionParty.objects.create(action=bare, name="Unit", part=Part.SUPPORT)
    RecommendationParty.objects.create(recommendation=recommendation, name="Unit")
    make.recommendation(response.evaluation)
    counted = standing.standings([response], TODAY)[0]
    found = checks.findings(response, TODAY)

    def number(check):
        return sum(one.check == check for one in found)

    assert counted.recommendations - counted.answered == number(Check.UNANSWERED) > 0
    assert counted.without_reason == number(Check.NO_REASON) > 0
    assert counted.without_action == number(Check.NO_ACTION) > 0
    assert counted.without_lead == number(Check.NO_LEAD) > 0
    assert counted.without_deadline == number(Check.NO_DEADLINE) > 0
    KeyAction.objects.exclude(deadline_due=None).update(deadline_due=TODAY - timedelta(days=1))
    late = [one for one in checks.findings(response, TODAY) if one.check == Check.DEADLINE_PAST]
    assert standing.standings([response], TODAY)[0].overdue == len(late) > 0


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow(count, django_assert_max_num_queries):
    response = make.response(make.evaluation(report_date=REPORT))
    for _number in range(count):
        answer = make.answer(make.recommendation(response.evaluation), response, decision="accepted")
        for _number in range(count):
            make.action(answer, due=SOON, lead=make.user())
    response.evaluation.profile  # noqa: B018
    with django_assert_max_num_queries(12):
        checks.findings(response, TODAY)


def test_a_large_draft_is_checked_in_no_time():
    response = make.response(make.evaluation(report_date=REPORT))
    evaluation, person = response.evaluation, make.user("Ilse Maurer")
    sentence = (
        "The Unit will hold consultations with the Regional Office and its Partners on handover notes. "
    )
    recommendations = type(make.recommendation(evaluation)).objects.bulk_create(
        type(make.recommendation(evaluation))(
            evaluation=evaluation, order=n, number=str(n), text=f"Improve notes {n}. " + sentence * 3
        )
        for n in range(3, 201)
    )
    answers = RecommendationResponse.objects.bulk_create(
        RecommendationResponse(
            response=response, recommendation=one, decision="accepted", narrative=sentence * 6
        )
        for one in recommendations
    )
    actions = KeyAction.objects.bulk_create(
        KeyAction(answer=answer, order=n, text=f"{sentence * 2} Part {answer.pk}.{n}")
        for answer in answers
        for n in range(5)
    )
    ActionParty.objects.bulk_create(ActionParty(action=one, name="Ilse", person=person) for one in actions)
    begun = time.process_time()
    found = checks.findings(response, TODAY)
    spent = time.process_time() - begun
    assert len(found) > 900
    assert spent < 0.9, f"{spent:.2f} s"  # 0.3 s on an idle machine
    with override("fr"):
        assert checks.hindrance(response)
