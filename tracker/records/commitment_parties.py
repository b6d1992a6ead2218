"""Who leads, supports or is to gain from a commitment, as people meet it."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import object_session
from sqlalchemy.orm.attributes import set_committed_value

from tracker.models import AsOf, Commitment, CommitmentParty, Party
from tracker.models.as_of import lead_statuses
from tracker.records.base import Kind, RowForm, derived_column, note_field
from tracker.records.fields import Choice, Reference
from tracker.records.filters import Filters, any_of
from tracker.vocabulary import PartyRole, Status


def _tell(records: Sequence[CommitmentParty], clock: AsOf) -> None:
    """Put the status of a past day into the leads of commitments."""
    if not clock.past:
        return
    reading: Any = object_session(records[0])
    lead, ids = lead_statuses(clock).c, {record.id: record for record in records}
    query = select(lead.commitment_party_id, lead.status, lead.finding_id, lead.claim_id)
    for number, status, finding, claim in reading.execute(query.where(lead.commitment_party_id.in_(ids))):
        set_committed_value(ids[number], "status", Status[status.name])
        set_committed_value(ids[number], "finding_id", finding)
        set_committed_value(ids[number], "claim_id", claim)


def _status(clock: AsOf) -> ColumnElement[Any]:
    lead = lead_statuses(clock).c
    return select(lead.status).where(lead.commitment_party_id == CommitmentParty.id).scalar_subquery()


class CommitmentPartyForm(RowForm):
    model = CommitmentParty
    letter = "p"
    commitment = Reference(_l("Commitment"), Commitment, required=True)
    party = Reference(_l("Party"), Party, required=True)
    role = Choice(_l("Role"), PartyRole, required=True, default=PartyRole.LEAD)
    note = note_field()


class CommitmentPartyFilters(Filters):
    commitment = any_of(CommitmentPartyForm.commitment, CommitmentParty.commitment_id)
    party = any_of(CommitmentPartyForm.party, CommitmentParty.party_id)
    role = any_of(CommitmentPartyForm.role, CommitmentParty.role)


KIND = Kind(
    name="commitment-parties",
    form=CommitmentPartyForm,
    singular=_l("Party to a commitment"),
    plural=_l("Parties to commitments"),
    description=_l("Who leads, supports or is to gain from each commitment, and how each lead stands."),
    list_columns=("code", "commitment", "party", "role", "status"),
    filters=CommitmentPartyFilters,
    extra_columns=(
        derived_column(
            "status",
            Choice(_l("Status"), Status, description=_l("How a lead stands.")),
            _status,
            lambda row: row.status if row.role is PartyRole.LEAD else None,
        ),
    ),
    title_column="code",
    add_as_of=_tell,
)
