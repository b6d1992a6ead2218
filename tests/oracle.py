"""Which update stands, worked out in plain Python: the rule that the queries are held to."""


def in_force(logged, is_known=lambda row: True, undoes="corrects"):
    """Return what was known, without what was corrected or voided by something known."""
    known = [row for row in logged if is_known(row)]
    undone = {id(getattr(row, undoes)) for row in known}
    return [row for row in known if id(row) not in undone]


def latest(updates, on):
    """Return the update by which a lead stands on a day, of those in force of this lead, or None."""
    findings = [update for update in updates if update.status and update.effective_on <= on]
    return max(findings, key=lambda update: (update.effective_on, update.recorded_at, update.id), default=None)
