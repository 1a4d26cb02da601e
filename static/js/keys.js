// Keyboard shortcuts. One letter, or two after "g" (go) and "c" (create); never while typing.

const WAIT = 1200;
let prefix = "";
let timer;

const typing = (target) => target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const visible = (element) => element?.checkVisibility?.();
const find = (selector, test) => [...document.querySelectorAll(selector)].find(test);

function press(element) {
  if (!element) return false;
  if (element.matches("input[type=radio]")) {
    element.checked = true;
    for (const name of ["input", "change"]) element.dispatchEvent(new Event(name, { bubbles: true })); // as a press does
  } else if (element.matches("input, textarea, select")) element.focus();
  else element.click();
  return true;
}

function second(key) {
  if (prefix === "g") return press(find("[data-go]", (link) => link.dataset.go[0] === key));
  return press(find("[data-new]", (link) => link.dataset.new === key));
}

function begin(key) {
  prefix = key;
  clearTimeout(timer);
  timer = setTimeout(() => (prefix = ""), WAIT);
  if (key === "c") document.getElementById("menu-new")?.showPopover({ source: document.querySelector("[popovertarget=menu-new]") });
}

function help() {
  const dialog = document.getElementById("shortcuts");
  const part = dialog.querySelector("[data-page-keys]");
  const list = part.querySelector("dl");
  list.replaceChildren();
  for (const element of document.querySelectorAll("[data-key]")) {
    if (!visible(element) && !visible(element.parentElement)) continue;
    const line = document.createElement("div");
    const label = document.createElement("dt");
    label.textContent = element.getAttribute("aria-label") || (element.matches("input") ? element.parentElement : element).textContent.trim();
    const keys = document.createElement("dd");
    keys.append(Object.assign(document.createElement("kbd"), { textContent: element.dataset.key }));
    line.append(label, keys);
    list.append(line);
  }
  for (const more of document.querySelectorAll("template[data-help]")) list.append(more.content.cloneNode(true));
  part.hidden = !list.children.length;
  dialog.showModal();
}

function single(event) {
  const { key } = event;
  if (key === "/") return document.dispatchEvent(new CustomEvent("angler:palette")) || true;
  if (key === "?") return help() ?? true;
  if (key === "g" || key === "c") return begin(key) ?? true;
  // On a link or button, Enter and space are its own
  const own = event.target.closest("a, button, summary, label, [data-card], input");
  if (["j", "k", "x"].includes(key) || (["Enter", " "].includes(key) && !own)) {
    const asked = new CustomEvent("angler:row", { detail: { key }, cancelable: true });
    return !document.dispatchEvent(asked);
  }
  return press(find("[data-key]", (element) => element.dataset.key === key && (visible(element) || visible(element.parentElement))));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  if (event.target.closest("dialog[open]") || document.querySelector("dialog:modal")) return;
  if (event.target.closest("[data-card]") && [" ", "Enter", "Escape"].includes(event.key)) return;
  const done = prefix ? second(event.key) : single(event);
  if (prefix && event.key !== prefix) prefix = "";
  if (done) event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-shortcuts-open]")) help();
});
