"""Records of every kind, between them with a value in every column, and with text that files must hold with care."""

from sqlalchemy import select

from tests import make
from tracker.actions.updates import void_check
from tracker.database import session
from tracker.models import Commitment
from tracker.records import CATALOGUE


def plant():
    """Make a record of every kind that has a value in every column the others leave empty."""
    for name, factory in make.FACTORIES.items():
        noted = {"note": f"'=A note of {name}\n“é”, 1;2"} if "note" in CATALOGUE[name].columns else {}
        factory(**noted)
    parent = make.party(kind="country", note="-1")
    ministry = make.party(kind="government_body", parent=parent.code)
    document = make.document(
        issued_by=[ministry.code, "mx", parent.code], sha256="0" * 64, published_on="2024-01-02",
        published_precision="day", web_address="https://example.org/=1",
    )  # fmt: skip
    document.text_sha256 = "1" * 64
    # The order of their codes is not that in which they were added.
    passages = [make.passage(document=make.document(code=code).code).code for code in ("zz", "mm", "aa")]
    passages.append(make.passage(document=document.code).code)
    commitment = session.scalars(select(Commitment).limit(1)).one()
    made = make.commitment(
        areas=["migration", "arms"], frameworks=["bicentennial-framework"], owner="local", meeting="mx-us-2023-07-24",
        deadline_kind="recurring", every_months=3, due_on="2024-05-06", priority="high", done_when="+", review_every=9,
    )  # fmt: skip
    for role in ("support", "beneficiary", "lead"):
        for party in ("us", "mx"):
            make.commitment_party(commitment=made.code, party=party, role=role)
    for passage in passages:
        make.commitment_source(commitment=made.code, passage=passage, relation="reports", attributed_to="@")
    earlier = make.claim(value=-5, unit="%", indicator=make.indicator().code, period_start="2020-01-01")
    make.claim(value=2.5, unit="t", supersedes=earlier.code, commitment=commitment.code, passage=passages[0])
    void_check(make.account(), make.check(commitment=made.code), "Wrong.")
    make.update([make.piece(), make.piece(passage=passages[1], relation="contradicts")], True, commitment=made.code)
