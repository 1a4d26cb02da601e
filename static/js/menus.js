// Menus are popovers, which open, close and give back the focus by themselves. Here: arrow keys, and to find an item
// of a long one by typing. The choice of a field under a group of filters is such a list too.

const LIST = ".menu, .filter-picker";

function items(menu) {
  return [...menu.querySelectorAll(".menu-item, input, select")].filter(
    (item) => item.checkVisibility() && !item.disabled && !(item.matches("label") && item.querySelector("input")),
  );
}

document.addEventListener(
  "toggle",
  (event) => {
    if (!event.target.matches?.(".menu") || event.newState !== "open") return;
    const finder = event.target.querySelector("[data-menu-find]");
    if (finder) {
      finder.value = "";
      find(finder);
    }
    // With the keyboard one wants to be in the menu at once; on a phone it would rise over the menu
    if (finder && matchMedia("(pointer: fine)").matches) finder.focus();
    else if (document.activeElement.matches(":focus-visible")) items(event.target)[0]?.focus();
  },
  true,
);

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(LIST);
  const finds = event.target.matches("[data-menu-find]");
  if (finds && event.key === "Enter") {
    event.preventDefault();
    return [...menu.querySelectorAll(".menu-item")].find((item) => item.checkVisibility())?.click();
  }
  const goesDown = finds && event.key === "ArrowDown";
  if (!menu || (event.target.matches("input:not([type=checkbox], [type=radio]), select, textarea") && !goesDown)) return;
  const all = items(menu);
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  all.at(to % all.length)?.focus();
});

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();

function find(finder) {
  const menu = finder.closest(LIST);
  const wanted = plain(finder.value);
  const all = [...menu.querySelectorAll(".menu-item")];
  for (const item of all) item.hidden = !plain(item.textContent).includes(wanted);
  menu.querySelector("[data-menu-none]").hidden = all.some((item) => !item.hidden);
}

document.addEventListener("input", ({ target }) => target.matches?.("[data-menu-find]") && find(target));

// A choice closes its menu, unless it is one of several to tick
document.addEventListener("click", (event) => {
  const item = event.target.closest(".menu .menu-item");
  if (item && !item.matches("label, [data-density-toggle]")) item.closest(".menu").hidePopover();
});
