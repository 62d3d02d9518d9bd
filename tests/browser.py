"""Signing in and looking around in a real browser."""

import os

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from evaltrack.models import User


def enter(page: Page, server: LiveServer, user: User, path: str) -> None:
    """Sign in as a person does, and arrive at the page that was asked for."""
    page.goto(f"{server.url}/accounts/login/?next={path}")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{path}")


# Width and colours in which screens are inspected, and a width beside it at which they must fit as well.
SCREENS = [(1280, "light", 1600), (320, "dark", 360)]


def inspect(page: Page, name: str, beside: int | None = None) -> None:
    """No accessibility fault and no sideways scrolling, nor any at the width ``beside`` this one.

    ``SCREENSHOTS`` names a folder to keep a picture in.
    """
    found = Axe().run(page).response["violations"]
    told = [f"{fault['id']}: {[node['html'] for node in fault['nodes'][:3]]}" for fault in found]
    assert not told, f"{name}: " + "\n".join(told)
    _fits(page, name)
    if beside and page.viewport_size:
        own = page.viewport_size
        page.set_viewport_size({"width": beside, "height": own["height"]})
        _fits(page, f"{name}, {beside} pixels wide,")
        page.set_viewport_size(own)
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def _fits(page: Page, name: str) -> None:
    sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert sideways == 0, f"{name} scrolls sideways"
