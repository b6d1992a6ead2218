"""Everything stored, in one place to import from."""

# ruff: noqa: F401
# mypy: implicit-reexport

from tracker.models.accounts import LOCAL, SEEDING, Account
from tracker.models.areas import PolicyArea
from tracker.models.as_of import AsOf
from tracker.models.base import Record
from tracker.models.bulk import BulkStep
from tracker.models.claims import Claim
from tracker.models.commitments import Commitment, CommitmentLink, CommitmentParty, CommitmentSource, Milestone
from tracker.models.document_texts import current_text
from tracker.models.documents import Document, DocumentText, Passage
from tracker.models.frameworks import Framework
from tracker.models.history import Change
from tracker.models.imports import ImportFile, ImportMapping
from tracker.models.indicators import Indicator
from tracker.models.meetings import Meeting, MeetingLink, Participation
from tracker.models.participants import Participant
from tracker.models.parties import Party
from tracker.models.reports import ReportPart, ReportRun
from tracker.models.updates import AppendOnlyRecord, CheckLog, Evidence, ProgressUpdate
