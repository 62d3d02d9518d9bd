"""What is looked for in a draft before others read it. Only what the profile makes mandatory blocks."""

from responses.models import ManagementResponse


def hindrance(response: ManagementResponse) -> str:
    """Guard: what the profile makes mandatory and is missing; "" nothing."""
    return ""
