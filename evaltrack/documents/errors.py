"""What can go wrong between the bytes of a file and what it says."""


class UnreadableFileError(Exception):
    """The file cannot be read: one sentence for the person who handed it in."""
