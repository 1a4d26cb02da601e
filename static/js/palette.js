// Search from anywhere: "/" or Ctrl-K. Without JavaScript the field in the top line is an ordinary search form.

const palette = document.getElementById("palette");
const field = palette?.querySelector("input");
const found = palette?.querySelector("[data-palette-found]");
const places = palette ? [...palette.querySelectorAll("[data-palette-places] .palette-item")] : [];
const none = palette?.querySelector("[data-palette-none]");
let timer;

const shown = () => [...palette.querySelectorAll(".palette-item")].filter((item) => !item.hidden);

function select(item) {
  palette.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
  if (!item) return field.removeAttribute("aria-activedescendant");
  item.id ||= `palette-${shown().indexOf(item)}-${Date.now()}`;
  item.setAttribute("aria-selected", "true");
  item.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", item.id);
}

function filterPlaces(text) {
  const wanted = text.trim().toLocaleLowerCase();
  for (const item of places) item.hidden = Boolean(wanted) && !item.textContent.toLocaleLowerCase().includes(wanted);
}

function settle() {
  const all = shown();
  none.hidden = all.length > 0;
  select(all[0]);
}

function look() {
  if (field.value.trim() && palette.dataset.url) {
    window.htmx.ajax("get", palette.dataset.url, { source: found, values: { q: field.value } }).catch(() => {}); // page.js says it
  } else {
    found.replaceChildren();
    settle();
  }
}

function open(text = "") {
  if (palette.open) return;
  field.value = text;
  filterPlaces(text);
  found.replaceChildren();
  settle();
  palette.showModal();
  field.focus();
  if (text) look();
}

if (palette) {
  field.addEventListener("input", () => {
    filterPlaces(field.value);
    clearTimeout(timer);
    timer = setTimeout(look, 120);
    settle();
  });

  // Unless one has typed on meanwhile
  found.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.requestConfig.parameters.q !== field.value) detail.shouldSwap = false;
  });
  found.addEventListener("htmx:afterSettle", () => {
    for (const item of found.querySelectorAll(".palette-item")) {
      item.setAttribute("role", "option");
      item.tabIndex = -1;
    }
    settle();
  });

  palette.addEventListener("keydown", (event) => {
    const all = shown();
    const at = all.findIndex((item) => item.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      select(all.at((at + (event.key === "ArrowDown" ? 1 : -1)) % all.length));
    } else if (event.key === "Enter" && all[at]) {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) window.open(all[at].href);
      else all[at].click();
    }
  });

  const top = document.querySelector("[data-palette-open] input");
  top?.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    open(top.value);
  });
  document.addEventListener("angler:palette", () => open());
  document.addEventListener("keydown", (event) => {
    if (event.key === "k" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      open();
    }
  });
}
