"""What someone wants of a file, and what is then left of the matrix that goes into it."""

from dataclasses import dataclass, replace

from responses.matrix.document import Action, Matrix, Recommendation, Response


@dataclass(frozen=True, slots=True)
class Options:
    """The language of the labels is handed to the writer beside these, as for every format.

    ``monitoring``: with the status, the comments and the rounds of follow-up. ``blank``: the form for the
    evaluator's pre-fill, with the recommendations and without what management answers.
    """

    monitoring: bool = True
    blank: bool = False


ALL = Options()  # nothing left out


def chosen(matrix: Matrix, options: Options) -> Matrix:
    """The matrix that goes into the file, with which what comes back is compared."""
    if options.blank:
        matrix = replace(matrix, coordinator=None, overall_comment=None, responded_on=None)
    if options.blank or not options.monitoring:
        kept = tuple(_of_recommendation(one, options) for one in matrix.recommendations)
        matrix = replace(matrix, recommendations=kept)
    return matrix


def _of_recommendation(one: Recommendation, options: Options) -> Recommendation:
    if options.blank:
        return replace(one, response=Response(), actions=(), monitoring=())
    return replace(one, actions=tuple(map(_promised, one.actions)), monitoring=())


def _promised(action: Action) -> Action:
    return replace(action, comment=None, status=None, status_text=None)
