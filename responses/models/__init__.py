from responses.models.action import ActionParty, KeyAction
from responses.models.approval import Closure, DeadlineChange, Request
from responses.models.bulk import BulkExport, BulkItem
from responses.models.clearance import ClearanceStep, Sighting, Snapshot
from responses.models.discussion import Comment, Drafter, Presence, Suggestion
from responses.models.handout import Handout
from responses.models.importing import KeptColumns, MatrixImport
from responses.models.link import CalendarFeed, LinkUse, Proposal, ReportLink
from responses.models.progress import Evidence, ProgressUpdate
from responses.models.reminder import Reminder, Snooze
from responses.models.response import Extension, Footnote, ManagementResponse, RecommendationResponse
from responses.models.round import Question, Round, RoundMatrix
from responses.models.verification import Reviewer, Verification

__all__ = [
    "ActionParty",
    "BulkExport",
    "BulkItem",
    "CalendarFeed",
    "ClearanceStep",
    "Closure",
    "Comment",
    "DeadlineChange",
    "Drafter",
    "Evidence",
    "Extension",
    "Footnote",
    "Handout",
    "KeptColumns",
    "KeyAction",
    "LinkUse",
    "ManagementResponse",
    "MatrixImport",
    "Presence",
    "ProgressUpdate",
    "Proposal",
    "Question",
    "RecommendationResponse",
    "Reminder",
    "ReportLink",
    "Request",
    "Reviewer",
    "Round",
    "RoundMatrix",
    "Sighting",
    "Snapshot",
    "Snooze",
    "Suggestion",
    "Verification",
]
