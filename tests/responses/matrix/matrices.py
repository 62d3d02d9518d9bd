"""Matrices to test with: one made up by hand, and any that can be."""

from datetime import date

from hypothesis import strategies as st

from evaltrack.deadlines import Deadline, Kind
from responses.matrix.document import (
    Action,
    Evaluation,
    Footnote,
    Matrix,
    Monitoring,
    Party,
    Recommendation,
    Response,
    Responsible,
    SubPoint,
)


def harbour() -> Matrix:
    """A small matrix in which every field is filled somewhere and left out somewhere else."""
    return Matrix(
        profile="plain",
        language="en",
        evaluation=Evaluation("Safe Harbours", "Harbours mid-term", "SH-2031-04", "2030-2031"),
        coordinator="Harbour programme manager, Port Azure",
        overall_comment="A fair review.\n\nIt came late.",
        responded_on=Deadline("3 May 2031", Kind.DATE, None, date(2031, 5, 3)),
        recommendations=(
            Recommendation(
                number="1",
                text="Light the *outer* quay[^a].",
                rationale="Boats were lost at night.",
                directed_to="Programme management",
                responsible=Responsible("Quay unit"),
                priority=1,
                priority_note="Before the storms",
                timeline=Deadline("2031-2032", Kind.PERIOD, date(2031, 1, 1), date(2032, 12, 31)),
                sub_points=(SubPoint("Lamps", (SubPoint("with solar cells"),)), SubPoint("Buoys")),
                response=Response("accepted", "The programme agrees."),
                actions=(
                    Action(
                        number="1.1",
                        text="Buy forty lamps",
                        deadline=Deadline("30 June 2031", Kind.DATE, None, date(2031, 6, 30)),
                        responsible=Responsible(
                            "Quay unit, with the store",
                            (Party("Quay unit", "lead"), Party("Store", "support")),
                        ),
                        comment="Tender out.",
                        status="in_progress",
                        status_text="In progress",
                    ),
                    Action(number="1.2", text="Teach the night watch"),
                ),
            ),
            Recommendation(
                number="2", text="Close the inner quay.", response=Response("rejected", "In use.")
            ),
            Recommendation(number="3", text="Ask the fishers."),
        ),
        footnotes=(Footnote("a", "The quay of 2012, see [the plan](https://example.org/plan)."),),
    )


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
MAYBE = st.none() | TEXT
DAYS = st.none() | st.dates()


@st.composite
def deadlines(draw: st.DrawFn) -> Deadline:
    start, due = draw(DAYS), draw(DAYS)
    if start and due:
        start, due = sorted((start, due))
    return Deadline(draw(TEXT), draw(st.sampled_from(Kind)), start, due)


def many(items: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(items, max_size=3).map(tuple)


ROLES = st.sampled_from(["lead", "support", "coordination"])
RESPONSIBLES = st.builds(Responsible, TEXT, many(st.builds(Party, TEXT, ROLES)))
ACTIONS = st.builds(
    Action, TEXT, TEXT, st.none() | deadlines(), st.none() | RESPONSIBLES, MAYBE, MAYBE, MAYBE
)
DECISIONS = st.sampled_from([None, "accepted", "partially_accepted", "rejected"])


@st.composite
def recommendations(draw: st.DrawFn) -> Recommendation:
    response = draw(st.builds(Response, DECISIONS, MAYBE))
    return Recommendation(
        number=draw(TEXT),
        text=draw(TEXT),
        rationale=draw(MAYBE),
        directed_to=draw(MAYBE),
        responsible=draw(st.none() | RESPONSIBLES),
        priority=draw(st.none() | st.integers()),
        priority_note=draw(MAYBE),
        timeline=draw(st.none() | deadlines()),
        sub_points=draw(many(st.builds(SubPoint, TEXT, many(st.builds(SubPoint, TEXT))))),
        response=response,
        actions=() if response.decision == "rejected" else draw(many(ACTIONS)),
        monitoring=draw(many(st.builds(Monitoring, TEXT, MAYBE, MAYBE, MAYBE))),
    )


def matrices() -> st.SearchStrategy[Matrix]:
    """Any matrix that the rules of the document allow."""
    return st.builds(
        Matrix,
        profile=TEXT,
        language=TEXT,
        evaluation=st.builds(Evaluation, TEXT, MAYBE, MAYBE, MAYBE),
        coordinator=MAYBE,
        overall_comment=MAYBE,
        responded_on=st.none() | deadlines(),
        recommendations=many(recommendations()),
        footnotes=many(st.builds(Footnote, TEXT, TEXT)),
    )
