// Menus are popovers, which open, close and give back the focus by themselves. Here: arrow keys.

function items(menu) {
  return [...menu.querySelectorAll(".menu-item, input, select")].filter(
    (item) => item.checkVisibility() && !item.disabled && !(item.matches("label") && item.querySelector("input")),
  );
}

document.addEventListener(
  "toggle",
  (event) => {
    // With the keyboard one wants to be in the menu at once
    if (event.target.matches?.(".menu") && event.newState === "open" && document.activeElement.matches(":focus-visible")) {
      items(event.target)[0]?.focus();
    }
  },
  true,
);

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(".menu");
  if (!menu || event.target.matches("input:not([type=checkbox], [type=radio]), select, textarea")) return;
  const all = items(menu);
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  all.at(to % all.length)?.focus();
});

// A choice closes its menu, unless it is one of several to tick
document.addEventListener("click", (event) => {
  const item = event.target.closest(".menu .menu-item");
  if (item && !item.matches("label, [data-density-toggle]")) item.closest(".menu").hidePopover();
});
