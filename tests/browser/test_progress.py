"""An analyst logs what became of a commitment, corrects it, and looks at how it stood: in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import problems

C1 = "mx-us-2023-07-24.c1"


def log(page, party, status, effective_on, reason, confidence="High"):
    page.goto(f"/commitments/{C1}")
    page.get_by_role("link", name="Log an update").first.click()
    page.get_by_role("group", name="Whose progress is it?").get_by_label(party).check()
    page.locator(f"input[name=status][value={status}]").check()
    page.get_by_label("Effective on").fill(effective_on)
    page.get_by_label(confidence, exact=True).check()
    page.locator("#reason").fill(reason)


def cite_a_page(page, number=0):
    page.locator(f"#evidence-{number}-web_address").fill("https://example.org/minutes")
    page.locator(f"#evidence-{number}-title").fill("Minutes")
    page.locator(f"#evidence-{number}-retrieved_on").fill("yesterday")


def save(page, name="Log"):
    page.get_by_role("button", name=name, exact=True).last.click()


def standing(page, party):
    return page.locator(".standings > li").filter(has_text=party)


def test_progress_is_logged_corrected_and_looked_back_at(page):
    log(page, "Mexico", "in_progress", "1 March 2024", "A working group met.")
    page.locator("#evidence-0-passage").select_option("joint-statement-2023-07-24.x2")
    save(page)
    expect(page.get_by_role("status").first).to_have_text("Logged.")
    expect(standing(page, "Mexico")).to_contain_text("In progress")
    expect(standing(page, "United States")).to_contain_text("Not assessed")
    assert problems(page) == []
    # From the finding to its evidence, and on to the words it rests on.
    standing(page, "Mexico").get_by_role("link", name="1 piece of evidence").click()
    page.locator(".evidence").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/documents/joint-statement-2023-07-24#.*x2$"))

    log(page, "United States", "done", "10 de abril de 2024", "The measures were issued.")
    page.get_by_text("What the party itself claims").click()
    page.get_by_label("What the party says of itself").select_option("partly_done")
    page.get_by_label("Who says so").fill("State Department, in a press note")
    save(page)
    expect(page).to_have_title(re.compile("^Error:"))
    expect(page.get_by_role("alert")).to_contain_text("“Done” needs at least one piece of evidence that supports it")
    expect(page.locator("#reason")).to_have_value("The measures were issued.")
    assert problems(page) == []
    cite_a_page(page)
    save(page)
    expect(standing(page, "United States")).to_contain_text("Claim differs")
    expect(page.locator(".above")).to_contain_text("Mixed")

    page.locator(".log-entry", has_text="A working group met.").get_by_role("link", name="Correct or void").click()
    expect(page.locator("#reason")).to_have_value("A working group met.")
    page.locator("#status-partly_done").check()
    page.locator("#reason").fill("It met, and agreed a list.")
    save(page, "Log the correction")
    expect(standing(page, "Mexico")).to_contain_text("Partly done")
    struck = page.locator(".log-entry.undone")
    expect(struck).to_contain_text("A working group met.")
    expect(struck.locator("del")).to_have_text(re.compile("Mexico"))
    assert problems(page) == []

    # The day between the two findings, by what is known now.
    page.goto(f"/commitments/{C1}?as_of=2024-03-15")
    expect(page.get_by_text("As of March 15, 2024.")).to_be_visible()
    expect(standing(page, "Mexico")).to_contain_text("Partly done")
    expect(standing(page, "United States")).to_contain_text("Not assessed")
    expect(page.get_by_role("link", name="Log an update")).to_have_count(0)
    assert problems(page) == []
    # And by what was known before the correction.
    page.get_by_role("link", name="Back to today").click()
    moment = page.locator(".log-entry", has_text="It met, and agreed a list.").locator("time").get_attribute("datetime")
    before = re.sub(r"\.(\d+)", lambda found: f".{int(found[1]) - 1:0{len(found[1])}d}", moment).replace("+", "%2B")
    page.goto(f"/commitments/{C1}?as_of=2024-03-15&known_by={before}")
    expect(standing(page, "Mexico")).to_contain_text("In progress")
    expect(page.locator(".log-entry.undone")).to_have_count(0)

    page.goto("/commitments/?status=mixed&as_of=2024-03-15")
    expect(page.locator(".list-table tbody tr")).to_have_count(1)
    expect(page.get_by_text("1 of 9")).to_be_visible()
    page.goto("/commitments/?status=mixed&as_of=2024-02-01")
    expect(page.get_by_text("Nothing matches all of these filters.")).to_be_visible()


@pytest.mark.long
def test_follow_up_is_worked_off_without_losing_the_place(page):
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Follow-up").click()
    page.get_by_role("link", name="9 Some lead not assessed").click()
    assert problems(page) == []
    page.get_by_role("link", name=re.compile("^Log a check.*Act against")).click()
    page.get_by_label("Where you searched").fill("Press pages of both governments")
    page.get_by_label("Set the status “No evidence found”").check()
    assert problems(page) == []
    save(page, "Log the check")
    expect(page).to_have_url(re.compile(r"/follow-up/\?reason=never_assessed#"))
    expect(page.get_by_role("link", name="8 Some lead not assessed")).to_be_visible()
    # Two clicks: where was searched last is there already.
    page.get_by_role("link", name=re.compile("^Log a check.*Go on building")).click()
    save(page, "Log the check")
    expect(page.get_by_role("status").first).to_contain_text("Logged: you searched, and found nothing.")
    expect(page.get_by_role("link", name="8 Some lead not assessed")).to_be_visible()


@pytest.mark.long
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_pages_of_progress_are_accessible_and_fit(page, width, scheme):
    log(page, "All leads jointly", "in_progress", "2024-03-01", "They met.")
    cite_a_page(page)
    save(page)
    page.goto(f"/updates/{C1}.u1/correct")
    page.locator("#status-void").check()
    save(page, "Log the correction")
    page.goto(f"/commitments/{C1}/check")
    page.get_by_label("Where you searched").fill("Everywhere")
    save(page, "Log the check")
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    for path in (
        f"/commitments/{C1}",
        f"/commitments/{C1}?as_of=2024-03-15&known_by=2024-03-20",
        f"/commitments/{C1}/log",
        f"/updates/{C1}.u2/correct",
        f"/commitments/{C1}/check",
        f"/checks/{C1}.k1/void",
        f"/commitments/{C1}/retire",
        "/log",
        "/follow-up/?reason=never_assessed",
        "/commitments/?as_of=2024-03-15",
        "/updates/",
        "/checks/",
    ):
        page.goto(path)
        assert problems(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
