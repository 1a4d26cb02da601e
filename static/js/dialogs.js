// A link with data-dialog opens its page in the dialog, a form in there is sent from there. htmx asks and draws; what
// all its answers have in common is in page.js.

const dialog = document.getElementById("dialog");
const words = document.getElementById("words")?.dataset ?? {};

let busy = false; // where the answer leads elsewhere, until the page has gone: a second press sends nothing
function load(verb, url, values, event) {
  if (busy) return;
  window.htmx.ajax(verb, url, { source: dialog, values, event }).catch(() => {}); // page.js says what failed
}

dialog?.addEventListener("htmx:beforeRequest", ({ target }) => target === dialog && (busy = true));
dialog?.addEventListener("htmx:afterRequest", ({ target, detail }) => target === dialog && (busy = Boolean(detail.keepIndicators)));

dialog?.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target !== dialog) return;
  if (!dialog.open) dialog.showModal();
  (dialog.querySelector("[autofocus], [aria-invalid=true]") ?? dialog.querySelector("input:not([type=hidden]), select, textarea"))?.focus();
});

// Back brings the page as it was left: with the dialog that has been answered
window.addEventListener("pageshow", (event) => {
  if (!event.persisted || !dialog) return;
  busy = false;
  dialog.close();
});

// What was typed in a dialog is not lost to a slip: a press beside it, Escape, or Back
let typed = false;
dialog?.addEventListener("input", () => (typed = true));
const mayClose = (one) => one !== dialog || !typed || confirm(words.leave);
const asks = (event) => dialog?.open && typed && event.preventDefault();
window.addEventListener("beforeunload", asks);
document.addEventListener("angler:leaving", asks);
document.addEventListener("angler:going", () => (typed = false)); // it is done
// On the window: after whatever else takes Escape
window.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !dialog?.open || !typed) return;
  event.preventDefault();
  if (mayClose(dialog)) dialog.close();
});
dialog?.addEventListener("cancel", (event) => !mayClose(dialog) && event.preventDefault());

// The backdrop is the dialog itself, outside of its box. Who draws the mouse from a text to there has not pressed it.
const isBeside = (event) => {
  if (!event.target.matches?.("dialog")) return false;
  const box = event.target.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
};
let pressedBeside = false;
document.addEventListener("pointerdown", (event) => (pressedBeside = isBeside(event)));

document.addEventListener("click", (event) => {
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  const link = event.target.closest("a[data-dialog]");
  if (link && plain && dialog) {
    event.preventDefault();
    load("get", link.href);
  }
  const closer = event.target.closest("dialog .dialog-close");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog").close();
  }
  if (pressedBeside && isBeside(event) && mayClose(event.target)) event.target.close();
});

// Not form.method and form.action: a control of such a name stands before them
const isPost = (form) => form.matches("form[method=post]");
const address = (form) => form.getAttribute("action") ?? "";

// A form with data-dialog is answered in the dialog: what is to be done to the chosen rows
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!dialog || event.defaultPrevented || !form.matches("form[data-dialog]")) return;
  event.preventDefault();
  load("post", address(form), new FormData(form, event.submitter), event);
});

dialog?.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.matches("[method=dialog]") || form.hasAttribute("hx-post")) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  if (isPost(form)) load("post", address(form), data, event);
  else load("get", address(form).split("?")[0] || location.pathname, data);
});

dialog?.addEventListener("close", () => {
  typed = false;
  dialog.replaceChildren();
  document.dispatchEvent(new CustomEvent("angler:dialog-closed"));
});

document.addEventListener("angler:dialog", ({ detail }) => load("get", detail.url));

// The side preview of a row: arrows ask for the next one, whoever closes it is in the row that was shown last
const preview = document.getElementById("preview");
let asked = "";

document.addEventListener("angler:preview", ({ detail }) => {
  asked = detail.url;
  window.htmx.ajax("get", asked, { source: preview }).catch(() => {});
});

// One has gone on meanwhile, or closed it
preview?.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
  if (target === preview && detail.requestConfig.path !== asked) detail.shouldSwap = false;
});

preview?.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target !== preview) return;
  if (!preview.open) preview.showModal();
  preview.scrollTop = 0;
  preview.querySelector("h1")?.focus();
});

preview?.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[key];
  if (step) document.dispatchEvent(new CustomEvent("angler:preview-step", { detail: { step } }));
  else if (key === " " && !target.matches("button")) preview.close();
  else if (key === "Enter" && target.matches("h1")) preview.querySelector("[data-preview-open]").click();
  else return;
  event.preventDefault();
});

preview?.addEventListener("close", () => {
  asked = "";
  preview.replaceChildren();
  document.dispatchEvent(new CustomEvent("angler:preview-closed"));
});
