"""What a brief should say, worked out in plain Python of all that was logged."""

from collections import Counter

from sqlalchemy import select

from tests import past
from tests.oracle import in_force, latest
from tracker.database import session
from tracker.dates import end_of_day
from tracker.models import CheckLog, CommitmentLink, ProgressUpdate
from tracker.vocabulary import CLOSING, EvidenceRelation, Status

AGAIN = {"restates", "strengthens", "weakens", "replaces"}


class Told:
    """What is told since a day, as of another and as known by a moment."""

    def __init__(self, since, on, known_by):
        self.since, self.on, self.known_by = since, on, known_by
        self.there, self.then = past.there(on, known_by), past.standings(since, known_by)
        self.end, self.heard = end_of_day(since), past.standings(since, end_of_day(since))
        self.updates = {each.id: each for each in self.standing(ProgressUpdate, "corrects")}
        self.checks = [each for each in self.standing(CheckLog, "voids") if each.voids is None]

    def standing(self, model, undoes):
        return in_force(session.scalars(select(model)), lambda row: row.recorded_at <= self.known_by, undoes)

    def is_closed(self, each):
        return bool(self.there[each]) and set(self.there[each].values()) <= CLOSING

    def finding(self, each, party, claimed=False, on=None, among=None):
        among = self.updates.values() if among is None else among
        own = [u for u in among if (u.commitment_id, u.party_id) == (each.id, party)]
        return latest([u for u in own if u.claimed_status or not claimed], on or self.on)

    @property
    def leads(self):
        return [(each, party, status) for each, leads in self.there.items() for party, status in leads.items()]

    @property
    def earlier(self):
        return [each for each in self.there if each.made_on <= self.since]

    def before(self, each, party):
        return self.then.get((each.id, party), Status.NOT_ASSESSED)

    def new(self):
        return [each.code for each in self.there if each.made_on > self.since]

    def moved(self):
        for each, party, status in self.leads:
            if each in self.earlier and self.before(each, party) is not status:
                found = self.finding(each, party)
                yield each.code, party, self.before(each, party).value, status.value, found and found.code

    def learnt(self):
        """Yield what a reader on the day since was not told of it, with the update that was logged later."""
        if self.known_by <= self.end:
            return
        logged = [u for u in session.scalars(select(ProgressUpdate)) if u.recorded_at <= self.known_by]
        told = [u for u in logged if u.recorded_at <= self.end]
        told = [u for u in told if u not in [other.corrects for other in told]]
        for each, party, _status in self.leads:
            heard = self.heard.get((each.id, party), Status.NOT_ASSESSED)
            if each not in self.earlier or each.recorded_at > self.end or heard is self.before(each, party):
                continue
            update = self.finding(each, party, on=self.since)
            says = update is not None and update.recorded_at > self.end
            if not says:
                wrong = self.finding(each, party, on=self.since, among=told)
                (update,) = [u for u in logged if u.corrects is wrong]
            assert update.recorded_at > self.end
            effective_on = update.effective_on.isoformat() if says else None
            yield each.code, party, heard.value, self.before(each, party).value, update.code, effective_on

    def recorded_later(self):
        return sum(each.recorded_at > self.end for each in self.earlier)

    def again(self):
        links = [each for each in session.scalars(select(CommitmentLink)) if each.kind.value in AGAIN]
        for each in links if self.known_by >= past.moment(past.LENGTH) else ():
            if {each.commitment, each.to} <= self.there.keys() and each.commitment.made_on > self.since:
                yield each.commitment.code, each.kind.value, each.to.code

    def overdue(self):
        return [e.code for e in self.there if e.due_on and e.due_on < self.on and not self.is_closed(e)]

    def due(self, until):
        return [e.code for e in self.there if e.due_on and self.on <= e.due_on <= until and not self.is_closed(e)]

    def contradicted(self):
        for each, party, status in self.leads:
            found = self.finding(each, party)
            if found and EvidenceRelation.CONTRADICTS in {piece.relation for piece in found.evidence}:
                yield each.code, party, status.value, found.code

    def differs(self):
        for each, party, status in self.leads:
            claim = self.finding(each, party, claimed=True)
            if claim and claim.claimed_status is not status:
                yield each.code, party, status.value, claim.claimed_status.value

    def silent(self):
        learnt = {code for code, *_rest in self.learnt()}
        for each in self.earlier:
            own = [u for u in self.updates.values() if u.commitment_id == each.id and u.status]
            own = [u for u in own if u.effective_on <= self.on]
            told = each.recorded_at <= self.end
            news = any(u.effective_on > self.since or (told and u.recorded_at > self.end) for u in own)
            if self.is_closed(each) or news or each.code in learnt:
                continue
            checks = [c for c in self.checks if c.commitment is each and self.since < c.checked_on <= self.on]
            last = max(checks, key=lambda c: (c.checked_on, c.id), default=None)
            yield each.code, last and last.where_searched

    def parties(self):
        """Return {party: (how many it leads, of how many its status moved, how many it led by then)}."""
        led = Counter(party for _each, party, _status in self.leads)
        led_before = Counter(party for each, party, _status in self.leads if each in self.earlier)
        moved = Counter(party for _code, party, *_rest in self.moved())
        return {party: (led[party], moved[party], led_before[party]) for party in led}
