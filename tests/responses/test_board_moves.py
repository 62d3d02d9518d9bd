"""Many key actions at once: what is done, what is left out and why, what can be taken back."""

import json
from datetime import timedelta

import pytest

from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Notification, Part
from evaltrack.roles import Role
from recommendations.models import Evaluation
from responses import board_moves, leading
from responses.board_moves import EXTEND, REASSIGN, REMIND
from responses.choices import RequestState, ResponseState
from responses.leading import Lead
from responses.models import ActionParty, DeadlineChange, KeyAction, ManagementResponse
from responses.permissions import access, reported_by, run_by
from tests import factories as make
from tests.people import FIVE, five

pytestmark = pytest.mark.django_db

TODAY = make.NOW.date()


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
def officer(staff):
    return staff["officer of the office"]


@pytest.fixture
def owner(staff):
    return staff["action owner"]


@pytest.fixture
def response(office):
    evaluation = make.evaluation([office], short_title="Safe water")
    return make.response(evaluation, office=office, state=ResponseState.CLEARED)


@pytest.fixture
def answer(response):
    return make.answer(make.recommendation(response.evaluation, number="3"), response, decision="accepted")


@pytest.fixture
def action(answer, owner):
    return make.action(answer, text="Publish it.", due=TODAY + timedelta(days=30), lead=owner)


def preview(what, by, *actions):
    found = board_moves.preview(what, [one.pk for one in actions], by=by, now=make.NOW)
    return found.doable, [(one.action, one.why) for one in found.left]


def remind(by, *actions, **options):
    return board_moves.remind([one.pk for one in actions], by=by, now=make.NOW, **options)


def reassign(by, lead, *actions, reason="She left."):
    return board_moves.reassign([one.pk for one in actions], lead, by=by, now=make.NOW, reason=reason)


def extend(by, *actions, until="30 June 2027", reason="The rains came early."):
    return board_moves.extend([one.pk for one in actions], until, by=by, now=make.NOW, reason=reason)


def led_by(action):
    rows = action.parties.filter(part=Part.LEAD).order_by("order")
    return [(one.name, one.person, one.office, one.role) for one in rows]


# Who may -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [*FIVE, "coordinator", "manager", "superuser"])
@pytest.mark.parametrize("confidential", [False, True])
def test_the_questions_to_the_database_say_what_the_rights_say(staff, response, who, confidential):
    staff |= {"coordinator": make.user(), "manager": make.user(), "superuser": make.user(is_superuser=True)}
    ManagementResponse.objects.update(coordinator=staff["coordinator"])
    Evaluation.objects.update(manager=staff["manager"], confidential=confidential)
    person, found = staff[who], ManagementResponse.objects.get()
    rights = access(person, found)
    assert ManagementResponse.objects.filter(run_by(person)).exists() is (rights.respond or rights.oversee)
    assert ManagementResponse.objects.filter(reported_by(person)).exists() is rights.report


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("evaluation unit", {REMIND, REASSIGN, EXTEND}), ("officer of the office", {REMIND, REASSIGN, EXTEND}),
        ("action owner", {EXTEND}), ("reader", set()), ("officer elsewhere", set()),
    ],
)  # fmt: skip
def test_who_may_do_what_with_an_action(staff, action, who, may):
    for what in (REMIND, REASSIGN, EXTEND):
        doable, left = preview(what, staff[who], action)
        assert doable == ([action] if what in may else [])
        seen = who != "officer elsewhere"
        assert [why[:9] for _one, why in left] == (["not yours"] if seen and what not in may else [])


def test_what_one_may_not_see_is_not_even_named(staff, action):
    done = remind(staff["officer elsewhere"], action)
    assert (done.done, done.left) == ([], [])


@pytest.mark.parametrize("what", [REMIND, REASSIGN, EXTEND])
def test_what_is_closed_is_left_out(officer, answer, owner, what):
    action = make.action(answer, lead=owner, **make.closed())
    assert preview(what, officer, action) == ([], [(action, str(board_moves.CLOSED))])


