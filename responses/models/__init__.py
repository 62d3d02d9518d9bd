from responses.models.action import ActionParty, KeyAction
from responses.models.clearance import ClearanceStep, Sighting, Snapshot
from responses.models.discussion import Comment, Drafter, Presence, Suggestion
from responses.models.follow_up import ProgressUpdate, Reminder
from responses.models.response import Extension, Footnote, ManagementResponse, RecommendationResponse

__all__ = [
    "ActionParty",
    "ClearanceStep",
    "Comment",
    "Drafter",
    "Extension",
    "Footnote",
    "KeyAction",
    "ManagementResponse",
    "Presence",
    "ProgressUpdate",
    "RecommendationResponse",
    "Reminder",
    "Sighting",
    "Snapshot",
    "Suggestion",
]
