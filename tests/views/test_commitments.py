"""The page of a commitment: its milestones, and its links told from both ends."""

import pytest

from tests.client import elements, parsed, words
from tests.views.test_bad_input import form_values, refuse

PATH = "/commitments/mx-us-2023-07-24.c4"
OTHER = "/commitments/mx-us-2023-07-24.c3"
TO_OTHER = {"commitment-links-0-to": "mx-us-2023-07-24.c3"}
STEP = "joint-statement-2023-07-24.x6"


def section(client, path, heading):
    """Return the words of the list below a heading of a page, or nothing if there is no such heading."""
    document, _errors = parsed(client.get(path).text)
    for part in elements(document, "section"):
        children = list(part)
        for place, child in enumerate(children):
            if words(child) == heading:
                return words(children[place + 1])
    return ""


def test_a_link_is_told_from_both_ends(client):
    client.send(f"{PATH}/edit", TO_OTHER | {"commitment-links-0-kind": "depends_on"})
    assert section(client, PATH, "Linked commitments").startswith("This commitment · Depends on")
    assert section(client, OTHER, "Linked commitments").endswith("Depends on · this commitment")
    assert section(client, "/commitments/mx-us-2023-07-24.c1", "Linked commitments") == ""


def test_what_another_is_linked_to_is_not_removed(client):
    client.send(f"{PATH}/edit", TO_OTHER | {"commitment-links-0-kind": "replaces"})
    version = form_values(client.get(f"{OTHER}/edit").text)
    refused = client.post(f"{OTHER}/remove", data={name: version[name] for name in ("csrf_token", "version")})
    assert refused.status_code == 409
    assert "cannot be removed: other records rest on it" in refused.text


def test_a_commitment_is_not_linked_to_itself(app, client):
    typed = {"commitment-links-0-kind": "splits", "commitment-links-0-to": "mx-us-2023-07-24.c4"}
    refuse(app, client, f"{PATH}/edit", typed, {"commitment-links-0-to": "A commitment is not linked to itself"})


def test_that_a_milestone_was_reached_needs_evidence(app, client):
    typed = {"milestones-0-title": "Offices open", "milestones-0-done_on": "2024-02-01"}
    refuse(app, client, f"{PATH}/edit", typed, {"milestones-0-done_on": "Say where that is written"})


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"due_on": "2024-06-30"}, "Offices open due on June 30, 2024"),
        (
            {"done_on": "2024-02-01", "passage": STEP},
            "Offices open reached on February 1, 2024",
        ),
        (
            {"due_on": "2024-06-30", "done_on": "2024-07-02", "web_address": "https://example.org/a"},
            "Offices open due on June 30, 2024 · reached on July 2, 2024 https://example.org/a",
        ),
    ],
)
def test_a_milestone_is_told(client, typed, told):
    row = {f"milestones-0-{name}": value for name, value in typed.items()}
    client.send(f"{PATH}/edit", row | {"milestones-0-title": "Offices open"})
    assert section(client, PATH, "Milestones").startswith(told)
