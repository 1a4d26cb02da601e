// Toasts, forms and the answers of htmx: what every page needs. Each module stands alone, so that the
// hashed file names of production need no import map; they talk through events on the document.

const words = document.getElementById("words")?.dataset ?? {};
const toasts = document.getElementById("toasts");
const LIFETIME = { plain: 6000, undo: 12000 };

function arm(toast) {
  if (toast.dataset.armed) return;
  toast.dataset.armed = "yes";
  let timer;
  const lifetime = toast.querySelector("form") ? LIFETIME.undo : LIFETIME.plain;
  const stop = () => clearTimeout(timer);
  // What went wrong stays until it has been read, and none goes while one is at it with the mouse or the keyboard
  const start = () => {
    stop();
    if (!toast.matches(".tone-danger, :hover, :focus-within")) timer = setTimeout(() => remove(toast), lifetime);
  };
  toast.addEventListener("pointerenter", stop);
  toast.addEventListener("pointerleave", start);
  toast.addEventListener("focusin", stop);
  toast.addEventListener("focusout", () => setTimeout(start));
  start();
}

function remove(toast) {
  toast.remove();
  document.dispatchEvent(new CustomEvent("angler:toast-closed"));
}

// `key`: takes the place of an earlier toast of that key
function say(text, tone = "danger", key = "") {
  if (key) document.querySelector(`[data-toast="${key}"]`)?.remove();
  const toast = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  toast.classList.add(`tone-${tone}`);
  toast.dataset.toast = key;
  toast.querySelector("p").textContent = text;
  toasts.append(toast);
}

// While a dialog is open, all outside of it is dim and not read out: what is to be said then is said inside
function arrive() {
  const open = [...document.querySelectorAll("dialog:modal")].at(-1);
  for (const toast of toasts.querySelectorAll("[data-toast]")) {
    if (open) {
      toast.setAttribute("role", "alert");
      open.prepend(toast);
    }
    arm(toast);
  }
}

if (toasts) {
  toasts.querySelectorAll("[data-toast]").forEach(arm);
  new MutationObserver(arrive).observe(toasts, { childList: true });
  const comeOut = ({ target }) => toasts.append(...target.querySelectorAll("[data-toast]"));
  document.addEventListener("close", comeOut, { capture: true });
  document.addEventListener("htmx:beforeSwap", comeOut); // they outlive what is drawn in a dialog
}

// What was pressed when nobody was signed in any more (session.js)
const undone = document.body.matches(".frame") && JSON.parse(sessionStorage.getItem("undone"));
if (undone) {
  sessionStorage.removeItem("undone");
  if (undone.person === document.body.dataset.person) say(undone.text);
}
document.addEventListener("angler:toast", ({ detail }) => say(detail.text, detail.tone, detail.key));
document.addEventListener("click", (event) => {
  const closer = event.target.closest("[data-toast-close]");
  if (closer) remove(closer.closest("[data-toast]"));
});

// htmx: say what failed instead of doing nothing; what failed in the same place before is old
const isWord = (xhr) => xhr.status >= 400 && xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
document.addEventListener("htmx:responseError", ({ detail }) => {
  const { xhr, target } = detail;
  say(isWord(xhr) && xhr.responseText.length < 1000 ? xhr.responseText : words.failed, "danger", target.id);
});
document.addEventListener("htmx:sendError", () => say(words.offline, "danger", "offline"));
// It can be reached
document.addEventListener("htmx:afterRequest", ({ detail }) => detail.xhr.status && document.querySelector('[data-toast="offline"]')?.remove());
// 409 and 422 bring what there is to correct or to decide; or a word, which takes no place
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (isWord(detail.xhr)) Object.assign(detail, { shouldSwap: false, isError: true });
});

