"""What differs between two matrices: which item is which, and which of its fields."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltrack.deadlines import Deadline, Kind
from responses.matrix.differences import (
    ActionDifference,
    Change,
    Differences,
    RecommendationDifference,
    between,
)
from responses.matrix.document import (
    Action,
    Footnote,
    Matrix,
    Monitoring,
    Recommendation,
    Response,
    Responsible,
    SubPoint,
)
from tests.responses.matrix.matrices import harbour, matrices
from tests.responses.matrix.printing import matrix

# Such that items are alike more often than by chance.
TEXTS = st.sampled_from(["", "Light the quay", "Light the quay at night", "Teach the watch", "Buy lamps now"])
NUMBERS = st.sampled_from(["", "1", "2", "3", "4"])
ACTIONS = st.builds(Action, NUMBERS, TEXTS, comment=st.sampled_from([None, "Begun"]))
RECOMMENDATIONS = st.builds(Recommendation, NUMBERS, TEXTS, actions=st.lists(ACTIONS, max_size=4).map(tuple))
ALIKE = st.lists(RECOMMENDATIONS, max_size=5).map(lambda rows: matrix(*rows))
ANY = matrices() | ALIKE


def mirrored(differences: Differences) -> Differences:
    """With old and new changed over; places are only of the new."""
    return Differences(
        tuple(_change(one) for one in differences.front),
        tuple(
            replace(
                one, old=one.new, new=one.old, place=None, changes=tuple(_change(field) for field in one.changes),
                actions=tuple(_action(action) for action in one.actions),
            )
            for one in differences.recommendations
        ),
        tuple(_change(one) for one in differences.notes),
    )  # fmt: skip


def _change(one: Change) -> Change:
    return replace(one, old=one.new, new=one.old)


def _action(one: ActionDifference) -> ActionDifference:
    return replace(
        one, old=one.new, new=one.old, came_from=one.went_to, went_to=one.came_from, place=None,
        changes=tuple(_change(field) for field in one.changes),
    )  # fmt: skip


def unordered(differences: Differences) -> tuple[object, ...]:
    """What is told, in whatever order."""
    return (
        set(differences.front),
        Counter(
            replace(
                one, place=None, changes=_in_order(one.changes),
                actions=tuple(sorted((replace(a, place=None, changes=_in_order(a.changes)) for a in one.actions), key=repr)),
            )
            for one in differences.recommendations
        ),
        set(differences.notes),
    )  # fmt: skip


def _in_order(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=repr))


@given(ANY)
def test_a_matrix_does_not_differ_from_itself(one: Matrix) -> None:
    found = between(one, one)
    assert not found
    assert [(each.old, each.new) for each in found.recommendations] == [
        (each, each) for each in one.recommendations
    ]


@given(ANY, ANY)
def test_the_other_way_round_the_same_is_told(one: Matrix, other: Matrix) -> None:
    assert unordered(between(other, one)) == unordered(mirrored(between(one, other)))


@given(ANY, ANY)
def test_every_item_of_both_is_told_of_once(one: Matrix, other: Matrix) -> None:
    found = between(one, other).recommendations
    assert Counter(each.old for each in found if each.old) == Counter(one.recommendations)
    assert [each.new for each in found if each.new] == list(other.recommendations)
    actions = [action for each in found for action in each.actions]
    old = Counter(a for each in one.recommendations for a in each.actions)
    new = Counter(a for each in other.recommendations for a in each.actions)
    assert Counter(a.old for a in actions if a.old and a.came_from is None) == old
    assert Counter(a.new for a in actions if a.new and a.went_to is None) == new


@given(ANY, ANY)
def test_no_difference_is_missed(one: Matrix, other: Matrix) -> None:
    if not between(one, other):
        assert [each.text for each in one.recommendations] == [each.text for each in other.recommendations]
        assert between(one, other).of_wording() == between(one, other)


# Which is which ---------------------------------------------------------------------------------------------

QUAY = Recommendation("1", "Light the outer quay before the winter storms.")
WATCH = Recommendation("2", "Teach the night watch how to read the signals.")
FISHERS = Recommendation("3", "Ask the fishers what they need most.")


def told(*old: Recommendation, now: tuple[Recommendation, ...]) -> list[tuple[str, str, str]]:
    """(number before, number after, what became of it)"""
    return [
        (one.old.number if one.old else "", one.new.number if one.new else "", fate(one))
        for one in between(matrix(*old), matrix(*now)).recommendations
    ]


def fate(one: RecommendationDifference) -> str:
    return " ".join([*(["moved"] if one.is_moved else []), *(change.field for change in one.changes)])


def test_one_put_in_before_others_leaves_them_the_same() -> None:
    new = Recommendation("1", "Paint the warehouses in colours.")
    now = (new, replace(QUAY, number="2"), replace(WATCH, number="3"))
    assert told(QUAY, WATCH, now=now) == [("", "1", "text"), ("1", "2", ""), ("2", "3", "")]


def test_one_taken_out_is_told_where_it_stood() -> None:
    now = (QUAY, replace(FISHERS, number="2"))
    assert told(QUAY, WATCH, FISHERS, now=now) == [("1", "1", ""), ("2", "", "text"), ("3", "2", "")]


def test_one_that_moved_is_not_removed_and_added() -> None:
    now = tuple(replace(one, number=str(n)) for n, one in enumerate((FISHERS, QUAY, WATCH), 1))
    assert told(QUAY, WATCH, FISHERS, now=now) == [("3", "1", "moved"), ("1", "2", ""), ("2", "3", "")]


def test_one_reworded_and_renumbered_is_the_same_one() -> None:
    now = (replace(WATCH, number="1"), replace(QUAY, number="2", text="Light the outer quay before winter."))
    assert told(QUAY, WATCH, now=now) == [("2", "1", ""), ("1", "2", "moved text")]


def test_one_written_anew_under_its_number_is_changed() -> None:
    assert told(QUAY, now=(replace(QUAY, text="Dredge."),)) == [("1", "1", "text")]


def actions(*texts: str) -> tuple[Action, ...]:
    return tuple(Action(f"1.{place}", text) for place, text in enumerate(texts, 1))


@pytest.mark.parametrize(
    ("old", "new", "became"),
    [
        (["Buy lamps", "Teach the watch"], ["Paint it", "Buy lamps", "Teach the watch"],
         ["added Paint it", "same Buy lamps", "same Teach the watch"]),
        (["Buy lamps", "Teach the watch"], ["Teach the watch"], ["removed Buy lamps", "same Teach the watch"]),
        (["Buy lamps", "Teach the watch"], ["Teach the watch", "Buy lamps"],
         ["same Teach the watch", "moved Buy lamps"]),
        (["Buy forty lamps"], ["Buy fifty lamps"], ["changed Buy fifty lamps"]),
        (["Buy forty lamps"], ["Teach the watch"], ["removed Buy forty lamps", "added Teach the watch"]),
    ],
)  # fmt: skip
def test_what_becomes_of_actions(old: list[str], new: list[str], became: list[str]) -> None:
    [one] = between(
        matrix(replace(QUAY, actions=actions(*old))), matrix(replace(QUAY, actions=actions(*new)))
    ).recommendations
    assert sorted(map(action_fate, one.actions)) == sorted(became)


def action_fate(one: ActionDifference) -> str:
    present = one.new or one.old
    assert present
    if one.came_from or one.went_to:
        fate = f"from {one.came_from}" if one.came_from else f"to {one.went_to}"
    elif one.old is None or one.new is None:
        fate = "removed" if one.old else "added"
    else:
        fate = "moved" if one.is_moved else "changed" if one.changes else "same"
    return f"{fate} {present.text}"


def test_an_action_under_another_recommendation_is_told_of_at_both_ends() -> None:
    lamps = Action("1.1", "Buy forty lamps", comment="Asked.")
    there = replace(lamps, number="2.1", comment="Bought.")
    found = between(
        matrix(replace(QUAY, actions=(lamps,)), WATCH), matrix(QUAY, replace(WATCH, actions=(there,)))
    )
    assert [[action_fate(action) for action in one.actions] for one in found.recommendations] == [
        ["to 2 Buy forty lamps"], ["from 1 Buy forty lamps"],
    ]  # fmt: skip
    assert found.recommendations[1].actions[0].changes == (Change("comment", "Asked.", "Bought.", True),)


# Which fields -----------------------------------------------------------------------------------------------

FIRST = harbour().recommendations[0]
LAMPS = FIRST.actions[0]


def with_first(**fields: object) -> Matrix:
    return replace(harbour(), recommendations=(replace(FIRST, **fields), *harbour().recommendations[1:]))


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (with_first(rationale=None), ("rationale", "Boats were lost at night.", "")),
        (with_first(priority=2), ("priority", "1", "2")),
        (with_first(response=Response("rejected", "The programme agrees.")), ("decision", "accepted", "rejected")),
        (with_first(response=Response("accepted", "No.")), ("narrative", "The programme agrees.", "No.")),
        (with_first(timeline=Deadline("soon")), ("timeline", "2031-2032", "soon")),
        (with_first(responsible=Responsible("Store")), ("responsible_units", "Quay unit", "Store")),
        (with_first(sub_points=(SubPoint("Lamps"),)),
         ("sub_points", "- Lamps\n  - with solar cells\n- Buoys", "- Lamps")),
    ],
)  # fmt: skip
def test_a_field_of_a_recommendation(now: Matrix, told: tuple[str, str, str]) -> None:
    [changed] = between(harbour(), now).changed
    assert changed.changes == (Change(*told),)
    assert between(harbour(), now).of_wording() == between(harbour(), now)


@pytest.mark.parametrize(
    ("action", "told", "progress"),
    [
        (replace(LAMPS, deadline=Deadline("May 2032")), ("deadline", "30 June 2031", "May 2032"), False),
        (replace(LAMPS, responsible=None), ("responsible", "Quay unit, with the store", ""), False),
        (replace(LAMPS, comment="Bought."), ("comment", "Tender out.", "Bought."), True),
        (replace(LAMPS, status_text="Done"), ("status_text", "In progress", "Done"), True),
        (replace(LAMPS, text="Buy fifty lamps"), ("key_action", "Buy forty lamps", "Buy fifty lamps"), False),
    ],
)
def test_a_field_of_an_action(action: Action, told: tuple[str, str, str], progress: bool) -> None:
    found = between(harbour(), with_first(actions=(action, FIRST.actions[1])))
    [changed] = found.changed
    assert changed.actions[0].changes == (Change(*told, is_progress=progress),)
    assert bool(found.of_wording()) != progress


def test_a_deadline_read_in_another_way_is_the_same_in_words() -> None:
    understood = replace(LAMPS, deadline=Deadline("30 June 2031", Kind.UNKNOWN))
    assert not between(harbour(), with_first(actions=(understood, FIRST.actions[1])))


def test_reports_by_round_are_progress() -> None:
    found = between(
        harbour(), with_first(monitoring=(Monitoring("Time 2", "open", None, "Two lamps stand."),))
    )
    assert found.changed[0].changes == (
        Change("status", "", "open", True, "Time 2"),
        Change("comment", "", "Two lamps stand.", True, "Time 2"),
    )
    assert not found.of_wording()


def test_the_front_block_and_the_notes() -> None:
    now = replace(
        harbour(),
        overall_comment=None,
        evaluation=replace(harbour().evaluation, title="Safer Harbours"),
        footnotes=(Footnote("a", "The quay of 2013."), Footnote("b", "New.")),
    )
    found = between(harbour(), now)
    assert [change.field for change in found.front] == ["evaluation_title", "overall_comment"]
    assert [(change.field, change.new) for change in found.notes] == [
        ("a", "The quay of 2013."),
        ("b", "New."),
    ]
