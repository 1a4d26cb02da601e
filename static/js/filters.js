// The form of a filter stands under its chip; Escape, Cancel and a press elsewhere close it without asking the server.

const formOf = () => document.querySelector("[data-filter-form]");
const chipOf = (form) =>
  [...document.querySelectorAll("[data-filter]")].find((one) => one.dataset.filter === form.dataset.filterForm);

function place(form) {
  const bar = form.parentElement.getBoundingClientRect();
  const chip = chipOf(form)?.getBoundingClientRect();
  const gutter = parseFloat(getComputedStyle(form).insetInlineStart) || 0;
  if (!chip || matchMedia("(width < 48rem)").matches) return;
  const most = bar.width - form.offsetWidth - gutter;
  form.style.insetInlineStart = `${Math.max(gutter, Math.min(chip.left - bar.left, most))}px`;
}

function close(form) {
  const chip = chipOf(form);
  chip?.removeAttribute("aria-expanded");
  form.remove();
  chip?.focus();
}

function arrive() {
  const form = formOf();
  if (!form) return;
  place(form);
  if (!form.contains(document.activeElement)) form.querySelector("[autofocus], select, input:not([type=hidden])")?.focus();
}

document.addEventListener("htmx:load", arrive);
arrive();

document.addEventListener("click", (event) => {
  const form = formOf();
  if (!form) return;
  const cancels = event.target.closest("[data-filter-cancel]");
  if (cancels) event.preventDefault();
  if (cancels || !event.target.closest("#filters")) close(form);
});

document.addEventListener("keydown", (event) => {
  const form = formOf();
  if (event.key === "Escape" && form?.contains(event.target)) close(form);
});
