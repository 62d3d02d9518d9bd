"""What someone wants of a file that is filled in away from EvalTrack."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """The language of the labels is handed to the writer beside these, as for every format.

    ``monitoring``: with the status, the comments and the rounds of follow-up. ``blank``: the form for the
    evaluator's pre-fill, with the recommendations and without what management answers.
    """

    monitoring: bool = True
    blank: bool = False
