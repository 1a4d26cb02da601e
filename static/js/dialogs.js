// A link with data-dialog opens its page in the dialog, a form in there is sent from there.
// The server answers the fragment (errors), or HX-Redirect (done).

const dialog = document.getElementById("dialog");
const words = document.getElementById("words")?.dataset ?? {};

function headers() {
  const own = JSON.parse(document.body.getAttribute("hx-headers"));
  return { ...own, "HX-Request": "true", "HX-Target": "dialog", "HX-Current-URL": location.href };
}

function fail(text, key = "dialog") {
  document.dispatchEvent(new CustomEvent("angler:toast", { detail: { text, key } }));
}

function isSignedOut(response, form, undone = "") {
  document.dispatchEvent(new CustomEvent("angler:answered"));
  if (response.status !== 401) return false;
  const url = response.headers.get("X-Sign-In");
  document.dispatchEvent(new CustomEvent("angler:signed-out", { detail: { url, form, undone } }));
  return true;
}

// Done: the dialog stays busy until the page has gone, so that a second press sends nothing
function leave(url) {
  typed = false;
  if (!document.dispatchEvent(new CustomEvent("angler:going", { cancelable: true, detail: { url } }))) {
    dialog.close();
    return document.querySelector("[data-typed-here] a")?.focus();
  }
  const there = new URL(url, location.href);
  const isHere = there.pathname + there.search === location.pathname + location.search;
  location.assign(there);
  if (isHere && there.hash) location.reload(); // with a "#" alone the browser would stay
  return true;
}

// Returns whether the page is being left
async function show(response, form, undone) {
  if (isSignedOut(response, form, undone)) return;
  const redirect = response.headers.get("HX-Redirect");
  if (redirect) return leave(redirect);
  if (response.headers.get("HX-Refresh")) return leave(location.href);
  if (response.status === 204) return dialog.close();
  // 422: something to correct; 409: it can no longer be done, as a page or as a word
  const html = await response.text();
  if (response.headers.get("Content-Type")?.startsWith("text/plain")) return fail(html);
  if (!response.ok && ![409, 422].includes(response.status)) return fail(words.failed);
  if (/<html[\s>]/i.test(html)) return leave(response.url);
  draw(html);
}

function draw(html) {
  // What went wrong stays until it has been read
  for (const one of [...dialog.childNodes]) if (!one.matches?.("[data-toast]")) one.remove();
  dialog.insertAdjacentHTML("beforeend", html);
  for (const beside of dialog.querySelectorAll("[hx-swap-oob]")) {
    document.getElementById(beside.id)?.append(...beside.children);
    beside.remove();
  }
  window.htmx?.process(dialog);
  dialog.dispatchEvent(new CustomEvent("angler:drawn", { bubbles: true }));
  if (!dialog.open) dialog.showModal();
  (dialog.querySelector("[autofocus], [aria-invalid=true]") ?? dialog.querySelector("input:not([type=hidden]), select, textarea"))?.focus();
}

async function load(url, { form, ...options } = {}) {
  dialog.classList.add("is-busy");
  let leaves = false;
  try {
    leaves = await show(await fetch(url, { ...options, headers: headers() }), form, options.method && words.undone);
  } catch {
    fail(words.offline, "offline");
  }
  if (!leaves) dialog.classList.remove("is-busy");
}

// Back brings the page as it was left: with the dialog that has been answered
window.addEventListener("pageshow", (event) => {
  if (!event.persisted || !dialog) return;
  dialog.classList.remove("is-busy");
  dialog.close();
});

// What was typed in a dialog is not lost to a slip: a press beside it, Escape, or Back
let typed = false;
dialog?.addEventListener("input", () => (typed = true));
const mayClose = (one) => one !== dialog || !typed || confirm(words.leave);
const asks = (event) => dialog?.open && typed && event.preventDefault();
window.addEventListener("beforeunload", asks);
document.addEventListener("angler:leaving", asks);
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
    load(link.href);
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
  load(address(form), { method: "POST", body: new FormData(form, event.submitter) });
});

dialog?.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.matches("[method=dialog]") || form.hasAttribute("hx-post")) return;
  event.preventDefault();
  if (dialog.matches(".is-busy")) return;
  const data = new FormData(form, event.submitter);
  if (isPost(form)) load(address(form), { method: "POST", body: data, form });
  else load(`${address(form).split("?")[0]}?${new URLSearchParams(data)}`);
});

dialog?.addEventListener("close", () => {
  typed = false;
  dialog.replaceChildren();
  document.dispatchEvent(new CustomEvent("angler:dialog-closed"));
});

document.addEventListener("angler:dialog", ({ detail }) => (detail.html ? draw(detail.html) : load(detail.url)));

// The side preview of a row: arrows ask for the next one, whoever closes it is in the row that was shown last
const preview = document.getElementById("preview");
let asked = "";

document.addEventListener("angler:preview", async (event) => {
  asked = event.detail.url;
  try {
    const response = await fetch(asked, { headers: { ...headers(), "HX-Target": "preview" } });
    if (isSignedOut(response)) return;
    const html = await response.text();
    if (asked !== event.detail.url) return; // one has gone on meanwhile
    if (!response.ok || /<html[\s>]/i.test(html)) return fail(words.failed);
    preview.innerHTML = html;
    window.htmx?.process(preview);
    if (!preview.open) preview.showModal();
    preview.scrollTop = 0;
    preview.querySelector("h1")?.focus();
  } catch {
    fail(words.offline, "offline");
  }
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
