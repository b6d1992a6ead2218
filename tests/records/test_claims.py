"""What a claim may be: tied to a commitment by choice, and revised by a figure of the same indicator."""

import pytest

from tests import make
from tracker.actions.save import remove_record, save
from tracker.database import writing
from tracker.errors import Conflict, Invalid
from tracker.records import kind_of

COMMITMENT = "mx-us-2023-07-24.c1"


def edit(claim, **changes):
    save(make.account(), claim, kind_of(claim).form.from_plain(changes, claim))


def test_claims_are_found_by_the_commitment_they_are_tied_to(app, client):
    with app.app_context(), writing():
        make.claim(code="tied", commitment=COMMITMENT)
        make.claim(code="loose")
    found = client.get(f"/claims/?commitment={COMMITMENT}&format=json").json
    assert [(item["code"], item["commitment"]) for item in found["items"]] == [("tied", COMMITMENT)]


def test_a_commitment_with_a_claim_tied_to_it_is_not_removed(app, client):
    with app.app_context(), writing():
        commitment = make.commitment(code="kept")
        make.claim(commitment="kept", text="It was begun")
        with pytest.raises(Conflict):
            remove_record(make.account(), commitment)
    assert "It was begun" in client.get("/commitments/kept/remove").text


@pytest.mark.parametrize("indicators", [("a", "a"), ("a", None), (None, "a"), (None, None)])
def test_a_figure_revises_one_of_the_same_indicator_or_of_none(app, indicators):
    with app.app_context(), writing():
        codes = {name: make.indicator().code for name in "a"} | {None: None}
        earlier = make.claim(indicator=codes[indicators[0]])
        later = make.claim(indicator=codes[indicators[1]], supersedes=earlier.code)
        assert later.supersedes is earlier


def test_a_figure_of_another_indicator_is_not_revised(app):
    with app.app_context(), writing():
        seized, met = (make.indicator(name=name).code for name in ("Seized", "Met"))
        earlier = make.claim(code="earlier", indicator=seized)
        with pytest.raises(Invalid) as refused:
            make.claim(indicator=met, supersedes="earlier")
        assert refused.value.errors == {
            "supersedes": ["That is a figure of “Seized”: choose one of the same indicator."]
        }
        later = make.claim(code="later", indicator=seized, supersedes="earlier")
        with pytest.raises(Invalid) as refused:
            edit(earlier, indicator=met)
        assert refused.value.errors == {
            "indicator": ["“later” revises this as a figure of “Seized”: change that first."]
        }
        edit(later, indicator=None)
        edit(earlier, indicator=met)
        assert earlier.indicator.code == met


def test_a_claim_keeps_its_tie_when_its_meeting_is_edited_on_one_page(app, client):
    meeting, claim = "mx-us-2023-05-30", "mx-us-2023-05-30.claim-1"
    client.send(f"/claims/{claim}/edit", {"commitment": COMMITMENT})
    added = {"claims-0-text": "Wells were dug", "claims-0-commitment": COMMITMENT}
    assert "Saved." in client.send(f"/meetings/{meeting}/edit", {"note": "Looked at again"} | added).text
    tied = client.get(f"/claims/?commitment={COMMITMENT}&format=json").json["items"]
    assert [item["text"] for item in tied if item["code"] != claim] == ["Wells were dug"]
    assert len(tied) == 2