@pytest.mark.parametrize("what", [REMIND, REASSIGN, EXTEND])
def test_the_preview_takes_a_number_of_queries_that_does_not_grow(
    officer, owner, what, office, django_assert_num_queries, django_assert_max_num_queries
):
    made = []
    for count in (1, 3):
        while len(made) < count:
            response = make.response(make.evaluation([office]), office=office)
            made.append(
                make.action(make.answer(make.recommendation(response.evaluation), response), lead=owner)
            )
        with django_assert_max_num_queries(40) as captured:
            preview(what, officer, *made)
        if count == 1:
            first = len(captured)
    assert len(captured) == first


# Asking how they stand -----------------------------------------------------------------------------------


def test_each_lead_is_asked_once_for_all_of_theirs(officer, owner, answer, office):
    other = make.user("Zora Fen")
    mine = [make.action(answer, text=f"Do {n}.", lead=owner) for n in (1, 2)]
    hers = make.action(answer, text="Mend it.", lead=other)
    done = remind(officer, *mine, hers, note="Before Friday, please.")
    assert (set(done.done), done.left, done.people) == ({*mine, hers}, [], 2)
    told = {one.person: one for one in Notification.objects.all()}
    assert told[owner].text == "Ines Okafor asks how 2 key actions of yours stand."
    assert told[owner].detail.splitlines() == [
        "Before Friday, please.",
        "3.1 Do 1. (Safe water)",
        "3.2 Do 2. (Safe water)",
    ]
    assert told[other].text == "Ines Okafor asks how it stands: key action 3.3 of “Safe water”"
    assert told[other].url == f"/actions/{hers.pk}/"
    entry = AuditEntry.objects.get(target_id=hers.pk, verb="reminded")
    assert entry.changes == {"people": ["", "Zora Fen"]}


def test_an_action_is_asked_about_once_a_day(officer, staff, action, time_machine):
    assert remind(officer, action).done == [action]
    again = remind(staff["evaluation unit"], action)
    assert (again.done, again.reasons) == ([], [(str(board_moves.TODAY), 1)])
    time_machine.move_to(make.NOW + timedelta(days=1), tick=False)
    tomorrow = board_moves.remind([action.pk], by=officer, now=make.NOW + timedelta(days=1))
    assert tomorrow.done == [action]


def test_nobody_is_asked_where_nobody_leads(officer, answer):
    action = make.action(answer)
    ActionParty.objects.create(action=action, name="Legal unit")
    assert preview(REMIND, officer, action) == ([], [(action, str(board_moves.NOBODY))])


# Naming another lead -------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["drafting", "cleared", "published", "returned"])
def test_another_lead_is_named_and_the_words_stay(officer, action, state):
    ManagementResponse.objects.update(state=state)
    new = make.user("Zora Fen")
    assert reassign(officer, Lead(person=new), action).done == [action]
    assert led_by(action) == [("Arlo Quist", new, None, "")]
    assert KeyAction.objects.get().responsible_text == "Arlo Quist"
    told = Notification.objects.get()
    assert (told.person, told.detail) == (new, "She left.")
    entry = AuditEntry.objects.get(verb="reassigned")
    assert entry.changes == {"responsible": ["Arlo Quist", "Zora Fen"], "reason": ["", "She left."]}


def test_an_office_or_a_role_can_lead(officer, office, action):
    reassign(officer, Lead(office=office, role=Role.ME_OFFICER), action)
    assert led_by(action) == [("Arlo Quist", None, office, Role.ME_OFFICER)]
    assert list(Notification.objects.values_list("person__name", flat=True)) == []  # the officer did it


def test_without_a_lead_one_is_added(officer, answer, owner):
    action = make.action(answer)
    reassign(officer, Lead(person=owner), action)
    assert led_by(action) == [("Arlo Quist", owner, None, "")]


