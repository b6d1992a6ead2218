"""The closed lists of words that records use: each word as it is stored, its label and its definition."""

from enum import EnumType, StrEnum
from typing import Any, Self

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

#: A text for people, which may be translated when it is shown.
Label = str | LazyString


#: Stands behind the definition of a word that no record gets any more; records that hold it keep it.
RETIRED = True


class Term(StrEnum):
    """A word of a closed list, with its label and published definition (empty where the label is enough)."""

    label: Label
    definition: Label
    is_retired: bool

    def __new__(cls, value: str, label: Label, definition: Label = "", is_retired: bool = False) -> Self:
        term = str.__new__(cls, value)
        term._value_ = value
        term.label = label
        term.definition = definition
        term.is_retired = is_retired
        return term

    @classmethod
    def from_value(cls, value: str) -> Self | None:
        """Return the word with a stored value, or None."""
        return next((term for term in cls if term.value == value), None)

    def __str__(self) -> str:
        return str(self.label)


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
    """Whether the words of a passage stand in the text of its document; computed, never typed."""

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


class Status(Term):
    """How a commitment stands for one lead party; never computed from a date."""

    NOT_ASSESSED = "not_assessed", _l("Not assessed"), _l("Nobody has looked yet.")
    NO_EVIDENCE_FOUND = (
        "no_evidence_found",
        _l("No evidence found"),
        _l("Somebody looked; nothing either way was found."),
    )
    NOT_STARTED = "not_started", _l("Not started"), _l("There is evidence that nothing has been done.")
    IN_PROGRESS = "in_progress", _l("In progress"), _l("Acts that advance it.")
    PARTLY_DONE = "partly_done", _l("Partly done"), _l("Some of what was undertaken is delivered.")
    DONE = "done", _l("Done"), _l("What was undertaken is delivered, whatever the date.")
    STALLED = "stalled", _l("Stalled"), _l("It had begun, and there is evidence that it stopped.")
    NOT_DONE = "not_done", _l("Not done"), _l("Its time has passed and it was not delivered.")
    REVERSED = "reversed", _l("Reversed"), _l("It was done and then undone.")
    WITHDRAWN = "withdrawn", _l("Withdrawn"), _l("The party no longer stands by it, or another replaced it.")
    UNCHECKABLE = "uncheckable", _l("Uncheckable"), _l("It cannot be judged from any evidence; the reason says why.")


#: The statuses that say nothing of what became of a commitment; each of the others needs supporting evidence.
WITHOUT_EVIDENCE = frozenset({Status.NOT_ASSESSED, Status.NO_EVIDENCE_FOUND, Status.UNCHECKABLE})
#: The statuses after which no more is expected of a lead.
CLOSING = frozenset({Status.DONE, Status.NOT_DONE, Status.REVERSED, Status.WITHDRAWN, Status.UNCHECKABLE})

#: The score of each status, None if it is not scored. After the G7 and G20 Research Groups of the University of
#: Toronto: +1 for full compliance, 0 for partial compliance or work in progress, −1 for failure or the opposite.
SCORES: dict[Status, int | None] = {
    **dict.fromkeys(Status),
    Status.DONE: 1,
    **dict.fromkeys((Status.IN_PROGRESS, Status.PARTLY_DONE, Status.STALLED), 0),
    **dict.fromkeys((Status.NOT_STARTED, Status.NOT_DONE, Status.REVERSED), -1),
}
#: The statuses that are scored only after the due date of the commitment.
SCORED_ONCE_DUE = frozenset({Status.NOT_STARTED})

#: How a commitment stands for all its leads: their common status, else mixed.
OverallStatus: Any = EnumType.__call__(
    Term,
    "OverallStatus",
    [(word.name, (word.value, word.label, word.definition)) for word in Status]
    + [("MIXED", ("mixed", _l("Mixed"), _l("The lead parties stand differently; see each one's status.")))],
)


class Retired(Term):
    NO = "no", _l("No")
    YES = "yes", _l("Yes"), _l("Taken out of the lists, with a reason; it and its history stay.")


class Standing(Term):
    YES = "yes", _l("Yes"), _l("Nothing corrects or voids it, and its commitment was not recorded in error.")
    NO = "no", _l("No"), _l("Corrected or voided since, or its commitment was recorded in error.")


class DeadlineState(Term):
    """Where a commitment stands against its deadline; computed from the date, and no status."""

    OVERDUE = "overdue", _l("Overdue"), _l("The day has passed, and some lead’s status leaves it open.")
    DUE_SOON = (
        "due_soon",
        _l("Due soon"),
        _l("The day is at most 30 days ahead, and some lead’s status leaves it open."),
    )
    NOT_YET_DUE = "not_yet_due", _l("Not yet due"), _l("The day is more than 30 days ahead.")
    NO_DATE = "no_date", _l("No date"), _l("No day is known that it is due on.")
    CLOSED = (
        "closed",
        _l("Closed"),
        _l("Every lead’s status is final: done, not done, reversed, withdrawn or uncheckable."),
    )


class FollowUp(Term):
    """Why somebody should look at a commitment again; computed."""

    OVERDUE = "overdue", _l("Overdue"), _l("Its day has passed, and some lead’s status leaves it open.")
    DUE_SOON = "due_soon", _l("Due soon"), _l("It is due within 30 days, and some lead’s status leaves it open.")
    STALE = "stale", _l("Stale"), _l("Nobody has looked for longer than its review interval, and it is not closed.")
    NEVER_ASSESSED = (
        "never_assessed",
        _l("Some lead not assessed"),
        _l("Some lead’s status is “Not assessed”, whatever those of the others."),
    )
    CONTRADICTED = (
        "contradicted",
        _l("Contradicted"),
        _l("Some lead’s present status has evidence that contradicts it."),
    )
    CLAIM_DIFFERS = "claim_differs", _l("Claim differs"), _l("What a lead says of itself is not what was found.")


class EvidenceRelation(Term):
    SUPPORTS = "supports", _l("Supports this finding"), _l("It shows what the finding says.")
    CONTRADICTS = "contradicts", _l("Contradicts"), _l("It shows something else than the finding says.")
    CONTEXT = "context", _l("Context"), _l("It helps to understand the finding, and shows neither.")


class Confidence(Term):
    LOW = "low", _l("Low"), _l("One source, or sources that leave much open.")
    MEDIUM = "medium", _l("Medium"), _l("Good sources, with something left open.")
    HIGH = "high", _l("High"), _l("Several independent sources, or one that settles it.")


class Chapter(Term):
    """An optional part of a status report."""

    SUMMARY = (
        "summary",
        _l("Summary"),
        _l("How many commitments stand how, when they are due, and what wants follow-up."),
    )
    AREAS = "areas", _l("By policy area"), _l("Statuses and score of each primary area.")
    PARTIES = "parties", _l("By party"), _l("Statuses and score of each lead party.")
    COMMITMENTS = "commitments", _l("Each commitment"), _l("What was undertaken, and how each lead stands.")
    TIMELINE = (
        "timeline",
        _l("Timeline of each commitment"),
        _l("With each commitment, all that was found, not only the latest."),
    )
    EVIDENCE = (
        "evidence",
        _l("Evidence of each finding"),
        _l("With each commitment, the passages and pages that a finding rests on."),
    )
    CLAIMS = "claims", _l("Claims and figures"), _l("What the documents report as fact.")
    METHODS = "methods", _l("Methods"), _l("What the words mean, and how the figures are worked out.")
