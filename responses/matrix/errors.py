"""What can go wrong between a file and a matrix."""


class UnreadableError(Exception):
    """The file or data cannot be read as a matrix: one sentence for the person who handed it in."""
