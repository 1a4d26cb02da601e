// A field that names another record: offers records while a name is typed, and keeps the id of the one picked.
// Without this file the name alone decides, on the server.

const WAIT_MS = 150;

function optionsOf(box) {
  return [...box.querySelectorAll("[data-id]")];
}

function close(box) {
  box.querySelector(".lookup-options").hidden = true;
  box.querySelector("[data-lookup]").setAttribute("aria-expanded", "false");
}

function pick(box, option) {
  const field = box.querySelector("[data-lookup]");
  field.value = option.dataset.name;
  box.querySelector('input[type="hidden"]').value = option.dataset.id;
  close(box);
  field.dispatchEvent(new Event("change", { bubbles: true })); // as a select does
}

function mark(box, step) {
  const options = optionsOf(box);
  if (!options.length) return;
  const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  options.forEach((option) => option.setAttribute("aria-selected", "false"));
  const next = options[(now + step + options.length) % options.length];
  next.setAttribute("aria-selected", "true");
  box.querySelector("[data-lookup]").setAttribute("aria-activedescendant", next.id);
}

function offer(box, text) {
  const target = box.querySelector(".lookup-options");
  const values = { q: text, ...(box.dataset.above && { above: box.dataset.above }) };
  window.htmx.ajax("get", box.dataset.url, { source: target, target, swap: "innerHTML", values }).catch(() => {}); // page.js says it
}

// Unless one has typed on meanwhile
document.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
  const field = target.closest("[data-lookup-box]")?.querySelector("[data-lookup]");
  if (field && field.value !== detail.requestConfig.parameters.q) detail.shouldSwap = false;
});

document.addEventListener("htmx:afterSwap", ({ target: list }) => {
  if (!list.matches(".lookup-options")) return;
  list.hidden = false;
  const field = list.closest("[data-lookup-box]").querySelector("[data-lookup]");
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "true");
});

document.addEventListener("input", (event) => {
  const field = event.target.closest("[data-lookup]");
  if (!field) return;
  const box = field.closest("[data-lookup-box]");
  box.querySelector('input[type="hidden"]').value = "";
  clearTimeout(box.waiting);
  box.waiting = setTimeout(() => offer(box, field.value), WAIT_MS);
});

document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("[data-lookup]");
  if (!field) return;
  const box = field.closest("[data-lookup-box]");
  const list = box.querySelector(".lookup-options");
  if (event.key === "ArrowDown" && list.hidden) offer(box, field.value);
  else if (event.key === "ArrowDown") mark(box, 1);
  else if (event.key === "ArrowUp") mark(box, -1);
  else if (event.key === "Escape" && !list.hidden) close(box);
  else if (event.key === "Enter" && !list.hidden) {
    const marked = list.querySelector('[aria-selected="true"]');
    if (!marked) return;
    pick(box, marked);
  } else return;
  event.preventDefault();
});

document.addEventListener("mousedown", (event) => {
  const option = event.target.closest("[data-lookup-box] [data-id]");
  if (!option) return;
  event.preventDefault();
  pick(option.closest("[data-lookup-box]"), option);
});

document.addEventListener("focusout", (event) => {
  const box = event.target.closest?.("[data-lookup-box]");
  if (box) close(box);
});
