"""What a person's hands do on a page: find a control, fill its form, press it."""

from __future__ import annotations

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from tests.browser.walk.expected import is_deliberate
from tests.browser.walk.filling import fill, set_fields
from tests.browser.walk.steps import FILLED, Inventory
from tests.browser.walk.watching import Watcher, in_short

PATIENCE = 10_000  # milliseconds for one press


class Hands:
    def __init__(self, page: Page, watcher: Watcher, found: Inventory, kept: tuple[str, ...] = ()) -> None:
        self.page, self.watcher, self.found, self.kept = page, watcher, found, kept

    def find(self, key: str) -> str:
        """Mark the control; return what must be pressed before it is seen ("opener", "bulk"), "", or "gone"."""
        return str(self.page.evaluate("key => walk.mark(key)", key))

    def go(self, key: str) -> bool:
        """Press a part of a way, with its form filled where it was."""
        if not key.startswith(FILLED):
            return self.press(key)
        key = key.removeprefix(FILLED)
        need = self.find(key)
        return need != "gone" and self.press(self.fill_in(key, need))

    def sees(self, key: str) -> bool:
        return bool(self.find(key) == "")

    def press(self, key: str, quietly: bool = False) -> bool:
        """Press a control as a person would, after what must be pressed to see it."""
        patience = 1_000 if quietly else PATIENCE
        need = self.find(key)
        if need == "gone":
            return False
        try:
            if need == "opener":
                self.page.locator("[data-walk=opener]").first.click(timeout=patience)
            if need == "bulk":
                self.page.locator(".row-select").first.check(timeout=patience)
            self.page.evaluate("walk.before()")
            if not self.type_in():
                self.point_at(patience)
        except PlaywrightError as error:
            if self.page.is_closed():
                raise
            if not quietly:
                self.watcher.tell(f"{self.watcher.doing}: cannot be pressed: {in_short(error)}")
            return False
        self.settle()
        return True

    def type_in(self) -> bool:
        """Type into the marked control; False where it is none to type into."""
        one = self.page.evaluate("walk.field()")
        if one is None:
            return False
        told = f"{self.watcher.doing}: cannot be filled"
        if set_fields(self.page, [one]) and not is_deliberate(told):
            self.watcher.tell(told)
        return True

    def point_at(self, patience: int) -> None:
        """Press the marked control with the mouse."""
        point = self.page.evaluate("walk.point()")
        if point:  # at once: nothing moves any more
            self.page.mouse.click(point["x"], point["y"])
        else:  # tells what lies over it
            self.page.locator("[data-walk=here]").click(timeout=patience)

    def fill_in(self, key: str, need: str) -> str:
        """Fill the form of the marked control; return the key of what sends it, whose words may have changed."""
        if need == "opener":
            self.page.locator("[data-walk=opener]").first.click(timeout=PATIENCE)
        filled, left = fill(self.page, self.kept)
        self.found.fields += filled
        for name in left:
            if not is_deliberate(f"unfilled {name}"):
                self.watcher.tell(f"{self.watcher.doing}: the field “{name}” cannot be filled")
        self.settle()
        return str(self.page.evaluate("key => walk.sender(key)", key))

    def settle(self) -> None:
        """Wait until nothing is asked for any more."""
        self.watcher.settle(self.page)