def test_not_while_the_matrix_is_being_cleared(officer, action):
    ManagementResponse.objects.update(state=ResponseState.IN_CLEARANCE)
    assert preview(REASSIGN, officer, action) == ([], [(action, str(board_moves.IN_CLEARANCE))])


def test_who_leads_already_is_left_out_and_a_reason_must_be_given(officer, owner, action):
    (left,) = reassign(officer, Lead(person=owner), action).left
    assert left.why == "Arlo Quist leads it already."
    with pytest.raises(Refused, match="why someone else leads"):
        reassign(officer, Lead(person=make.user()), action, reason=" ")


def test_nothing_is_given_to_nobody(office):
    for nobody in (
        Lead(person=make.user(is_active=False)),
        Lead(office=office),
        Lead(office=office, role=Role.READER),
    ):
        with pytest.raises(Refused, match="Nobody with an active account"):
            leading.check(nobody, make.NOW)


def test_it_can_be_taken_back_until_somebody_names_yet_another(officer, owner, answer, action):
    bare, kept = make.action(answer), make.action(answer, lead=owner)
    done = reassign(officer, Lead(person=make.user("Zora Fen")), action, bare, kept)
    reassign(officer, Lead(person=make.user("Ugo Bright")), kept)
    undo = json.loads(json.dumps(done.undo))  # as a session keeps it
    back = board_moves.undo_reassign(undo, by=officer, now=make.NOW)
    assert set(back.done) == {action, bare}
    assert [one.why for one in back.left] == ["Somebody has named yet another lead."]
    assert (led_by(action), led_by(bare)) == ([("Arlo Quist", owner, None, "")], [])


# Putting off ---------------------------------------------------------------------------------------------


def test_each_deadline_is_put_off_by_itself(officer, answer, action):
    there = make.action(answer, due=TODAY)
    KeyAction.objects.filter(pk=there.pk).update(deadline_text="30 June 2027")
    done = extend(officer, action, there)
    assert (done.done, [one.why[:28] for one in done.left]) == ([action], ["That is its deadline already"])
    assert KeyAction.objects.get(pk=action.pk).deadline_text == "30 June 2027"
    assert DeadlineChange.objects.get().reason == "The rains came early."


def test_what_is_not_a_day_is_refused_for_each(officer, action):
    done = extend(officer, action, until="when it suits")
    assert (done.done, len(done.left)) == ([], 1)
    assert not DeadlineChange.objects.exists()


def test_the_preview_says_what_would_be_refused(officer, action):
    ManagementResponse.objects.update(state="drafting")
    assert preview(EXTEND, officer, action) == ([], [(action, str(board_moves.NOT_CLEARED))])
    ManagementResponse.objects.update(state="in_clearance", version=2)
    assert preview(EXTEND, officer, action) == ([], [(action, str(board_moves.IN_CLEARANCE))])
    ManagementResponse.objects.update(state="cleared")
    change = DeadlineChange.objects.create(action=action, reason="x", asked_at=make.NOW, after_text="2027")
    assert preview(EXTEND, officer, action) == ([], [(action, str(board_moves.IS_WAITING))])
    change.delete()
    assert preview(EXTEND, officer, action)[0] == [action]


def test_what_waits_for_approval_can_be_withdrawn(officer, action):
    change = DeadlineChange.objects.create(
        action=action, reason="x", asked_at=make.NOW, asked_by=officer, after_text="2027"
    )
    other = DeadlineChange.objects.create(
        action=make.action(action.answer), reason="x", asked_at=make.NOW, after_text="2027"
    )
    done = board_moves.undo_extend([change.pk, other.pk, "x"], by=officer, now=make.NOW)
    assert done.done == [action]
    change.refresh_from_db()
    other.refresh_from_db()
    assert (change.state, other.state) == (RequestState.WITHDRAWN, RequestState.WAITING)
