"""Commitments whose past is made up by chance, and how they stood on two dates, worked out in plain Python."""

import datetime
from collections import defaultdict

from sqlalchemy import func, select

from tests import make
from tests.oracle import in_force, latest
from tracker.database import session
from tracker.models import Commitment, CommitmentParty, Evidence, ProgressUpdate
from tracker.models.as_of import update_current_status
from tracker.vocabulary import CommitmentKind, OverallStatus, PartyRole, Status

FIRST = datetime.date(2023, 1, 1)
LENGTH = 600
PAGE = {"web_address": "https://example.org", "title": "A page", "retrieved_on": datetime.date(2024, 1, 1)}


def day(number):
    return FIRST + datetime.timedelta(days=number)


def moment(number):
    return datetime.datetime.combine(day(number), datetime.time(12), datetime.UTC)


def plant(chance, commitments=12, begin=0):
    """Make commitments, two of them retired, with updates, corrections and voids over 600 days."""
    areas = [make.area(order=n).code for n in range(3)]
    parties = [make.party(name=f"Party {n}").code for n in range(2)]
    made = [commitment(chance, areas) for _ in range(commitments)]
    for each in made[:2]:
        each.retired_at, each.retired_because = moment(chance.randrange(LENGTH)), "Made up."
    leads = []
    for each in made:
        for party in chance.sample(parties, chance.choice([0, 1, 2, 2])):
            leads.append(make.commitment_party(commitment=each.code, party=party, role="lead"))
    events = sorted((chance.randrange(LENGTH), n) for n in range(len(leads) * 3))
    for order, (number, n) in enumerate(events):
        log(leads[n // 3], moment(begin + number) + datetime.timedelta(seconds=order), chance)
    for lead in leads:
        update_current_status(session, lead)
    session.flush()


def commitment(chance, areas):
    made, later, due = chance.randrange(LENGTH), chance.randrange(60), chance.choice([None, chance.randrange(400)])
    fields = {"deadline_kind": "explicit", "due_on": day(made + due).isoformat()} if due is not None else {}
    made_up = make.commitment(
        area=chance.choice(areas),
        kind=chance.choice(list(CommitmentKind)).value,
        made_on=day(made).isoformat(),
        review_every=chance.choice([None, 30]),
        **fields,
    )
    made_up.recorded_at = moment(made + later)
    return made_up


def log(lead, at, chance):
    """Store an update of a lead as one logged at a past moment; some correct or void an earlier one."""
    own = (ProgressUpdate.commitment == lead.commitment, ProgressUpdate.party == lead.party)
    corrected = select(ProgressUpdate.corrects_id).where(ProgressUpdate.corrects_id.is_not(None))
    free = session.scalars(select(ProgressUpdate).where(*own, ProgressUpdate.id.not_in(corrected))).all()
    corrects = chance.choice(free) if free and chance.random() < 0.4 else None
    status = None if corrects and chance.random() < 0.5 else chance.choice(list(Status)[1:])
    return store(lead, at, status, (at - datetime.timedelta(days=chance.randrange(200))).date(), corrects)


def store(lead, at, status, effective_on, corrects=None):
    number = session.scalar(select(func.count()).where(ProgressUpdate.commitment == lead.commitment)) + 1
    code, logged = f"{lead.commitment.code}.u{number}", {"recorded_at": at, "recorded_by": make.account()}
    if status:
        for place, relation in enumerate(("supports", "contradicts")[: 1 + number % 2], start=1):
            session.add(Evidence(code=f"{code}.e{place}", update_code=code, relation=relation, **PAGE, **logged))
        session.flush()
    found = {"status": status, "confidence": "high" if status else None, "effective_on": effective_on}
    if number % 3 == 0 and status:
        found |= {"claimed_status": Status.DONE, "claimed_by": "A ministry"}
    parties = {"commitment": lead.commitment, "party": lead.party}
    update = ProgressUpdate(code=code, reason="Made up.", corrects=corrects, **parties, **found, **logged)
    session.add(update)
    session.flush()
    return update


def standings(on, known_by=None, before=None):
    """Return {(commitment id, party id): status} by the rules as they are written, from all updates."""
    updates = in_force(
        session.scalars(select(ProgressUpdate)),
        lambda u: not (known_by and u.recorded_at > known_by) and not (before and u.recorded_at >= before),
    )
    of_leads = defaultdict(list)
    for update in updates:
        of_leads[update.commitment_id, update.party_id].append(update)
    standing = {lead: latest(logged, on) for lead, logged in of_leads.items()}
    return {lead: update.status for lead, update in standing.items() if update}


def there(on, known_by=None):
    """Return {commitment: {party id of a lead: its status}} of all that were made, recorded and not retired then."""
    found, leads = standings(on, known_by), session.scalars(select(CommitmentParty)).all()
    return {
        each: {
            row.party_id: found.get((each.id, row.party_id), Status.NOT_ASSESSED)
            for row in leads
            if row.commitment_id == each.id and row.role is PartyRole.LEAD
        }
        for each in session.scalars(select(Commitment))
        if each.made_on <= on
        and not (known_by and each.recorded_at > known_by)
        and not (each.retired_at and not (known_by and each.retired_at > known_by))
    }


def overall(statuses):
    words = set(statuses.values()) or {Status.NOT_ASSESSED}
    return words.pop().value if len(words) == 1 else OverallStatus.MIXED.value
