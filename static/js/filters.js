// The form of a filter stands under its chip; Escape, Cancel and a press elsewhere close it without asking the server.

const formOf = () => document.querySelector("[data-filter-form]");
// Of a group that is not there yet: the button that adds
const chipOf = (form) => {
  const all = [...document.querySelectorAll("[data-filter]")];
  return all.find((one) => one.dataset.filter === form.dataset.filterForm) ?? all.find((one) => !one.dataset.filter);
};

// Under the chip, as far as the bar reaches; on a phone it takes the whole line
function place() {
  const form = formOf();
  if (!form) return;
  form.style.insetInlineStart = "";
  const chip = chipOf(form)?.getBoundingClientRect();
  if (!chip || matchMedia("(max-width: 760px)").matches) return;
  const bar = form.parentElement.getBoundingClientRect();
  const { direction, insetInlineStart } = getComputedStyle(form);
  const gutter = parseFloat(insetInlineStart) || 0;
  const start = direction === "rtl" ? bar.right - chip.right : chip.left - bar.left;
  form.style.insetInlineStart = `${Math.max(gutter, Math.min(start, bar.width - form.offsetWidth - gutter))}px`;
}

// Who pressed something else has gone there; everybody else goes on at the chip
function close(form) {
  const chip = chipOf(form);
  const now = document.activeElement;
  const isHere = !now || now === document.body || form.contains(now);
  chip?.removeAttribute("aria-expanded");
  form.remove();
  if (isHere) chip?.focus();
}

function arrive() {
  const form = formOf();
  place();
  if (!form || form.contains(document.activeElement)) return;
  const first = form.querySelector("[autofocus], select, input:not([type=hidden])");
  // On a phone the keyboard would rise over the list of fields
  const isInTheWay = first?.matches("[data-menu-find]") && !matchMedia("(pointer: fine)").matches;
  (isInTheWay ? form.querySelector("a") : first)?.focus();
}

document.addEventListener("htmx:load", ({ target }) => target.contains(formOf()) && arrive());
window.addEventListener("resize", place);
arrive();

document.addEventListener("click", (event) => {
  const form = formOf();
  if (!form) return;
  const cancels = event.target.closest("[data-filter-cancel]");
  if (cancels) event.preventDefault();
  if (cancels || !event.target.closest("#filters")) close(form);
});

// On the window: after whatever else takes Escape
window.addEventListener("keydown", (event) => {
  const form = formOf();
  if (event.key === "Escape" && !event.defaultPrevented && form?.contains(event.target)) close(form);
});
