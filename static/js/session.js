// Signed out while something is typed here: it stays, and one signs in beside it. A page whose form was drawn before
// one signed in again gets fresh tokens, as long as it is the same person.

const words = document.getElementById("words")?.dataset ?? {};
const dialog = document.getElementById("dialog");
const MARKS = "input[name=csrfmiddlewaretoken]";
let note = null;
let asking = null;

const say = (text, tone) => document.dispatchEvent(new CustomEvent("angler:toast", { detail: { text, tone, key: "session" } }));

function isTyped(field) {
  if (field.matches("[type=hidden], [type=search], [type=submit]")) return false;
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  if (!field.matches("select")) return field.value !== field.defaultValue;
  const first = Math.max([...field.options].findIndex((one) => one.defaultSelected), 0);
  return field.selectedIndex > -1 && field.selectedIndex !== first;
}
// What came back to be corrected is not saved either
const UNSAVED = "form[method=post]:has(.error-summary, [aria-invalid=true], [data-unsaved])";
const hasText = () => !!document.querySelector(UNSAVED) || [...document.querySelectorAll("form :is(input, textarea, select)")].some(isTyped);

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

async function check(url) {
  const found = await renew().catch(() => "no");
  if (found === "no" && !url) return;
  if (found === "no") return hasText() ? show(url) : location.assign(url);
  note?.remove();
  note = null;
  if (found === "other") say(words.other, "danger");
  else say(words.again, "info");
}

const ask = (url = "") => (asking ??= check(url).finally(() => (asking = null)));

document.addEventListener("angler:signed-out", ({ detail }) => ask(detail.url));
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.status !== 401) return;
  detail.isError = false;
  ask(detail.xhr.getResponseHeader("X-Sign-In"));
});
// Back from signing in, in another tab
for (const name of ["focus", "visibilitychange"]) window.addEventListener(name, () => note && ask());
