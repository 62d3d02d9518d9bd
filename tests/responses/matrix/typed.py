"""Matrices as people type them: every kind of text that the small Markdown knows, in every place."""

from datetime import date

from hypothesis import strategies as st

from evaltrack import deadlines
from responses.matrix.document import (
    Action,
    Evaluation,
    Footnote,
    Matrix,
    Monitoring,
    Recommendation,
    Response,
    Responsible,
    SubPoint,
)
from responses.matrix.writers.options import Options

ISSUED = date(2026, 3, 1)
LETTERS = "abcXYZéßñΩж中ع ,.;:!?()'\"&<>%/#@=+–—’“”…\u00a0$^~`|{}1234567890-"

WORDS = st.text(LETTERS, min_size=1, max_size=30).map(lambda text: f"x{' '.join(text.split())}")
PLAIN = st.one_of(
    WORDS,
    st.sampled_from(
        [
            "5 * 3 = 15", "a_b_c", "# 3", "1) first", "= SUM(A1)", "-1", "@home", "<b>not bold</b>", "C:\\dir",
            "See https://example.org/a?b=1&c=(2).", "No: yes", "Rationale: none", "Key actions: none",
            "(30 June 2027; Quay unit)", "We accept this.", "é" * 300, "N/A", "None", "الخطة", "1. 2", "x  y",
        ]
    ),
)  # fmt: skip
MARKED = st.one_of(
    PLAIN,
    st.builds("{0} **{1}** {2}".format, WORDS, st.sampled_from(["bold", "two words"]), WORDS),
    st.builds("*{1}* {0}".format, WORDS, st.sampled_from(["so", "so it is"])),
    st.sampled_from(
        [
            "**All bold**", "*All italic*", "***Both***", "**Bold** *then italic* and [a link](https://e.org/x).",
            "[**bold link**](mailto:a@example.org)", "x[^1]", "Twice[^1], again[^1] and[^a].", "Dangling[^z]",
            "\\*stars\\* as typed", "_other_ marks", "Line one\nline two",
        ]
    ),
)  # fmt: skip
POINT = MARKED.filter(lambda text: text != "1. 2")  # a list is no sub-point
BLOCKS = st.one_of(
    MARKED,
    st.sampled_from(
        [
            "- one\n- two", "- one\n  - deeper\n  - still\n- two", "1. first\n2. second", "3. third\n4. fourth",
            "• pasted\n• bullets", "- a **b**\n- c[^a]", "- loose\n\n- list", "1. one\n   - within\n2. two",
        ]
    ),
)  # fmt: skip
TEXTS = st.lists(BLOCKS, min_size=1, max_size=4).map("\n\n".join)
MAYBE = st.none() | TEXTS
# A paragraph of a note that is all bold or italic is read as if that were the look of notes.
IN_NOTES = PLAIN | st.sampled_from(
    ["- one\n- two **bold**", "1. first\n2. *second* one", "See [^1] and [^a]."]
)
NOTES = st.lists(IN_NOTES, min_size=1, max_size=3).map("\n\n".join)
LINE = st.none() | MARKED


def when(text: str) -> deadlines.Deadline:
    return deadlines.read(text, issued=ISSUED)


DEADLINES = st.none() | st.one_of(
    st.sampled_from(["31 December 2026", "2025/2026", "continuous", "within 6 months"]), PLAIN
).map(when)
RESPONSIBLES = st.none() | PLAIN.map(Responsible)
STATUSES = st.sampled_from([(None, None), ("completed", None), (None, "As it comes")])


@st.composite
def actions(draw: st.DrawFn) -> Action:
    status, words = draw(STATUSES)
    return Action("", draw(TEXTS), draw(DEADLINES), draw(RESPONSIBLES), draw(MAYBE), status, words)


def monitoring(name: str) -> st.SearchStrategy[Monitoring]:
    return st.builds(Monitoring, st.just(name), st.sampled_from([None, "completed"]), st.none(), MAYBE)


@st.composite
def recommendations(draw: st.DrawFn, number: int) -> Recommendation:
    decision = draw(st.sampled_from([None, "accepted", "partially_accepted", "rejected"]))
    level = draw(st.sampled_from([None, 1, 3]))
    points = st.lists(
        st.builds(SubPoint, POINT, st.lists(POINT.map(SubPoint), max_size=2).map(tuple)), max_size=2
    )
    return Recommendation(
        number=f"{number}",
        text=draw(TEXTS),
        rationale=draw(MAYBE),
        directed_to=draw(LINE),
        responsible=draw(RESPONSIBLES),
        priority=level,
        priority_note=draw(st.none() | WORDS),
        timeline=draw(DEADLINES),
        sub_points=tuple(draw(points)),
        response=Response(decision, draw(MAYBE)),
        actions=() if decision == "rejected" else tuple(draw(st.lists(actions(), max_size=3))),
        monitoring=tuple(draw(monitoring(name)) for name in ("Time 2", "Time 3")),
    )


@st.composite
def typed(draw: st.DrawFn) -> Matrix:
    count = draw(st.integers(0, 3))
    return Matrix(
        profile="iom-2022",
        language=draw(st.sampled_from(["en", "fr", "es", "ar"])),
        evaluation=Evaluation(
            draw(PLAIN), draw(st.none() | WORDS), draw(st.none() | WORDS), draw(st.none() | WORDS)
        ),
        coordinator=draw(LINE),
        overall_comment=draw(MAYBE),
        responded_on=draw(st.sampled_from([None, when("3 May 2026"), when("December 2024.")])),
        recommendations=tuple(draw(recommendations(number)) for number in range(1, count + 1)),
        footnotes=(Footnote("1", "The first note."), Footnote("a", draw(NOTES)), Footnote("2", draw(NOTES))),
    )


OPTIONS = st.sampled_from([Options(), Options(monitoring=False), Options(blank=True)])
