// Signed out while something is typed here: it stays, and one signs in beside it. A page whose form was drawn before
// one signed in again gets fresh tokens, as long as it is the same person.

const words = document.getElementById("words")?.dataset ?? {};
const dialog = document.getElementById("dialog");
const MARKS = "input[name=csrfmiddlewaretoken]";
let note = null;
let asking = null;

const say = (text, tone) => document.dispatchEvent(new CustomEvent("angler:toast", { detail: { text, tone, key: "session" } }));

// page.js and dialogs.js know what is typed here and not saved
const wouldLose = () => !document.dispatchEvent(new CustomEvent("angler:leaving", { cancelable: true }));

// "yes": the tokens are fresh; "other": somebody else is signed in; "no": nobody is
async function renew() {
  const answer = await fetch(`/${location.pathname.split("/")[1]}/`, { redirect: "manual" });
  if (!answer.ok) return "no";
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = fresh.querySelector(MARKS)?.value;
  if (!token) return "no";
  if (fresh.body.dataset.person !== document.body.dataset.person) return "other";
  for (const mark of document.querySelectorAll(MARKS)) mark.value = token;
  document.body.setAttribute("hx-headers", fresh.body.getAttribute("hx-headers"));
  return "yes";
}

function show(url) {
  note?.remove();
  note = document.getElementById("signed-out").content.firstElementChild.cloneNode(true);
  note.querySelector("a").href = url;
  // What stands behind an open dialog cannot be pressed
  const place = (dialog?.open && (dialog.querySelector(".dialog-body") ?? dialog)) || document.getElementById("main");
  place.prepend(note);
  note.querySelector("a").focus();
}

let asked = ""; // where one signs in
let waiting = null; // the form that was pressed, and is not saved
let justPressed = null; // the same, if that is what is asked about
let undone = []; // what was not done, in words
let again = []; // do each of it once more
let resent = null;

// The page is left: the one that one comes back to says what was not done (page.js), to the same person only
function leave() {
  const { person } = document.body.dataset;
  if (undone.length) sessionStorage.setItem("undone", JSON.stringify({ person, text: undone.join(" ") }));
  location.assign(asked);
}

async function check() {
  const found = await renew().catch(() => "no");
  if (found === "no" && !asked) return;
  if (found === "no") return waiting || wouldLose() ? show(asked) : leave();
  if (found === "other") {
    note?.remove();
    note = waiting = null;
    return say(words.other, "danger");
  }
  // Only the tokens were old: what was pressed is done now, one after the other, so that the last answer counts all of
  // it; a form that was pressed just now last, as that may leave the page
  const redone = again.length;
  for (const redo of again) await Promise.allSettled([redo()]);
  const left = waiting;
  note?.remove();
  note = waiting = null;
  if (left?.isConnected && left === justPressed && resent !== left) return send(left);
  if (redone) return;
  say(words.again, "info");
  left?.dispatchEvent(new CustomEvent("angler:go-on", { bubbles: true })); // page.js knows its main button
}

function send(form) {
  resent = form;
  form.requestSubmit(pressed?.form === form ? pressed.submitter : null);
  setTimeout(() => (resent = null), 5000);
}

let pressed = null;
document.addEventListener("submit", ({ target, submitter }) => (pressed = { form: target, submitter }), { capture: true });

// What is pressed while it is being found out who is signed in, waits for the answer too
function ask(url = "", form = null, told = "", redo = null) {
  waiting = form ?? waiting;
  justPressed = form ?? justPressed;
  asked = url || asked;
  if (told && !undone.includes(told)) undone.push(told);
  if (redo) again.push(redo);
  asking ??= check().finally(() => ((asking = justPressed = null), (asked = ""), (undone = []), (again = [])));
}

// The form that htmx has sent, be it by itself or for a dialog; a preview of what it would do is none
function formOf({ elt, verb, formData, triggeringEvent }) {
  const isWhole = verb === "post" && !formData.has("preview");
  return isWhole && [elt, triggeringEvent?.target].find((one) => one?.matches?.("form"));
}
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { xhr, requestConfig } = detail;
  if (xhr.status !== 401) return;
  detail.isError = false;
  // Who asked may know better what was not done, and how to do it once more (board.js)
  const { undone: told = requestConfig.verb === "get" ? "" : words.undone, again: redo } = requestConfig.triggeringEvent?.detail ?? {};
  ask(xhr.getResponseHeader("X-Sign-In"), formOf(requestConfig) || null, told, redo);
});
// It was sent again
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful && formOf(detail.requestConfig)) document.querySelector('[data-toast="session"]')?.remove();
});
// Back from signing in, in another tab
for (const name of ["focus", "visibilitychange"]) window.addEventListener(name, () => note && ask());
