"""One plain function per kind of record, to make one with whatever a test does not care about filled in."""

import itertools

from sqlalchemy import select

from tracker.actions.reports import draft_report, issue_report
from tracker.actions.save import RowEdit, save
from tracker.actions.updates import log_check, log_update
from tracker.database import session
from tracker.dates import today
from tracker.errors import Invalid
from tracker.models import LOCAL, Account, Evidence
from tracker.queries.reports.data import report_data
from tracker.queries.reports.parameters import report_parameters
from tracker.records import CATALOGUE
from tracker.vocabulary import Chapter

_numbers = itertools.count(1)


def account():
    return session.scalars(select(Account).where(Account.code == LOCAL)).one()


def record(name, /, **fields):
    """Save a record of a kind from plain values, as the pages and commands do; call it within `writing()`."""
    kind = CATALOGUE[name]
    made = kind.model()
    save(account(), made, kind.form.from_plain(fields))
    return made


def code(start):
    return f"{start}-{next(_numbers)}"


def party(**fields):
    return record("parties", **{"code": code("party"), "name": "A party", "kind": "country"} | fields)


def participant(**fields):
    return record("participants", **{"code": code("person"), "name": "A person"} | fields)


def area(**fields):
    return record("areas", **{"code": code("area"), "name": "An area"} | fields)


def framework(**fields):
    return record("frameworks", **{"code": code("framework"), "name": "A framework"} | fields)


def indicator(**fields):
    return record("indicators", **{"code": code("indicator"), "name": "An indicator", "unit": "people"} | fields)


def document(**fields):
    usual = {"code": code("document"), "title": "A document", "kind": "readout", "language": "en"}
    return record("documents", **usual | {"published_precision": "unknown"} | fields)


def passage(**fields):
    usual = {"paragraph": 1, "start": 0, "end": 10}
    if "document" not in fields:
        usual["document"] = document().code
    return record("passages", **usual | fields)


def meeting(**fields):
    return record("meetings", **{"code": code("meeting"), "title": "A meeting", "starts_on": "2024-02-01"} | fields)


def participation(**fields):
    usual = {"name_as_printed": "A group", "is_group": True, "attendance": "attended"}
    usual |= {name: make().code for name, make in (("meeting", meeting), ("party", party)) if name not in fields}
    return record("participations", **usual | fields)


def meeting_link(**fields):
    usual = {name: meeting().code for name in ("meeting", "to") if name not in fields}
    return record("meeting-links", **usual | {"kind": "follows", "certainty": "stated"} | fields)


def commitment(**fields):
    usual = {"code": code("commitment"), "title": "A commitment", "text": "To do something", "kind": "new_commitment"}
    if "area" not in fields:
        usual["area"] = area().code
    return record("commitments", **usual | {"made_on": "2024-02-01"} | fields)


def commitment_party(**fields):
    usual = {name: make().code for name, make in (("commitment", commitment), ("party", party)) if name not in fields}
    return record("commitment-parties", **usual | fields)


def commitment_source(**fields):
    usual = {
        name: make().code for name, make in (("commitment", commitment), ("passage", passage)) if name not in fields
    }
    return record("commitment-sources", **usual | fields)


def commitment_link(**fields):
    usual = {name: commitment().code for name in ("commitment", "to") if name not in fields}
    return record("commitment-links", **usual | {"kind": "restates"} | fields)


def milestone(**fields):
    usual = {"commitment": commitment().code} if "commitment" not in fields else {}
    return record("milestones", **usual | {"title": "A milestone"} | fields)


def claim(**fields):
    return record("claims", **{"code": code("claim"), "text": "Something is so"} | fields)


def piece(**fields):
    """Return evidence as it is entered with an update: a page that supports it, unless told otherwise."""
    kind = CATALOGUE["evidence"]
    page = {"web_address": "https://example.org/a", "title": "A page", "retrieved_on": "2024-03-02"}
    usual = {"relation": "supports"} | ({} if "passage" in fields else page)
    form = kind.form.from_plain(usual | fields)
    form.update.required, form.update.validators = False, []
    return RowEdit(kind, Evidence(), form)


def update(pieces=None, jointly=False, **fields):
    """Log an update on pieces of evidence, usually one; return it, jointly the first of several."""
    usual = {"status": "in_progress", "effective_on": "2024-03-01", "reason": "Because.", "confidence": "high"}
    if "commitment" not in fields:
        usual["commitment"] = commitment().code
    if "party" not in fields and not jointly:
        usual["party"] = commitment_party(commitment=(usual | fields)["commitment"]).party.code
    form = CATALOGUE["updates"].form.from_plain(usual | fields)
    return log_update(account(), form, [piece()] if pieces is None else pieces, jointly)[0]


def evidence(**fields):
    """Log an update with a piece of evidence, and return that."""
    return update([piece(**fields)]).evidence[0]


def check(**fields):
    usual = {"checked_on": "2024-03-01", "where_searched": "Everywhere."}
    if "commitment" not in fields:
        usual["commitment"] = commitment().code
    return log_check(account(), CATALOGUE["checks"].form.from_plain(usual | fields))


def asked_for(**fields):
    """Return what a report is asked for: all that is recorded as of today, unless told otherwise."""
    usual = {"title": "A report", "as_of": today().isoformat(), "chapters": [word.value for word in Chapter]}
    form = CATALOGUE["reports"].form.from_plain(usual | fields)
    if not form.validate():
        raise Invalid(form.errors)
    return report_parameters(form, "https://tracker.example")


def report(**fields):
    with draft_report(report_data(asked_for(**fields))) as written:
        return issue_report(account(), written)


#: {name of the kind: its factory}
FACTORIES = {
    "parties": party,
    "participants": participant,
    "areas": area,
    "frameworks": framework,
    "indicators": indicator,
    "documents": document,
    "passages": passage,
    "meetings": meeting,
    "participations": participation,
    "meeting-links": meeting_link,
    "commitments": commitment,
    "commitment-parties": commitment_party,
    "commitment-sources": commitment_source,
    "commitment-links": commitment_link,
    "milestones": milestone,
    "claims": claim,
    "updates": update,
    "evidence": evidence,
    "checks": check,
    "reports": report,
}
