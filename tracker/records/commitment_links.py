"""Links between commitments: their form and filters."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import StopValidation

from tracker.models import Commitment, CommitmentLink
from tracker.records.base import Kind, RowForm, note_field
from tracker.records.fields import Choice, Reference
from tracker.records.filters import Filters, any_of
from tracker.vocabulary import CommitmentLinkKind


class CommitmentLinkForm(RowForm):
    model = CommitmentLink
    letter = "l"
    commitment = Reference(_l("From"), Commitment, required=True)
    kind = Choice(_l("Link"), CommitmentLinkKind, required=True)
    to = Reference(_l("To"), Commitment, required=True)
    note = note_field()

    def validate_to(self, to: Reference) -> None:
        if to.data is self.commitment.data:
            raise StopValidation(_("A commitment is not linked to itself: choose another."))


class CommitmentLinkFilters(Filters):
    commitment = any_of(CommitmentLinkForm.commitment, CommitmentLink.commitment_id)
    to = any_of(CommitmentLinkForm.to, CommitmentLink.to_id)
    kind = any_of(CommitmentLinkForm.kind, CommitmentLink.kind)


KIND = Kind(
    name="commitment-links",
    form=CommitmentLinkForm,
    singular=_l("Link to a commitment"),
    plural=_l("Links between commitments"),
    description=_l("Which commitment restates, strengthens, weakens, replaces, splits or depends on which other."),
    list_columns=("code", "commitment", "kind", "to", "note"),
    filters=CommitmentLinkFilters,
)
