"""How a Word file of ours tells what is what: by the styles of its paragraphs and by properties of its own.

People see both in Word and can use them; editors keep both. The labels are for people alone, so that they may
be in any language, and reworded.
"""

from enum import StrEnum


class Part(StrEnum):
    """The style of each part of the matrix, by the name it has in Word."""

    EVALUATION_TITLE = "Evaluation title"
    CONDUCTED = "Evaluation conducted"
    COORDINATOR = "Response coordinator"
    RESPONDED_ON = "Response date"
    OVERALL_COMMENT = "Response overall comment"
    HEADING = "heading 2"
    TEXT = "Recommendation"
    SUB_POINT = "Recommendation sub-point"
    SUB_POINT_MORE = "Recommendation sub-point, further text"
    RATIONALE = "Recommendation rationale"
    DIRECTED_TO = "Recommendation directed to"
    PRIORITY = "Recommendation priority"
    TIMELINE = "Recommendation timeline"
    UNITS = "Recommendation units"
    DECISION = "Response decision"
    NARRATIVE = "Response narrative"
    ACTION = "Key action"
    ACTION_MORE = "Key action, further text"
    DEADLINE = "Key action deadline"
    RESPONSIBLE = "Key action responsible"
    COMMENT = "Key action comment"
    STATUS = "Key action status"
    ROUND_STATUS = "Monitoring status"
    ROUND_COMMENT = "Monitoring comment"
    # What is nothing of the matrix.
    LABEL = "Form label"
    GUIDANCE = "Form guidance"
    GAP = "Form gap"
    ASIDE = "Form aside"
    ASIDE_HEADING = "Form aside heading"


class Property(StrEnum):
    """The properties that a file of ours has, by the names people see them under."""

    PROFILE = "EvalTrack profile"
    FORM = "EvalTrack form"  # the profile whose words and layout were printed
    LANGUAGE = "EvalTrack language"  # of the texts
    LABELS = "EvalTrack language of labels"
    REFERENCE = "EvalTrack reference"
    SHORT_TITLE = "EvalTrack short title"
    HANDOUT = "EvalTrack handout"
