from responses.models.action import ActionParty, KeyAction
from responses.models.follow_up import ProgressUpdate, Reminder
from responses.models.response import Footnote, ManagementResponse, RecommendationResponse

__all__ = [
    "ActionParty",
    "Footnote",
    "KeyAction",
    "ManagementResponse",
    "ProgressUpdate",
    "RecommendationResponse",
    "Reminder",
]
