"""What a rule says when it refuses."""


class Refused(Exception):  # noqa: N818  (a refusal is an answer, not a fault)
    """A rule does not allow this; the message is a sentence for the person who asked."""
