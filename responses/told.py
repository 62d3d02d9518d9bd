"""Who is told of what happens to a response, and in which words."""

from evaltrack.states import Made
from responses.models import ManagementResponse


def moved(made: Made[ManagementResponse]) -> None:
    """Tell everyone whom the move names."""
