"""Taking a commitment that was recorded in error out of the lists, and back into them."""

from flask_babel import gettext as _

from tracker.actions.save import flush, set_actor
from tracker.database import session
from tracker.errors import Conflict, Invalid
from tracker.models import Account, Commitment
from tracker.models.history import now
from tracker.records.fields import FORBIDDEN_CHARACTERS

#: Characters of a reason.
LONGEST = 2_000


def retire_commitment(account: Account | None, commitment: Commitment, because: str) -> None:
    """Take a commitment out of the lists, for a reason; raises Invalid, or Conflict if it is out already."""
    if commitment.retired_at is not None:
        raise Conflict(_("“%(commitment)s” is retired already.", commitment=commitment))
    reason = because.strip()
    if not reason:
        raise Invalid({"retired_because": [_("Say why it was recorded in error.")]})
    if len(reason) > LONGEST or FORBIDDEN_CHARACTERS.search(reason):
        raise Invalid({"retired_because": [_("Write at most %(most)s plain characters.", most=f"{LONGEST:,}")]})
    set_actor(account)
    commitment.retired_at, commitment.retired_because = now(session), reason
    flush()


def restore_commitment(account: Account | None, commitment: Commitment) -> None:
    """Take a commitment back into the lists; raises Conflict if it is in them."""
    if commitment.retired_at is None:
        raise Conflict(_("“%(commitment)s” is not retired.", commitment=commitment))
    set_actor(account)
    commitment.retired_at = commitment.retired_because = None
    flush()