// A value that is being edited in place: the cursor goes into it, Escape leaves it, and after that one is where one was
document.addEventListener("htmx:load", (event) => {
  const fresh = event.detail.elt;
  if (!(fresh instanceof Element) || fresh === document.body) return;
  const lost = !document.activeElement || document.activeElement === document.body;
  const control = fresh.querySelector("[aria-invalid=true], [autofocus]");
  const place = fresh.dataset.return; // what to go on from: a selector, or "" for the part itself
  if (control) control.focus();
  else if (lost && place !== undefined) (place ? fresh.querySelector(place) : fresh)?.focus();
  else if (fresh.matches(".value")) {
    const first = fresh.querySelector("form :is(input:not([type=hidden]), select, textarea)");
    if (first) {
      first.focus();
      first.select?.();
    } else if (lost && held.some((one) => one.id === fresh.id)) fresh.querySelector(".value-edit")?.focus();
  }
});
// What comes beside an answer leaves a value alone that is being edited
document.addEventListener("htmx:oobBeforeSwap", (event) => event.detail.target.matches(".is-editing, input:focus") && event.preventDefault());
// On the window: after whatever else takes Escape, as the suggestions of a field do
window.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  event.target.closest?.("form")?.querySelector("[data-cancel]")?.click();
});

// The button that sends a form: the one that is pressed, or the main one
function mainButton(form, pressed) {
  const sends = [...form.elements].filter((one) => one.matches("button[type=submit], button:not([type])"));
  return sends.find((one) => one === pressed) ?? sends.find((one) => one.matches(".button-primary")) ?? sends[0];
}

document.addEventListener("angler:go-on", ({ target }) => mainButton(target)?.focus());

// What was kept of a form that was not taken: one goes on at its button, which says that nothing is saved yet
const kept = document.querySelector("form > [data-unsaved]");
const save = kept && mainButton(kept.closest("form"));
if (save) save.before(kept.querySelector("template").content);
// After something was done that led to a new page, one goes on in what it shows, and not before its navigation
const done = document.querySelector("#toasts [data-toast]") && !document.querySelector("[autofocus]");
const goesOnAt = save ?? document.querySelector("[data-focus]");
const named = document.getElementById(location.hash.slice(1)); // as the card that was moved, if it is to be seen
if (goesOnAt) goesOnAt.focus();
else if (done && document.activeElement === document.body) {
  if (named) {
    history.scrollRestoration = "manual"; // a page that was drawn anew would go back to where one was
    window.addEventListener("pagehide", () => (history.scrollRestoration = "auto"));
    named.focus();
  } else document.getElementById("main")?.focus({ preventScroll: true });
}

// Where what had the focus goes away, one goes on beside it, and not at the top of the page
const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
const isThere = (one) => one.isConnected && one.checkVisibility({ visibilityProperty: true });
let held = []; // what has the focus, and all that is around it
document.addEventListener("focusin", ({ target }) => {
  held = [];
  for (let one = target; one && one !== document.body; one = one.parentElement) held.push(one);
});
function goOn() {
  const now = document.activeElement;
  if (!held.length || isThere(held[0]) || (now && now !== document.body)) return;
  for (const around of held.filter(isThere)) {
    const next = [...around.querySelectorAll(FOCUSABLE)].find((one) => isThere(one) && !one.disabled) ?? (around.matches(FOCUSABLE) ? around : null);
    if (next) return next.focus({ preventScroll: true });
  }
  document.getElementById("main")?.focus({ preventScroll: true });
}
for (const name of ["click", "keyup", "htmx:afterSettle", "angler:dialog-closed", "angler:toast-closed"]) {
  document.addEventListener(name, () => requestAnimationFrame(() => setTimeout(goOn)));
}

// In a line that is too long for the window, show the place where one is
for (const here of document.querySelectorAll(":is(.stage-bar, .tabs, .side-menu) [aria-current]")) {
  const line = here.closest(".stage-bar, .tabs, .side-menu");
  if (line.scrollWidth > line.clientWidth) line.scrollLeft = here.offsetLeft - line.offsetLeft - 48;
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  // A menu of several to tick has its own button
  if (form && event.target.type !== "search" && !event.target.closest("[popover]")) form.requestSubmit();
});

// Parts of a form that only some choices ask for: with the others they are neither shown nor sent
function showAsked(root) {
  for (const part of root.querySelectorAll("[data-asked-by]")) {
    const chosen = part.form?.elements[part.dataset.askedBy]?.value;
    part.hidden = part.disabled = !part.dataset.askedFor.split(" ").includes(chosen);
  }
}
document.addEventListener("change", ({ target }) => target.form && showAsked(target.form));
document.addEventListener("htmx:load", ({ target }) => showAsked(target));
window.addEventListener("pageshow", () => showAsked(document));

