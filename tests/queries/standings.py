"""How commitments stand on two dates, worked out from what was logged in plain Python, to compare with the queries."""

import datetime
from dataclasses import dataclass, field

from tests.oracle import in_force, latest

FINAL = {"done", "not_done", "reversed", "withdrawn", "uncheckable"}


@dataclass
class Logged:
    """What is remembered of one update, or of one check (which has no party)."""

    id: int
    effective_on: datetime.date
    recorded_at: datetime.datetime
    corrects: "Logged | None" = None
    party: str = ""
    status: str | None = None
    claimed: str | None = None
    contradicted: bool = False


@dataclass
class Story:
    """What is remembered of a commitment, and of what was logged of it."""

    code: str
    made_on: datetime.date
    recorded_at: datetime.datetime
    leads: list[str]
    due_on: datetime.date | None = None
    recurring: bool = False
    interval: int = 180
    retired_at: datetime.datetime | None = None
    updates: list[Logged] = field(default_factory=list)
    checks: list[Logged] = field(default_factory=list)

    def is_listed(self, on, known_by):
        known = known_by is None or self.recorded_at <= known_by
        retired = self.retired_at and not (known_by and known_by < self.retired_at)
        return self.made_on <= on and known and not retired

    def finding(self, party, on, known_by, claim=False):
        """Return the update by which a lead stands: of those known and not corrected, no void, true by then."""
        updates = [u for u in self.known(self.updates, known_by) if u.party == party and (u.claimed or not claim)]
        return latest(updates, on)

    @staticmethod
    def known(logged, known_by):
        """Return what was known by then and not undone by then."""
        return in_force(logged, lambda row: known_by is None or row.recorded_at <= known_by)

    def statuses(self, on, known_by):
        found = {party: self.finding(party, on, known_by) for party in self.leads}
        return {party: each.status if each else "not_assessed" for party, each in found.items()}

    def overall(self, on, known_by):
        words = set(self.statuses(on, known_by).values()) or {"not_assessed"}
        return words.pop() if len(words) == 1 else "mixed"

    def is_closed(self, on, known_by):
        final = FINAL - {"done"} if self.recurring else FINAL
        words = self.statuses(on, known_by).values()
        return bool(words) and all(word in final for word in words)

    def deadline(self, on, known_by):
        if self.is_closed(on, known_by):
            return "closed"
        if self.due_on is None:
            return "no_date"
        ahead = (self.due_on - on).days
        return "overdue" if ahead < 0 else "due_soon" if ahead <= 30 else "not_yet_due"

    def follow_up(self, on, known_by):
        reasons = {self.deadline(on, known_by)} & {"overdue", "due_soon"}
        looks = [self.recorded_at.date()]
        looks += [each.recorded_at.date() for each in self.known(self.updates, known_by) if each.status]
        looks += [each.effective_on for each in self.known(self.checks, known_by) if not each.corrects]
        last = max((day for day in looks if day <= on), default=None)
        if last and (on - last).days > self.interval and not self.is_closed(on, known_by):
            reasons.add("stale")
        for party, status in self.statuses(on, known_by).items():
            finding, claim = (self.finding(party, on, known_by, claim) for claim in (False, True))
            reasons |= {"never_assessed"} if status == "not_assessed" else set()
            reasons |= {"contradicted"} if finding and finding.contradicted else set()
            reasons |= {"claim_differs"} if claim and claim.claimed != status else set()
        return reasons
