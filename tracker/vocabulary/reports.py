"""The words for what a status report holds."""

from flask_babel import lazy_gettext as _l

from tracker.vocabulary.word import Word


class Chapter(Word):
    """A part of a status report that can be left out."""

    SUMMARY = "summary", _l("Summary"), _l("How many commitments stand how, and what wants follow-up.")
    AREAS = "areas", _l("Per policy area"), _l("Statuses and score of each primary area.")
    PARTIES = "parties", _l("Per party"), _l("How each lead party stands, and what it has moved.")
    TIMELINE = "timeline", _l("Timeline"), _l("All that was found of each commitment, not only the latest.")
    EVIDENCE = "evidence", _l("Evidence"), _l("What each finding rests on.")
    CLAIMS = "claims", _l("Claims and figures"), _l("What the documents report as fact.")
    METHODS = "methods", _l("Methods"), _l("What the words mean, and how the figures are worked out.")