// Not form.method and form.action: a control of such a name stands before them
const isPost = (form) => form.matches("form[method=post]");
const address = (form) => form.getAttribute("action") ?? "";

// Ctrl-Enter presses the button that one is on, or the main one of the form that one is in
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
  const form = event.target.closest?.("form");
  if (!form || !isPost(form)) return;
  event.preventDefault();
  const main = mainButton(form, event.target);
  if (!main?.disabled) form.requestSubmit(main);
});

// A second press while the first is under way sends nothing
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !isPost(form) || form.closest("dialog") || form.matches("[data-dialog]")) return;
  if (form.dataset.sent) return event.preventDefault();
  const key = keyOf(form);
  const sentKey = key ? { [address(form)]: key.value } : undefined;
  // A page that answered a form becomes one that was asked for: Back then brings the form as it is by now, and does not
  // send again what was refused
  if (key || "posted" in document.body.dataset) history.replaceState({ ...history.state, sentKey }, "", location.href);
  form.dataset.sent = "yes";
  form.classList.add("is-busy");
  sessionStorage.setItem(UNANSWERED, "yes");
  // Nothing tells that the browser's Stop was pressed. Should the first one arrive all the same, its key is known.
  setTimeout(() => {
    release(form);
    touch(form);
  }, PATIENCE);
});
const PATIENCE = 10_000;
const UNANSWERED = "unanswered"; // what was sent last, until a page of ours comes: a page of failure has no frame
if (document.body.matches(".frame")) sessionStorage.removeItem(UNANSWERED);
function release(form) {
  delete form.dataset.sent;
  form.classList.remove("is-busy");
}
window.addEventListener("pageshow", (event) => {
  // What a form was answered with and was sent in its turn: as it is by now, from the browser's memory, too. Unless that
  // failed: then what was typed stands nowhere else.
  const sent = "posted" in document.body.dataset && document.querySelector("form[data-sent]");
  if (event.persisted && sent && !sessionStorage.getItem(UNANSWERED)) return location.replace(location.href);
  if (event.persisted) renewKeys();
  document.querySelectorAll("form[data-sent]").forEach(release);
});

// A form that Back brings again after it was answered is a new one. Without an answer it keeps its key, so that sending
// it again makes nothing twice.
const keyOf = (form) => form.querySelector("input[name=idempotency_key]");
const answeredKey = () => document.cookie.match(/(?:^|; )angler_made=([^;]+)/)?.[1];

function renewKeys() {
  for (const key of document.querySelectorAll("input[name=idempotency_key]")) {
    if (key.value === answeredKey()) {
      const bytes = crypto.getRandomValues(new Uint8Array(16));
      key.value = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    }
  }
}

// The same where the page is fetched anew
for (const [sentTo, sentKey] of Object.entries(history.state?.sentKey ?? {})) {
  for (const form of document.querySelectorAll("form[method=post]")) {
    if (address(form) === sentTo && keyOf(form) && sentKey !== answeredKey()) keyOf(form).value = sentKey;
  }
}
document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  const form = detail.requestConfig.verb === "post" && target.closest?.("form[data-sent]");
  if (form) release(form);
});

// Typed but not sent: ask before leaving. The text of every form counts; where the form is what the page is there for,
// what was chosen or ticked does too. What came back to be corrected is not saved either.
const UNSAVED = "form[method=post]:has(.error-summary, [aria-invalid=true], [data-unsaved], [data-again])";
const touched = new Set();
const touch = (form) => !form.matches("dialog *, [data-autosubmit], [data-filter-form]") && touched.add(form); // a dialog asks itself
const isText = (control) => control.matches("textarea, input:not([type=checkbox], [type=radio], [type=file])");
function differs(control) {
  if (control.matches("[type=checkbox], [type=radio]")) return control.checked !== control.defaultChecked;
  if (control.matches("select")) {
    const drawn = [...control.options].findLast((one) => one.defaultSelected) ?? control.options[0];
    return control.multiple ? [...control.options].some((one) => one.selected !== one.defaultSelected) : drawn?.selected === false;
  }
  if (control.matches("[type=file]")) return control.files.length > 0;
  return isText(control) && control.value !== control.defaultValue;
}
const holds = (form, counts) =>
  form.isConnected && (form.matches(UNSAVED) || [...form.elements].some((one) => counts(one) && differs(one)));
