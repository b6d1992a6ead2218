"""Copying a citation in a real browser, and what is left of it where a page may not copy."""

from playwright.sync_api import expect

from tests.browser.test_accessibility import problems


def test_a_citation_is_copied_or_else_selected(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/commitments/mx-us-2023-05-30.c1")
    page.get_by_text("Cite", exact=True).click()
    page.get_by_role("button", name="Copy").nth(1).click()
    expect(page.locator(".citation").get_by_role("status").nth(1)).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("@misc{commitment-mx-us-2023-05-30.c1,\n  title = {{Cooperate more closely")
    assert not problems(page)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.get_by_role("button", name="Copy").first.click()
    expect(page.locator(".citation").get_by_role("status").first).to_contain_text("It is selected")
    assert page.evaluate("String(getSelection())").startswith("Cooperate more closely against fentanyl smuggling.")
