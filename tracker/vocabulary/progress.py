"""The words for how commitments stand, on what evidence, and what is worked out of that."""

from enum import EnumType
from typing import Any

from flask_babel import lazy_gettext as _l

from tracker.vocabulary.term import Term


class Status(Term):
    """How a commitment stands, per lead party. Never computed from a date."""

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


#: The words that are no finding of what became of a commitment; every other needs evidence that supports it.
WITHOUT_EVIDENCE = frozenset({Status.NOT_ASSESSED, Status.NO_EVIDENCE_FOUND, Status.UNCHECKABLE})
#: The words after which nothing more is awaited of a lead.
CLOSING = frozenset({Status.DONE, Status.NOT_DONE, Status.REVERSED, Status.WITHDRAWN, Status.UNCHECKABLE})

#: What each word scores, None being not scored. After the G7 and G20 Research Groups of the University of Toronto:
#: +1 for full compliance, 0 for partial compliance or work in progress, −1 for failure or the opposite.
SCORES: dict[Status, int | None] = {
    **dict.fromkeys(Status),
    Status.DONE: 1,
    **dict.fromkeys((Status.IN_PROGRESS, Status.PARTLY_DONE, Status.STALLED), 0),
    **dict.fromkeys((Status.NOT_STARTED, Status.NOT_DONE, Status.REVERSED), -1),
}
#: The words that are scored only once the day has passed that the commitment is due on.
SCORED_ONCE_DUE = frozenset({Status.NOT_STARTED})

#: How a commitment stands over all its leads: their common word, else mixed.
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
    """Where a commitment stands against its deadline; worked out from the day, never a status."""

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
    """Why somebody should look at a commitment again; worked out."""

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