const holdsUnsaved = (form) => holds(form, form.matches(".form, [data-dirty-check]") ? () => true : isText);
if (document.body.matches(".frame")) {
  document.querySelectorAll(UNSAVED).forEach(touch);
  document.addEventListener("htmx:load", ({ target }) => target.querySelectorAll(UNSAVED).forEach(touch));
  document.addEventListener("input", ({ target }) => target.form && isPost(target.form) && touch(target.form));
  // On the window: after those that stop it
  window.addEventListener("submit", (event) => !event.defaultPrevented && touched.delete(event.target));
  document.addEventListener("htmx:beforeRequest", ({ detail }) => isWhole(detail) && touched.delete(detail.elt));
  document.addEventListener("htmx:afterRequest", ({ detail }) => !detail.successful && isWhole(detail) && touch(detail.elt));
  window.addEventListener("beforeunload", (event) => [...touched].some(holdsUnsaved) && event.preventDefault());
  // Whoever wants to know whether anything would be lost here, be it typed, chosen or ticked
  document.addEventListener("angler:leaving", (event) => [...touched].some((form) => holds(form, () => true)) && event.preventDefault());
}
// What was pressed is done and leads elsewhere: whoever has typed something else here sees to that first. The event
// with its url is stopped where the page stays.
const note = document.getElementById("typed-here");
document.addEventListener("angler:going", (event) => {
  if (!note || ![...touched].some(holdsUnsaved)) return;
  event.preventDefault();
  const fresh = note.content.firstElementChild.cloneNode(true);
  document.querySelector("[data-typed-here]")?.remove();
  const link = fresh.querySelector("a");
  link.href = event.detail.url;
  document.getElementById("main").prepend(fresh);
  link.addEventListener("click", () => touched.clear());
  link.focus();
});
// An answer of htmx leads elsewhere where it says so, and where it is a whole page
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { elt, xhr } = event.detail;
  const isPage = (xhr.status < 400 || [409, 422].includes(xhr.status)) && /<html[\s>]/i.test(xhr.responseText);
  const url = xhr.getResponseHeader("HX-Redirect") ?? (isPage && xhr.responseURL);
  if (!url) return;
  const goes = document.dispatchEvent(new CustomEvent("angler:going", { cancelable: true, detail: { url } }));
  if (goes && !isPage) return; // htmx goes there
  event.preventDefault();
  if (goes) {
    event.detail.keepIndicators = true; // busy until the page has gone
    return location.assign(url);
  }
  const dialog = elt.closest("dialog");
  if (!dialog) return (elt.inert = true); // it is done
  dialog.close();
  document.querySelector("[data-typed-here] a").focus();
});

// A form that htmx sends, and not only asks with: a preview of what it would do saves nothing
const isWhole = ({ elt, requestConfig }) =>
  elt.matches("form") && requestConfig.verb === "post" && !requestConfig.formData.has("preview");

// Composer: the button and the hint follow the kind, and the time of what can be planned
function follow(form) {
  const { submit, hint, planSubmit, planHint } = form.querySelector("[name=kind]:checked")?.dataset ?? {};
  if (!submit) return;
  const plans = planSubmit && new Date(form.querySelector("[name=occurred_at]")?.value) > new Date();
  const text = form.querySelector("textarea");
  form.querySelector("[type=submit]").textContent = plans ? planSubmit : submit;
  text.placeholder = plans ? planHint : hint;
  text.setAttribute("aria-label", text.placeholder);
}
document.addEventListener("input", ({ target }) => {
  const form = target.closest?.("[data-composer]");
  if (!form || !target.matches("[name=kind], [name=occurred_at]")) return;
  follow(form);
  if (target.name === "kind") form.querySelector("textarea").focus();
});

// A link to hand over: chosen as a whole when one comes to it, or copied by its button
document.addEventListener("focusin", (event) => event.target.matches("[data-select]") && event.target.select());
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    field.select(); // no clipboard without https, or without leave: the old way
    if (!document.execCommand("copy")) return;
  }
  say(button.dataset.done, "success", "copied");
});
