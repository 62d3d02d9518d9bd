"""Comments: threads, mentions, who is told, and who never is."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Deputy, Notification
from evaltrack.roles import Role
from responses import comments, discussants, drafting
from responses.choices import ResponseState
from responses.models import Comment
from responses.permissions import access
from tests import factories as make
from tests.people import five

pytestmark = pytest.mark.django_db

LATER = make.NOW + timedelta(minutes=5)


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def people(office):
    return five(office)


@pytest.fixture
def coordinator(office):
    return make.user("Cora Dahl")


@pytest.fixture
def response(office, people, coordinator):
    found = make.response(
        make.evaluation([office], title="River ports", short_title="River ports"), coordinator=coordinator
    )
    make.recommendation(found.evaluation)
    return found


@pytest.fixture
def recommendation(response):
    return response.evaluation.recommendations.get()


@pytest.fixture
def unit(people):
    return people["evaluation unit"]


@pytest.fixture
def officer(people):
    return people["officer of the office"]


def say(recommendation, text, by, **options):
    options = {"now": make.NOW, **options}
    return comments.add(recommendation.evaluation.responses.get(), recommendation, text, by=by, **options)


def told():
    return {(one.person.name, one.kind) for one in Notification.objects.all()}


# Who takes part ------------------------------------------------------------------------------------------


def test_who_may_be_told_is_who_may_comment(response, people, recommendation, office, coordinator):
    """``discussants`` says for everybody at once what ``access`` says of one."""
    owner = people["action owner"]
    answer = make.answer(recommendation, response)
    make.action(answer, lead=owner)
    drafter = make.user("Dario Fenn")
    drafting.assign(response, [recommendation], "Dario Fenn", by=coordinator, now=make.NOW)
    deputy = make.user("Dita Roos")
    Deputy.objects.create(person=drafter, deputy=deputy, starts_on=date(2020, 1, 1), ends_on=date(2099, 1, 1))
    evaluator = make.member(Role.EVALUATOR, office, "Eva Lunt")
    response.evaluation.evaluators.add(evaluator)
    make.user("Ole Berg", is_active=False)
    everyone = [*people.values(), coordinator, drafter, deputy, evaluator, make.user("Sten Sol")]
    may = {one for one in everyone if access(one, response).comment}
    assert may == set(discussants.discussing(response))
    assert may == {
        people["evaluation unit"], people["officer of the office"], owner, coordinator, drafter, deputy,
    }  # fmt: skip
    response.evaluation.confidential = True
    response.evaluation.save()
    may = {one for one in everyone if access(one, response).comment}
    assert may == set(discussants.discussing(response))
    assert people["officer of the office"] not in may


@pytest.mark.parametrize("who", ["reader", "officer elsewhere"])
def test_who_takes_no_part_cannot_comment(people, recommendation, who):
    with pytest.raises(PermissionDenied):
        say(recommendation, "Hello.", people[who])


def test_an_evaluator_takes_no_part(response, recommendation, office):
    evaluator = make.member(Role.EVALUATOR, office, "Eva Lunt")
    response.evaluation.evaluators.add(evaluator)
    with pytest.raises(PermissionDenied):
        say(recommendation, "Hello.", evaluator)


# Who is told ---------------------------------------------------------------------------------------------


def test_a_mention_tells_once_and_a_comment_tells_the_coordinator(recommendation, unit, officer):
    say(recommendation, "@Ines Okafor, is this so? And @Ines?", unit)
    assert told() == {("Ines Okafor", "comment_mention"), ("Cora Dahl", "comment_on_mine")}
    one = Notification.objects.get(person=officer)
    assert one.text == "Una Berg mentions you in a comment on recommendation 1 (River ports)."
    assert one.detail == "@Ines Okafor, is this so? And @Ines?"
    comment = Comment.objects.get()
    assert one.url == f"/responses/{comment.response_id}/discussion/{recommendation.pk}/#comment-{comment.pk}"


def test_a_reply_tells_who_wrote_in_the_thread_and_the_drafters(
    response, recommendation, unit, officer, coordinator
):
    make.user("Dario Fenn")
    drafting.assign(response, [recommendation], "Dario Fenn", by=coordinator, now=make.NOW)
    thread = say(recommendation, "Is this so?", officer)
    Notification.objects.all().delete()
    reply = say(recommendation, "It is.", unit, thread=thread)
    assert reply.thread == thread
    assert told() == {
        ("Ines Okafor", "comment_reply"),
        ("Cora Dahl", "comment_on_mine"),
        ("Dario Fenn", "comment_on_mine"),
    }
    again = say(recommendation, "Thanks.", officer, thread=reply)
    assert again.thread == thread


def test_an_author_who_no_longer_takes_part_is_not_told(recommendation, unit, officer):
    thread = say(recommendation, "Is this so?", officer)
    officer.memberships.all().delete()
    Notification.objects.all().delete()
    say(recommendation, "It is.", unit, thread=thread)
    assert "Ines Okafor" not in {name for name, _kind in told()}


def test_also_tell_is_a_mention_without_the_words(recommendation, unit, officer):
    say(recommendation, "Is this so?", unit, also=[officer.pk])
    assert ("Ines Okafor", "comment_mention") in told()


# Mentions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@Ines Okafor", ["Ines Okafor"]),
        ("(@ines okafor) and @Cora Dahl's note", ["Ines Okafor", "Cora Dahl"]),
        ("@Ines, please", ["Ines Okafor"]),
        ("Écrire à @INÈS OKAFOR.", ["Ines Okafor"]),
        ("@Ines\nOkafor", ["Ines Okafor"]),
        ("write to ines@example.org or info@example.org", []),
        ("5 @ 3, and @@", []),
        ("@Ines Okafor @Ines", ["Ines Okafor"]),
    ],
)
def test_mentions_are_read_from_the_text(response, text, names):
    assert [one.name for one in comments.mentioned(response, text)] == names


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("@Rhea Lund, look", "Rhea Lund may not see this discussion"),
        ("@Piet Madsen", "Piet Madsen may not see this discussion"),
        ("@Zoltan", "Nobody who sees this discussion is called “@zoltan”"),
    ],
)
def test_who_may_not_read_it_cannot_be_mentioned_and_nobody_is_told(recommendation, unit, text, sentence):
    with pytest.raises(Refused, match=sentence):
        say(recommendation, f"@Ines Okafor {text}", unit)
    assert not Comment.objects.exists()
    assert not Notification.objects.exists()


def test_two_of_one_name_are_told_apart_by_their_address(response, recommendation, office):
    other = make.member(Role.ME_OFFICER, office, "Ines Okafor", email="ines.two@example.org")
    found = comments.mentioned(response, "@Ines Okafor (ines.two@example.org) knows")
    assert found == [other]
    with pytest.raises(Refused):
        comments.mentioned(response, "@Ines Okafor knows")
    assert [one.text for one in comments.proposals(response, "oka")] == [
        "Ines Okafor (ines.okafor@example.org)",
        "Ines Okafor (ines.two@example.org)",
    ]


# Changing, resolving -------------------------------------------------------------------------------------


def test_ones_own_comment_can_be_changed_for_a_while(recommendation, unit, officer):
    comment = say(recommendation, "Is this so?", unit)
    comments.edit(comment, "Is this so, @Ines Okafor?", by=unit, now=LATER)
    comments.edit(comment, "Is that so, @Ines Okafor?", by=unit, now=LATER)
    comment.refresh_from_db()
    assert (comment.text, comment.edited_at) == ("Is that so, @Ines Okafor?", LATER)
    assert Notification.objects.filter(person=officer).count() == 1
    with pytest.raises(Refused, match="15 minutes"):
        comments.edit(comment, "Too late.", by=unit, now=make.NOW + timedelta(minutes=15))
    with pytest.raises(PermissionDenied):
        comments.edit(comment, "Not mine.", by=officer, now=LATER)


def test_a_thread_is_resolved_and_a_reply_opens_it_again(recommendation, unit, officer):
    thread = say(recommendation, "Is this so?", unit)
    comments.resolve(thread, by=officer, now=LATER)
    thread.refresh_from_db()
    assert (thread.resolved_at, thread.resolved_by) == (LATER, officer)
    say(recommendation, "No.", unit, thread=thread, now=LATER)
    thread.refresh_from_db()
    assert thread.resolved_at is None


@pytest.mark.parametrize("text", ["", "  \n", "x" * 10_001])
def test_an_empty_or_endless_comment_is_refused(recommendation, unit, text):
    with pytest.raises(Refused):
        say(recommendation, text, unit)


def test_the_history_knows_of_it_and_does_not_repeat_the_words(recommendation, unit, officer):
    comment = say(recommendation, "Between us: no.", unit)
    comments.resolve(comment, by=officer, now=LATER)
    entries = AuditEntry.objects.filter(target_type="comment").order_by("pk")
    assert [(one.verb, one.actor) for one in entries] == [
        ("commented", "Una Berg"),
        ("resolved", "Ines Okafor"),
    ]
    assert "Between us" not in "".join(f"{one.target}{one.changes}" for one in entries)


def test_those_who_clear_take_part_when_it_is_their_turn(response, recommendation, office, coordinator):
    chief = make.member(Role.CLEARING_OFFICER, office.parent, "Kleo Ray")
    response.state = ResponseState.IN_CLEARANCE
    response.save()
    assert chief in discussants.discussing(response)
