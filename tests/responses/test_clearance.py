"""What makes a clearance worth something: who decides, once, and who is told (what is frozen: test_snapshots)."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Membership, Notification
from evaltrack.roles import Role
from recommendations.choices import EvaluationState
from responses import answers, clearance, lifecycle, snapshots
from responses.choices import ResponseState
from responses.lifecycle import WAY
from responses.models import KeyAction
from tests import factories as make
from tests.responses.clearances import World, deputy_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def there() -> World:
    return World()


def again(there: World) -> None:
    there.response.refresh_from_db()


# Who decides ---------------------------------------------------------------------------------------------


def test_the_steps_are_those_of_the_profile_one_after_the_other(there: World) -> None:
    there.submit()
    assert there.steps == [("Head of office", "waiting"), ("Evaluation unit", "waiting")]
    there.move("clear", there.head)
    assert there.response.state == ResponseState.IN_CLEARANCE
    assert there.steps == [("Head of office", "cleared"), ("Evaluation unit", "waiting")]
    there.move("clear", there.unit)
    assert there.response.state == ResponseState.CLEARED


def test_where_nobody_holds_the_role_the_office_above_clears(there: World) -> None:
    Membership.objects.filter(person=there.head).delete()
    above = make.member(Role.CLEARING_OFFICER, there.top)
    there.submit()
    there.move("clear", above)
    assert there.response.steps.first().office == there.top


def test_what_nobody_at_all_could_clear_is_not_submitted(there: World) -> None:
    Membership.objects.filter(person=there.head).delete()
    with pytest.raises(Refused, match="Nobody is “Clearing officer” at Country Office Norland"):
        there.submit()


def test_two_steps_that_lie_with_the_same_people_are_one(there: World) -> None:
    there.response.office = there.top
    there.response.save()
    make.member(Role.CLEARING_OFFICER, there.top)
    assert len(clearance.chain(there.response)) == 2
    profile = there.evaluation.profile
    profile.data["clearance"] = [profile.data["clearance"][1], profile.data["clearance"][1]]
    profile.save()
    again(there)
    assert len(clearance.chain(there.response)) == 1


def test_a_response_of_the_whole_organisation_is_cleared_at_its_head(there: World) -> None:
    there.response.office = None
    there.response.save()
    make.member(Role.CLEARING_OFFICER, there.top)
    assert {post.office for post in clearance.chain(there.response)} == {there.top}


def test_a_deputy_clears_for_the_officer_and_is_printed_so(there: World) -> None:
    deputy = deputy_of(there.head, "Dana Orlov")
    there.submit()
    there.move("clear", deputy)
    there.move("clear", there.unit)
    first, second = snapshots.clearings_of(snapshots.cleared(there.response))
    assert (first.name, first.acting_for, first.office) == (
        "Dana Orlov", "Halima Deane", "Country Office Norland",
    )  # fmt: skip
    assert (second.name, second.function, second.acting_for) == ("Una Berg", "Head of Evaluation", "")


def test_a_deputy_whose_days_are_over_does_not_clear(there: World) -> None:
    deputy = deputy_of(there.head)
    deputy.stands_in_for.update(ends_on=timezone.localdate() - timedelta(days=1))
    there.submit()
    with pytest.raises(PermissionDenied):
        there.move("clear", deputy)


def test_whose_role_ends_while_the_page_is_open_does_not_clear(there: World) -> None:
    there.submit()
    seen = WAY.moment(there.response)
    yesterday = timezone.localdate() - timedelta(days=1)
    Membership.objects.filter(person=there.head).update(ends_on=yesterday)
    with pytest.raises(PermissionDenied):
        there.move("clear", there.head, seen=seen)


def test_who_submitted_does_not_clear_while_someone_else_can(there: World) -> None:
    Membership.objects.create(person=there.coordinator, office=there.here, role=Role.CLEARING_OFFICER)
    there.submit()
    with pytest.raises(Refused, match="You submitted the response yourself.*Halima Deane"):
        there.move("clear", there.coordinator)
    there.move("return", there.coordinator)
    assert there.response.state == ResponseState.RETURNED


def test_who_submitted_clears_where_nobody_else_holds_the_role(there: World) -> None:
    Membership.objects.filter(person=there.head).update(person=there.coordinator)
    there.submit()
    there.move("clear", there.coordinator)
    assert there.response.steps.first().name == "Cora Vance"


def test_a_deputy_who_submitted_leaves_it_to_the_officer(there: World) -> None:
    deputy = deputy_of(there.head)
    Membership.objects.create(person=deputy, office=there.here, role=Role.ME_OFFICER)
    there.move("submit", deputy)
    with pytest.raises(Refused, match="Halima Deane"):
        there.move("clear", deputy)


def test_nobody_clears_two_steps_while_someone_else_can(there: World) -> None:
    Membership.objects.create(person=there.head, office=there.top, role=Role.EVALUATION_UNIT)
    there.submit()
    there.move("clear", there.head)
    with pytest.raises(Refused, match="You cleared an earlier step.*Una Berg"):
        there.move("clear", there.head)
    Membership.objects.filter(person=there.unit).delete()
    there.move("clear", there.head)
    assert there.response.state == ResponseState.CLEARED


def test_evaltrack_itself_clears_and_returns_nothing(there: World) -> None:
    there.submit()
    for name in ("clear", "return"):
        with pytest.raises(Refused, match="Only a person"):
            there.move(name, None)


# Two at once, and twice ----------------------------------------------------------------------------------


def test_of_two_officers_the_second_is_told_who_was_quicker(there: World) -> None:
    other = make.member(Role.CLEARING_OFFICER, there.here)
    there.submit()
    seen = WAY.moment(there.response)
    there.move("clear", there.head, seen=seen)
    with pytest.raises(Refused, match="Halima Deane was quicker: “Clear”"):
        there.move("return", other, seen=seen)
    assert there.steps == [("Head of office", "cleared"), ("Evaluation unit", "waiting")]


def test_a_double_click_clears_one_step(there: World) -> None:
    """Also of a person whose turn it is in the next step as well."""
    Membership.objects.filter(person=there.unit).update(person=there.head)
    there.submit()
    seen = WAY.moment(there.response)
    there.move("clear", there.head, seen=seen)
    with pytest.raises(Refused, match="You have done that already"):
        there.move("clear", there.head, seen=seen)
    assert there.steps == [("Head of office", "cleared"), ("Evaluation unit", "waiting")]


def test_what_was_withdrawn_and_submitted_again_is_not_cleared_from_the_old_page(there: World) -> None:
    there.submit()
    seen = WAY.moment(there.response)
    there.move("withdraw", there.coordinator)
    there.submit()
    with pytest.raises(Refused, match="was quicker"):
        there.move("clear", there.head, seen=seen)


def test_returning_needs_a_reason_and_a_comment_has_an_end(there: World) -> None:
    there.submit()
    with pytest.raises(Refused, match="Say why"):
        there.move("return", there.head, comment="  ")
    with pytest.raises(Refused, match="5000"):
        there.move("return", there.head, comment="x" * 5001)


def test_nothing_goes_on_while_the_evaluation_is_cancelled(there: World) -> None:
    there.submit()
    there.evaluation.state = EvaluationState.CANCELLED
    there.evaluation.save()
    with pytest.raises(Refused, match="cancelled"):
        there.move("clear", there.head)


# Again ---------------------------------------------------------------------------------------------------


def test_a_response_that_was_returned_goes_through_the_whole_chain_again(there: World) -> None:
    there.submit()
    there.move("clear", there.head)
    there.move("return", there.unit, comment="Which budget?")
    there.submit()
    assert there.steps == [
        ("Head of office", "cleared"),
        ("Evaluation unit", "returned"),
        ("Head of office", "waiting"),
        ("Evaluation unit", "waiting"),
    ]
    assert [one.label for one in there.response.snapshots.all()] == ["1, draft 1", "1, draft 2"]


def test_while_a_new_version_is_written_the_one_before_it_holds(there: World) -> None:
    there.publish()
    first = snapshots.cleared(there.response)
    there.move("revise", there.coordinator, comment="The river has moved.")
    answers.narrate(there.response.answers.get(), "Agreed, elsewhere.", by=there.coordinator)
    assert (there.response.version, there.response.state) == (2, ResponseState.DRAFTING)
    held = snapshots.cleared(there.response)
    assert held == first
    assert held.published_at
    assert "Agreed." in held.matrix
    there.clear_all()
    assert snapshots.cleared(there.response).version == 2
    assert "Agreed, elsewhere." in snapshots.cleared(there.response).matrix


def test_a_move_is_one_entry_of_the_history_with_all_that_it_changed(there: World) -> None:
    there.publish()
    there.move("revise", there.coordinator, comment="The river has moved.")
    entry = AuditEntry.objects.get(verb="revise")
    assert entry.changes["state"] == ["published", "drafting"]
    assert entry.changes["version"] == [1, 2]
    assert entry.changes["comment"] == ["", "The river has moved."]
    assert entry.changes["published_at"][1] is None
    last = AuditEntry.objects.filter(verb="clear").last()
    assert last.changes["snapshot"] == ["", snapshots.cleared(there.response).sha256]


def test_what_one_last_saw_is_what_it_is_compared_with(there: World) -> None:
    there.submit()
    first = snapshots.latest(there.response)
    assert snapshots.seen_before(first, there.head) is None
    snapshots.look(first, by=there.head, now=timezone.now())
    snapshots.look(first, by=there.head, now=timezone.now())
    there.move("return", there.head)
    there.submit()
    second = snapshots.latest(there.response)
    assert snapshots.seen_before(second, there.head) == first
    assert snapshots.seen_before(second, there.unit) is None
    there.move("clear", there.head)
    there.move("clear", there.unit)
    version = snapshots.cleared(there.response)
    there.move("revise", there.coordinator)
    there.submit()
    assert snapshots.seen_before(snapshots.latest(there.response), there.unit) == version


# Handing over --------------------------------------------------------------------------------------------


def test_after_the_last_hand_over_the_evaluators_see_it_no_more(there: World) -> None:
    evaluator = make.user()
    there.evaluation.evaluators.add(evaluator)
    other = make.response(
        there.evaluation, office=there.elsewhere, coordinator=make.user(), state="prefilling"
    )
    there.response.state = ResponseState.PREFILLING
    there.response.save()
    there.move("hand_over", evaluator)
    assert there.response.evaluation.handed_over_at is None
    lifecycle.WAY.make(other, "hand_over", by=evaluator, now=timezone.now())
    there.evaluation.refresh_from_db()
    assert there.evaluation.handed_over_at


def test_without_a_coordinator_the_focal_point_becomes_it(there: World) -> None:
    there.response.coordinator, there.response.state = None, ResponseState.PREFILLING
    there.response.save()
    with pytest.raises(Refused, match="Name the coordinator"):
        there.move("hand_over", there.unit)
    there.here.focal_point = make.user("Fola Adeyemi")
    there.here.save()
    there.move("hand_over", there.unit)
    assert there.response.coordinator == there.here.focal_point
    assert AuditEntry.objects.get(verb="hand_over").changes["coordinator"] == [None, "Fola Adeyemi"]


def test_what_is_answered_is_not_given_back(there: World) -> None:
    with pytest.raises(Refused, match="answered already"):
        there.move("hand_back", there.unit)
    answer = there.response.answers.get()
    answer.decision = answer.narrative = ""
    answer.save()
    with pytest.raises(Refused, match="answered already"):
        there.move("hand_back", there.unit)
    KeyAction.objects.all().update(removed_at=timezone.now())
    there.move("hand_back", there.unit)
    assert there.response.state == ResponseState.PREFILLING


# Who is told ---------------------------------------------------------------------------------------------


def told(since: int = 0) -> set[tuple[str, str]]:
    return set(Notification.objects.filter(pk__gt=since).values_list("person__name", "kind"))


def latest() -> int:
    last = Notification.objects.order_by("-pk").first()
    return last.pk if last else 0


def test_who_is_told_of_what(there: World) -> None:
    there.submit()
    assert told() == {("Halima Deane", "clearance_wanted")}
    mark = latest()
    there.move("clear", there.head)
    assert told(mark) == {("Una Berg", "clearance_wanted"), ("Cora Vance", "response_cleared")}
    mark = latest()
    there.move("return", there.unit)
    assert told(mark) == {("Cora Vance", "response_returned"), ("Halima Deane", "response_returned")}
    there.submit()
    mark = latest()
    there.move("withdraw", there.coordinator)
    assert told(mark) == {("Halima Deane", "response_withdrawn")}
    there.clear_all()
    mark = latest()
    there.move("publish", there.unit)
    assert told(mark) == {
        (name, "response_published") for name in ("Cora Vance", "Halima Deane", "Arlo Quist")
    }
    mark = latest()
    there.move("revise", there.coordinator)
    assert told(mark) == {("Halima Deane", "response_revised"), ("Una Berg", "response_revised")}


def test_what_waits_for_whom_and_for_how_long(there: World) -> None:
    today = timezone.localdate()
    deputy = deputy_of(there.head)
    assert clearance.waiting_for(there.head, today) == []
    there.submit()
    (one,) = clearance.waiting_for(there.head, today + timedelta(days=3))
    assert (one.response, one.called, one.days) == (there.response, "Head of office", 3)
    assert len(clearance.waiting_for(deputy, today)) == 1
    assert clearance.waiting_for(there.unit, today) == []
    there.move("clear", there.head)
    assert clearance.waiting_for(there.head, today) == []
    assert [one.days for one in clearance.waiting_for(there.unit, today)] == [0]
    there.move("return", there.unit)
    assert clearance.waiting_for(there.unit, today) == []
