"""Every list of words a record may use: what is stored, what people read, and what it means."""

from flask_babel import lazy_gettext as _l

from tracker.vocabulary.progress import (
    CLOSING,
    SCORED_ONCE_DUE,
    SCORES,
    WITHOUT_EVIDENCE,
    Confidence,
    DeadlineState,
    EvidenceRelation,
    FollowUp,
    OverallStatus,
    Retired,
    Standing,
    Status,
)
from tracker.vocabulary.reports import Chapter
from tracker.vocabulary.term import Label, Term

__all__ = [
    "CLOSING",
    "SCORED_ONCE_DUE",
    "SCORES",
    "WITHOUT_EVIDENCE",
    "Action",
    "Attendance",
    "Basis",
    "Certainty",
    "Chapter",
    "CommitmentKind",
    "CommitmentLinkKind",
    "Confidence",
    "DatePrecision",
    "DeadlineKind",
    "DeadlineState",
    "DocumentKind",
    "EvidenceRelation",
    "FollowUp",
    "Label",
    "MeetingLinkKind",
    "MeetingStatus",
    "OverallStatus",
    "PartyKind",
    "PartyRole",
    "PassageCheck",
    "Priority",
    "Retired",
    "SeatRole",
    "SourceRelation",
    "Standing",
    "Status",
    "Term",
]


class CommitmentKind(Term):
    NEW_COMMITMENT = (
        "new_commitment",
        _l("New commitment"),
        _l(
            "A named party undertakes a future act or decision, even to go on with something: "
            "“committed to”, “agreed to”."
        ),
    )
    REAFFIRMATION = (
        "reaffirmation",
        _l("Reaffirmation"),
        _l("Restates a commitment that already stands: “our commitment to”, “remain committed”."),
    )
    INTENTION = "intention", _l("Intention"), _l("Weaker than a commitment: plans, “discussed”, “made known”.")


class Priority(Term):
    HIGH = "high", _l("High")
    NORMAL = "normal", _l("Normal")
    LOW = "low", _l("Low")


class DeadlineKind(Term):
    EXPLICIT = "explicit", _l("Explicit"), _l("A day is named.")
    RELATIVE = "relative", _l("Relative"), _l("Counted from an event: “within six months”.")
    RECURRING = "recurring", _l("Recurring"), _l("Comes round again every so many months.")
    ONGOING = "ongoing", _l("Ongoing"), _l("To be kept up without end.")
    NONE = "none", _l("None"), _l("No deadline is given.")


class PartyRole(Term):
    LEAD = "lead", _l("Lead"), _l("Undertakes it, and has a status of its own.")
    SUPPORT = "support", _l("Support"), _l("Helps a lead.")
    BENEFICIARY = "beneficiary", _l("Beneficiary"), _l("Is to gain from it.")


class SourceRelation(Term):
    STATES = "states", _l("States"), _l("The parties’ own words undertake it here.")
    REPORTS = "reports", _l("Reports"), _l("Somebody says here that it was undertaken.")
    RESTATES = "restates", _l("Restates"), _l("The parties say it again here.")


class PartyKind(Term):
    COUNTRY = "country", _l("Country")
    GOVERNMENT_BODY = "government_body", _l("Government body")
    INTERNATIONAL_ORGANISATION = "international_organisation", _l("International organisation")


class DocumentKind(Term):
    JOINT_STATEMENT = "joint_statement", _l("Joint statement")
    COMMUNIQUE = "communique", _l("Communiqué")
    READOUT = "readout", _l("Readout")
    NEWS_REPORT = "news_report", _l("News report")
    FACT_SHEET = "fact_sheet", _l("Fact sheet")
    PROGRESS_REPORT = "progress_report", _l("Progress report")
    DATASET = "dataset", _l("Dataset")
    SOCIAL_POST = "social_post", _l("Social post")
    OTHER = "other", _l("Other")


class PassageCheck(Term):
    """Whether a passage's words stand in the text of its document; worked out, never typed."""

    FOUND = "found", _l("Found"), _l("Its words stand at the recorded place of the attached text.")
    MOVED = "moved", _l("Moved"), _l("The same words stand elsewhere in the attached text.")
    NOT_FOUND = "not_found", _l("Not found"), _l("The attached text does not hold its words.")
    NO_TEXT = "no_text", _l("No text"), _l("No text of the document is attached, so nothing could be checked.")


class DatePrecision(Term):
    DAY = "day", _l("Day")
    MONTH = "month", _l("Month")
    YEAR = "year", _l("Year")
    UNKNOWN = "unknown", _l("Unknown")


class Basis(Term):
    STATED = "stated", _l("Stated"), _l("A document says so.")
    INFERRED = "inferred", _l("Inferred"), _l("Worked out; the note says from what.")


class MeetingStatus(Term):
    HELD = "held", _l("Held")
    PLANNED = "planned", _l("Planned")
    CANCELLED = "cancelled", _l("Cancelled")


class SeatRole(Term):
    HOST = "host", _l("Host")
    HEAD_OF_DELEGATION = "head_of_delegation", _l("Head of delegation")
    PARTICIPANT = "participant", _l("Participant")


class Attendance(Term):
    ATTENDED = "attended", _l("Attended"), _l("A document says so.")
    INFERRED = "inferred", _l("Attended (inferred)"), _l("Worked out; the note says from what.")
    MENTIONED_ONLY = "mentioned_only", _l("Mentioned only"), _l("Named in a document, without a seat at this meeting.")


class MeetingLinkKind(Term):
    FOLLOWS = "follows", _l("Follows")
    REFERS_TO = "refers_to", _l("Refers to")
    SAME_AS = "same_as", _l("Same as")


class CommitmentLinkKind(Term):
    RESTATES = "restates", _l("Restates"), _l("Says again what the other said.")
    STRENGTHENS = "strengthens", _l("Strengthens"), _l("Undertakes more, or sooner, or more firmly.")
    WEAKENS = "weakens", _l("Weakens"), _l("Undertakes less, or later, or less firmly.")
    REPLACES = "replaces", _l("Replaces"), _l("Stands in the other’s place from now on.")
    SPLITS = "splits", _l("Splits"), _l("Takes over a part of the other.")
    DEPENDS_ON = "depends_on", _l("Depends on"), _l("Is to be done once the other is.")
    IN_RETURN_FOR = "in_return_for", _l("In return for"), _l("One side undertakes it because the other undertook that.")


class Certainty(Term):
    STATED = "stated", _l("Stated"), _l("A document says so.")
    POSSIBLE = "possible", _l("Possible"), _l("It may be so, no more.")


class Action(Term):
    ADDED = "added", _l("Added")
    EDITED = "edited", _l("Edited")
    REMOVED = "removed", _l("Removed")
