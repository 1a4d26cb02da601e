// A list: choose rows for the bulk bar, walk through them with the keyboard, drag its columns.

const current = { row: null };
const table = () => document.querySelector("table[data-rows]");
const boxes = () => [...document.querySelectorAll("[data-rows] tbody .row-select")];
let last = null;

function update() {
  const form = document.querySelector("form[data-bulk]");
  if (!form) return;
  const all = boxes();
  const chosen = all.filter((box) => box.checked);
  const head = document.querySelector("[data-select-all]");
  if (head) {
    head.checked = chosen.length > 0 && chosen.length === all.length;
    head.indeterminate = chosen.length > 0 && chosen.length < all.length;
  }
  const bar = form.querySelector("[data-bulk-bar]");
  if (!bar) return;
  bar.hidden = chosen.length === 0;
  bar.querySelector("[data-bulk-count]").textContent = String(chosen.length);
  const matching = bar.querySelector("[data-select-matching]");
  if (matching) matching.hidden = !(head?.checked && all.length > 0);
  const page = bar.querySelector("[data-select-page]"); // where the head of the table is not to be seen
  if (page) page.hidden = chosen.length === all.length;
  const every = form.querySelector("input[name=all]");
  if (every) every.value = "";
}

function set(range, checked) {
  for (const box of range) box.checked = checked;
  update();
}

document.addEventListener("click", (event) => {
  const target = event.target;
  if (target.matches?.("[data-select-all]")) return set(boxes(), target.checked);
  if (target.closest?.("[data-select-page]")) return set(boxes(), true);
  if (target.closest?.("[data-bulk-clear]")) {
    set(boxes(), false);
    const all = document.querySelector("[data-select-all]");
    return (all?.checkVisibility() ? all : boxes()[0])?.focus();
  }
  const matching = target.closest?.("[data-select-matching]");
  if (matching) {
    const form = matching.closest("form");
    form.querySelector("input[name=all]").value = "1";
    form.querySelector("[data-bulk-count]").textContent = matching.dataset.selectMatching || matching.textContent;
    matching.hidden = true;
    return form.querySelector("[data-bulk-bar] button[name=action]")?.focus();
  }
  // The whole cell is the box, for a finger too
  if (target.matches?.("[data-rows] .col-select")) return target.querySelector(".row-select")?.click();
  if (!target.matches?.("[data-rows] tbody .row-select")) return;
  const all = boxes();
  // Shift takes all between this one and the last one
  if (event.shiftKey && last) {
    const [from, to] = [all.indexOf(last), all.indexOf(target)].sort((a, b) => a - b);
    if (from >= 0) set(all.slice(from, to + 1), target.checked);
  }
  last = target;
  update();
});

function go(step) {
  const rows = [...(table()?.tBodies[0]?.rows ?? [])];
  if (!rows.length) return;
  const at = rows.indexOf(current.row);
  const row = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  current.row?.removeAttribute("tabindex");
  row.tabIndex = -1;
  row.dataset.current = "";
  if (current.row !== row) current.row?.removeAttribute("data-current");
  current.row = row;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

document.addEventListener("angler:row", (event) => {
  const { key } = event.detail;
  if (key === "j") go(1);
  else if (key === "k") go(-1);
  else if (!current.row?.isConnected) return;
  else if (key === "x") current.row.querySelector(".row-select")?.click();
  else if (key === "Enter") current.row.querySelector("th a, td a")?.click();
  else if (key === " " && current.row.dataset.href) preview();
  else return;
  event.preventDefault();
});

function preview() {
  const url = `${current.row.dataset.href}preview/`;
  document.dispatchEvent(new CustomEvent("angler:preview", { detail: { url } }));
}

document.addEventListener("angler:preview-step", (event) => {
  const before = current.row;
  go(event.detail.step);
  if (current.row !== before) preview();
});

document.addEventListener("angler:preview-closed", () => {
  if (current.row?.isConnected) go(0);
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("[data-rows] tbody tr");
  if (row && row !== current.row) {
    current.row?.removeAttribute("data-current");
    current.row = row;
  }
});
document.addEventListener("htmx:afterSwap", update);
window.addEventListener("pageshow", update);

// Columns are dragged by their heads in the table, or as lines of the dialog that chooses them
let dragged = null;
const columnAt = (element) => element.closest?.("thead [data-column], [data-sortable] > [data-column]");

document.addEventListener("dragstart", (event) => {
  const element = columnAt(event.target);
  if (!element) return;
  dragged = { element, next: element.nextSibling };
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", element.dataset.column);
  element.classList.add("is-dragged");
});

document.addEventListener("dragover", (event) => {
  const over = dragged && columnAt(event.target);
  if (!over || over.parentElement !== dragged.element.parentElement) return;
  event.preventDefault();
  if (over === dragged.element) return;
  const box = over.getBoundingClientRect();
  const isHead = over.matches("th");
  const start = (document.dir === "rtl" && isHead ? box.right - event.clientX : event.clientX - box.left) / box.width;
  const isBefore = isHead ? start < 0.5 : event.clientY < box.top + box.height / 2;
  over.parentElement.insertBefore(dragged.element, isBefore ? over : over.nextSibling);
});

document.addEventListener("drop", (event) => {
  if (!dragged) return;
  event.preventDefault();
  const { element } = dragged;
  dragged.dropped = true;
  if (!element.matches("th")) return;
  const names = [...element.parentElement.querySelectorAll("[data-column]")].map((head) => head.dataset.column);
  const { resting } = element.parentElement.dataset; // columns that are not shown now, and stay; each behind a comma
  const url = new URL(location);
  url.searchParams.delete("columns");
  url.searchParams.set("columns", ["name", ...names].join(",") + resting);
  location.assign(url);
});

document.addEventListener("dragend", () => {
  if (!dragged) return;
  dragged.element.classList.remove("is-dragged");
  // Let go outside, or Escape: back to where it was
  if (!dragged.dropped) dragged.next?.parentNode.insertBefore(dragged.element, dragged.next);
  dragged = null;
});
