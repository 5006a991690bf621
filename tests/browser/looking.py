"""What several tests ask of a page."""

from __future__ import annotations

from typing import Any

SIDEWAYS = "document.documentElement.scrollWidth - innerWidth"
"""By how much the page scrolls sideways, in its own words."""


def seen(page: Any, place: str) -> bool:
    """Whether the element lies below what sticks to the top, and on the screen."""
    found = page.locator(place)
    found.wait_for()
    box, height = found.bounding_box(), page.viewport_size["height"]
    return bool(0 <= box["y"] < height and found.is_visible())


def violations(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{one['impact']}: {one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]
