"""Files that were handed in: a response that is there, and imports that were read already."""

from dataclasses import replace
from io import BytesIO
from typing import Any

from evaltrack.files import Upload
from evaltrack.models import User
from evaltrack.roles import Role
from recommendations.models import Evaluation
from responses import handouts
from responses.choices import ImportState
from responses.importing import committing
from responses.matrix import carried
from responses.matrix.build import build
from responses.matrix.document import Matrix
from responses.matrix.reading import Reading
from responses.matrix.writers import json as writer
from responses.models import ManagementResponse, MatrixImport
from tests import factories as make

NOW = make.NOW
TODAY = NOW.date()


class There:
    """An office with an M&E officer, and a response with two recommendations and two key actions."""

    def __init__(self, profile: str = "iom-matrix") -> None:
        self.office = make.office("Country Office Norland")
        self.officer = make.member(Role.ME_OFFICER, self.office, "Ines Okafor")
        self.evaluation = make.evaluation([self.office], profile, reference="NV-2026-001", title="Wells")
        self.first = make.recommendation(self.evaluation, text="Dig more wells.")
        self.second = make.recommendation(self.evaluation, text="Train the keepers.")
        self.response = make.response(self.evaluation, office=self.office, overall_comment="Useful.")
        self.answer = make.answer(
            self.first, self.response, decision="accepted", narrative="We agree with it."
        )
        self.action = make.action(self.answer, text="Survey the valley", responsible_text="Water unit")
        self.other = make.action(self.answer, text="Order the pumps")

    @property
    def matrix(self) -> Matrix:
        return build(ManagementResponse.objects.get(pk=self.response.pk))

    def given_out(self) -> tuple[Matrix, str]:
        """What somebody takes away now, and the token that stands hidden in the file."""
        matrix = self.matrix
        return matrix, handouts.issue(self.response, matrix, "xlsx", self.officer, NOW)

    def import_of(self, matrix: Matrix, token: str = "", by: User | None = None) -> MatrixImport:
        """Read, and waiting to be looked over."""
        return read_import(matrix, by or self.officer, token=token, response=self.response)


def read_import(
    matrix: Matrix,
    by: User,
    *,
    token: str = "",
    response: ManagementResponse | None = None,
    evaluation: Evaluation | None = None,
    **reading: Any,
) -> MatrixImport:
    told = carried.data(Reading(matrix, handout=token, **reading))
    return MatrixImport.objects.create(
        response=response,
        evaluation=response.evaluation if response else evaluation,
        pasted="a table",
        name="matrix.docx",
        by=by,
        at=NOW,
        state=ImportState.READ,
        reading=told,
        draft=told,
    )


def changed(matrix: Matrix, at: int = 0, **values: Any) -> Matrix:
    """With other values of a recommendation; ``response`` and ``actions`` among them."""
    rows = list(matrix.recommendations)
    rows[at] = replace(rows[at], **values)
    return replace(matrix, recommendations=tuple(rows))


def with_action(matrix: Matrix, place: int, at: int = 0, **values: Any) -> Matrix:
    actions = list(matrix.recommendations[at].actions)
    actions[place] = replace(actions[place], **values)
    return changed(matrix, at, actions=tuple(actions))


def commit(one: MatrixImport, by: User, **options: Any) -> ManagementResponse:
    seen = options.pop("seen", None) or committing.showing(fresh(one), by)
    return committing.commit(one, by=by, now=NOW, today=TODAY, seen=seen, **options)


def fresh(one: MatrixImport) -> MatrixImport:
    rows = MatrixImport.objects.select_related("evaluation__profile", "response__evaluation__profile")
    return rows.get(pk=one.pk)


def json_file(matrix: Matrix, name: str = "matrix.json") -> Upload:
    content = writer.write(matrix)
    return Upload(BytesIO(content), name, len(content))
