"""Likely duplicates are told while somebody types, and asked about when it is saved."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import problems

HINT = ".fields .alike"


def test_a_likely_duplicate_is_told_while_typing(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/alike?" in request.url else None)
    page.goto("/participants/new")
    hint = page.locator(HINT)
    expect(hint).to_have_attribute("aria-live", "polite")
    expect(hint).to_be_empty()
    page.get_by_label("Name required").press_sequentially("Richard Verma", delay=20)
    expect(hint).to_contain_text("Likely the same:")
    expect(hint).to_contain_text("“Richard Verma” can be another form of this name.")
    assert len(asked) < 4, "One waits for a pause."
    # It stands beneath the name.
    assert hint.bounding_box()["y"] > page.get_by_label("Name required").bounding_box()["y"]
    with page.context.expect_page() as opened:
        hint.get_by_role("link", name="Rich Verma").click()
    expect(opened.value).to_have_url(re.compile("/participants/rich-verma$"))
    opened.value.close()
    page.get_by_label("Name required").fill("Adam Cohen")
    expect(hint).to_be_empty()


def test_what_is_told_leaves_out_the_record_being_edited(page):
    page.goto("/participants/rich-verma/edit")
    with page.expect_response(re.compile("/alike.*but=rich-verma")) as answer:
        page.get_by_label("Name required").fill("Richard Verma")
    assert answer.value.json() == {"items": []}
    expect(page.locator(HINT)).to_be_empty()


def test_a_choice_is_compared_and_a_day_half_typed_is_not_told_off(page):
    page.goto("/meetings/new")
    hint = page.locator(HINT)
    page.get_by_label("Country").select_option("mx")
    with page.expect_response(re.compile("starts_on=24")) as answer:
        page.get_by_label("Starts on").fill("24 Ju")
    assert answer.value.status == 422
    expect(hint).to_be_empty()
    page.get_by_label("Starts on").fill("24 July 2023")
    expect(hint).to_contain_text("Both began on July 24, 2023 at the same place: Mexico.")
    # It comes right beneath what is typed; asked all at once, since the page may still be scrolling.
    typed, told = page.evaluate(
        """["#starts_on", ".fields .alike"]
            .map((each) => document.querySelector(each).getBoundingClientRect().y)"""
    )
    assert 0 < told - typed < 150


def test_what_is_added_beside_a_meeting_is_told_of_in_its_own_row(page):
    page.goto("/meetings/new")
    seat = page.get_by_role("region", name="Seats and mentions").get_by_role("group").first
    seat.get_by_label("Name as printed").fill("Richard Verma")
    expect(seat.locator(".alike")).to_contain_text("Rich Verma")
    # It scrolls out from behind the bar, in its own time; the page's policy lets nothing wait for that within it.
    bar, hint = page.locator(".sheet > .actions"), seat.locator(".alike")
    for _ in range(50):
        told = hint.bounding_box()
        if told["y"] + told["height"] <= bar.bounding_box()["y"]:
            break
        page.wait_for_timeout(100)
    else:
        pytest.fail("The hint stays behind the bar.")
    page.get_by_text("Not in the lists yet?").click()
    rows = page.get_by_role("region", name="Participants").get_by_role("group")
    rows.first.get_by_label("Name required").fill("Lisa Olivia Monaco")
    expect(rows.first.locator(".alike")).to_contain_text("It is also called “Lisa O. Monaco”")
    expect(page.locator(HINT)).to_be_empty()
    assert not problems(page)


def test_a_name_cannot_run(page):
    evil = "Berta Quill <img src=x onerror=alert(1)><script>alert(1)</script>"
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.goto("/participants/new")
    page.get_by_label("Code").fill("evil")
    page.get_by_label("Name required").fill(evil)
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    page.goto("/participants/new")
    page.get_by_label("Name required").fill("Berta Quill")
    expect(page.locator(HINT).get_by_role("link")).to_contain_text(evil)
    assert page.locator(f"{HINT} img").count() == 0


@pytest.mark.long
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_the_hint_and_the_question_are_accessible_and_fit(browser, site, width, scheme):
    context = browser.new_context(base_url=site, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto("/participants/new")
    page.get_by_label("Code").fill("richard-verma")
    page.get_by_label("Name required").fill("Richard Verma")
    expect(page.locator(HINT)).to_contain_text("Likely the same:")
    assert not problems(page)
    page.get_by_role("button", name="Save").last.click()
    question = page.get_by_role("alert")
    expect(question).to_be_focused()
    assert page.title().startswith("Question:")
    assert not problems(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    question.get_by_label("These are different: save it anyway").check()
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    context.close()
