"""The passages that commitments rest on: their form and filters."""

from flask_babel import lazy_gettext as _l

from tracker.models import Commitment, CommitmentSource, Passage
from tracker.records.base import Kind, RowForm, note_field
from tracker.records.fields import Choice, Reference, Text
from tracker.records.filters import Filters, any_of
from tracker.vocabulary import SourceRelation


class CommitmentSourceForm(RowForm):
    model = CommitmentSource
    letter = "s"
    commitment = Reference(_l("Commitment"), Commitment, required=True)
    passage = Reference(_l("Passage"), Passage, required=True)
    relation = Choice(_l("Relation"), SourceRelation, required=True, default=SourceRelation.STATES)
    attributed_to = Text(_l("Attributed to"), description=_l("Whose word it is, where the document reports it."))
    note = note_field()


class CommitmentSourceFilters(Filters):
    commitment = any_of(CommitmentSourceForm.commitment, CommitmentSource.commitment_id)
    relation = any_of(CommitmentSourceForm.relation, CommitmentSource.relation)


KIND = Kind(
    name="commitment-sources",
    form=CommitmentSourceForm,
    singular=_l("Source of a commitment"),
    plural=_l("Sources of commitments"),
    description=_l("The passages each commitment rests on, and whose word they are."),
    list_columns=("code", "commitment", "passage", "relation", "attributed_to"),
    filters=CommitmentSourceFilters,
    title_column="code",
)
