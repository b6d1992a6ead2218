"""The words for what a status report holds."""

from flask_babel import lazy_gettext as _l

from tracker.vocabulary.term import Term


class Chapter(Term):
    """A part of a status report that can be left out."""

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
