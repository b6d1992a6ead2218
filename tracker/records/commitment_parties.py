"""The parties to commitments: their form, filters and columns."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select

from tracker.database import as_term
from tracker.models import AsOf, Commitment, CommitmentParty, Party
from tracker.models.as_of import lead_statuses
from tracker.records.base import Kind, RowForm, derived_column, note_field
from tracker.records.fields import Choice, Reference
from tracker.records.filters import Filters, any_of
from tracker.vocabulary import PartyRole, Status


def _lead_status(as_of: AsOf) -> ColumnElement[Status]:
    """Return how a lead stood; NULL of a party that leads nothing."""
    lead = lead_statuses(as_of).c
    query = select(as_term(lead.status, Status)).where(lead.commitment_party_id == CommitmentParty.id)
    return query.scalar_subquery()


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
            _lead_status,
        ),
    ),
    title_column="code",
)
