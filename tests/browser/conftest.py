"""A served tracker, and a real browser to open it in."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests.conftest import Place
from tests.serving import served
from tracker.app import create_app
from tracker.config import Settings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser():
    if not CHROMIUM:
        pytest.skip("Chromium is not installed: the browser tests need Debian's package chromium, or Chrome")
    # Chromium's sandbox does not start for root.
    arguments = [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else ARGUMENTS
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def site(seeded, where):
    """The address of a tracker served on a fresh copy of the seeds."""
    place = Place("served", where)
    place.make(like=seeded)
    with served(create_app(Settings(data=where, database=place.name))) as address:
        yield address


def told_wrong(message):
    """Return whether the console tells of a fault of ours; that a page answered 422 is none."""
    return message.type == "error" and not message.text.startswith("Failed to load resource")


@pytest.fixture
def page(browser, site):
    """A page of the seeded tracker, in which no script may fail."""
    yield from opened(browser, site)


@pytest.fixture
def empty_page(browser, empty_app):
    """A page of a tracker without records."""
    with served(empty_app) as address:
        yield from opened(browser, address)


def opened(browser, site):
    context = browser.new_context(base_url=site, viewport={"width": 1280, "height": 900}, accept_downloads=True)
    page = context.new_page()
    failures = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda message: failures.append(message.text) if told_wrong(message) else None)
    yield page
    context.close()
    assert not failures, failures
