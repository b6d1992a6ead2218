"""Retiring commitments that were recorded in error, and restoring them."""

from flask_babel import gettext as _

from tracker.actions.save import flush, set_actor
from tracker.database import session
from tracker.errors import Conflict, Invalid
from tracker.models import Account, Commitment
from tracker.models.history import now
from tracker.records.fields import FORBIDDEN_CHARACTERS

MAX_REASON_LENGTH = 2_000


def retire_commitment(account: Account | None, commitment: Commitment, reason: str) -> None:
    """Retire a commitment for a reason; raises Invalid, or Conflict if it is retired already."""
    if commitment.retired_at is not None:
        raise Conflict(_("“%(commitment)s” is retired already.", commitment=commitment))
    reason = reason.strip()
    if not reason:
        raise Invalid({"retired_because": [_("Say why it was recorded in error.")]})
    if len(reason) > MAX_REASON_LENGTH or FORBIDDEN_CHARACTERS.search(reason):
        message = _("Write at most %(most)s plain characters.", most=f"{MAX_REASON_LENGTH:,}")
        raise Invalid({"retired_because": [message]})
    set_actor(account)
    commitment.retired_at, commitment.retired_because = now(session), reason
    flush()


def restore_commitment(account: Account | None, commitment: Commitment) -> None:
    """Restore a retired commitment; raises Conflict if it is not retired."""
    if commitment.retired_at is None:
        raise Conflict(_("“%(commitment)s” is not retired.", commitment=commitment))
    set_actor(account)
    commitment.retired_at = commitment.retired_because = None
    flush()
