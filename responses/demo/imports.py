"""A file in the demo that came back filled in, and waits to be looked over."""

from dataclasses import replace

from evaltrack.deadlines import read
from responses import handouts
from responses.choices import ImportState
from responses.demo.moments import Moments
from responses.matrix import carried
from responses.matrix.build import build
from responses.matrix.document import Matrix
from responses.matrix.reading import Doubt, Reading
from responses.models import ManagementResponse, MatrixImport

ADDED = "This was added in the field, away from the network."


def make(moments: Moments) -> None:
    """For who coordinates a response that is being drafted."""
    drafting = ManagementResponse.objects.filter(state="drafting", coordinator__isnull=False)
    for response in drafting.select_related("evaluation__profile", "coordinator").order_by("pk"):
        matrix = build(response)
        if any(one.actions and one.response.narrative for one in matrix.recommendations):
            with moments.written(2) as now:
                token = handouts.issue(response, matrix, "docx", response.coordinator, now)
                told = Reading(_filled_in(matrix), doubts=(_doubt(matrix),), handout=token)
                MatrixImport.objects.create(
                    evaluation=response.evaluation,
                    response=response,
                    pasted="-",
                    name=f"{response.evaluation.reference}.docx",
                    by=response.coordinator,
                    at=now,
                    state=ImportState.READ,
                    reading=carried.data(told),
                    draft=carried.data(told),
                    read_at=now,
                )
            return


def _place(matrix: Matrix) -> int:
    rows = matrix.recommendations
    return next(at for at, one in enumerate(rows) if one.actions and one.response.narrative)


def _filled_in(matrix: Matrix) -> Matrix:
    rows, at = list(matrix.recommendations), _place(matrix)
    one = rows[at]
    answer = replace(one.response, narrative=f"{one.response.narrative}\n\n{ADDED}")
    first = replace(one.actions[0], deadline=read("end of next year"), comment="Begun with two of the teams.")
    rows[at] = replace(one, response=answer, actions=(first, *one.actions[1:]))
    return replace(matrix, recommendations=tuple(rows))


def _doubt(matrix: Matrix) -> Doubt:
    path = f"recommendations[{_place(matrix)}].actions[0].deadline"
    return Doubt(path, "“end of next year” names no year; it is kept as written.")
