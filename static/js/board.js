// Moving cards between the columns of a board: with the mouse, or space and the arrow keys.
// The card goes at once; when the server refuses, it goes back and the reason is shown.

const words = document.getElementById("words")?.dataset ?? {};
const state = { card: null, from: null, next: null, target: null };

const columns = (board) => [...board.querySelectorAll("[data-board-column]")];
const boardOf = (element) => element.closest("[data-board]");
const columnOf = (element) => element.closest("[data-board-column]");
// An inactive column: cards leave it, none comes in
const isClosed = (column) => "closed" in column.dataset;
const cardsOf = (column) => column.querySelector("[data-board-cards]");

function tell(text, tone = "danger", key = "") {
  document.dispatchEvent(new CustomEvent("angler:toast", { detail: { text, tone, key } }));
}

function count(column, step) {
  const number = column.querySelector("[data-board-count]");
  const value = Number(number?.textContent);
  if (number && Number.isInteger(value)) number.textContent = String(value + step);
}

// It is not there any more: one goes on beside it
function takeAway(card) {
  const beside = card.nextElementSibling ?? card.previousElementSibling ?? columnOf(card).querySelector("a, button");
  card.remove();
  beside?.focus();
}

// First of the column; or ``before`` another of its cards, null: last
function place(card, column, before = cardsOf(column).firstElementChild) {
  const from = columnOf(card);
  const hasFocus = card === document.activeElement;
  cardsOf(column).insertBefore(card, columnOf(before ?? card) === column ? before : null);
  if (hasFocus) card.focus();
  if (from !== column) {
    count(from, -1);
    count(column, 1);
  }
}

// What a card shows comes anew; the element goes on, so that it keeps the focus and can be moved further meanwhile
document.addEventListener("htmx:oobBeforeSwap", ({ detail: { target: card, fragment: fresh } }) => {
  if (!card.matches("[data-card]")) return;
  if (card.contains(document.activeElement)) card.focus();
  for (const name of ["draggable", "data-url", "data-stays", "title"]) {
    if (fresh.hasAttribute(name)) card.setAttribute(name, fresh.getAttribute(name));
    else card.removeAttribute(name);
  }
});

// The last refusal of each card's moves. Those that were sent before it was known begin where the card is not: they
// are dropped; but where nobody was signed in, they may be done after all, one after the other (session.js).
const refusals = new WeakMap();
const isBehind = ({ card, known }) => refusals.get(card) !== known;
document.addEventListener("htmx:configRequest", (event) => {
  const { type, detail: move } = event.detail.triggeringEvent ?? {};
  if (type === "angler:move" && isBehind(move) && refusals.get(move.card).status !== 401) event.preventDefault();
});

// The answer brings the heads and the title with new counts and sums, and the card
function send(move, isAgain = false) {
  const { card, column, from } = move;
  const { board: query, moves: field, back } = boardOf(card).dataset;
  const again = () => {
    place(card, column);
    card.focus();
    return send(move, true);
  };
  // Nobody is signed in, or the page's tokens are old: then it is sent once more (session.js)
  const undone = words.unmoved.replace("{name}", () => card.querySelector("a").textContent);
  const event = new CustomEvent("angler:move", {
    detail: { ...move, undone, again: isAgain ? null : again, known: refusals.get(card) },
  });
  const values = { [field]: column.dataset.boardColumn, moved_from: from.dataset.boardColumn, back };
  return window.htmx.ajax("post", card.dataset.url + query, { source: card, values, event }).catch(() => {});
}

document.addEventListener("htmx:afterRequest", ({ target: card, detail: { xhr, requestConfig } }) => {
  const { type, detail: move } = requestConfig.triggeringEvent ?? {};
  if (type !== "angler:move" || move.card !== card) return; // of a card that is taken away, htmx tells what is around it, too
  const { from, next, done } = move;
  const isGone = xhr.getResponseHeader("X-Gone"); // or out of the person's sight now
  const isRefused = !xhr.status || xhr.status >= 400;
  if (isRefused && !isBehind(move)) {
    place(card, from, next);
    // Held again meanwhile: put back, or dropped, it goes from there
    for (const held of [lifted, state]) if (held?.card === card) Object.assign(held, { from, next });
    refusals.set(card, xhr);
  }
  if (isRefused && isGone) count(from, -1);
  if (isGone) takeAway(card);
  else if (xhr.status === 200) done?.();
});

// ``done``: once it is there
function drop(card, column, from, next, done) {
  if (column === from) return;
  if ("ask" in column.dataset) {
    if (columnOf(card) !== from) place(card, from, next);
    card.focus(); // where the dialog leads back to
    const url = new URL(card.dataset.url, location.href);
    url.searchParams.set(boardOf(card).dataset.moves, column.dataset.boardColumn);
    url.searchParams.set("moved_from", from.dataset.boardColumn);
    url.searchParams.set("back", boardOf(card).dataset.back);
    document.dispatchEvent(new CustomEvent("angler:dialog", { detail: { url: url.href } }));
    return;
  }
  if (columnOf(card) !== column) place(card, column);
  card.focus();
  send({ card, column, from, next, done });
}

// Who may not move it is told why
function refuses(card) {
  if (card.dataset.stays) tell(card.dataset.stays, "warning", "stays");
  return "stays" in card.dataset;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-board] [data-why]");
  if (button) refuses(button.closest("[data-card]"));
});

// It cannot be dragged, so that only a press in it tells, and a release elsewhere
let pressed = null;
document.addEventListener("pointerdown", ({ target }) => (pressed = target.closest?.("[data-board] [data-stays]")));
document.addEventListener("pointerup", ({ target }) => {
  if (pressed && !pressed.contains(target)) refuses(pressed);
  pressed = null;
});

// With the mouse
document.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.("[data-board] [data-card]");
  if (!card) return;
  if ("stays" in card.dataset) return event.preventDefault(); // its link can be dragged
  Object.assign(state, { card, from: columnOf(card), next: card.nextElementSibling });
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.querySelector("a")?.href ?? "");
  requestAnimationFrame(() => card.classList.add("is-dragged"));
});

document.addEventListener("dragover", (event) => {
  const column = state.card && event.target.closest?.("[data-board] [data-board-column]");
  if (!column) return;
  const target = isClosed(column) && column !== state.from ? null : column;
  if (target) event.preventDefault();
  if (state.target === target) return;
  state.target?.classList.remove("is-over");
  target?.classList.add("is-over");
  state.target = target;
});

document.addEventListener("drop", (event) => {
  if (!state.card || !state.target) return;
  event.preventDefault();
  drop(state.card, state.target, state.from, state.next);
});

document.addEventListener("dragend", () => {
  state.card?.classList.remove("is-dragged");
  state.target?.classList.remove("is-over");
  Object.assign(state, { card: null, from: null, next: null, target: null });
});

// With the keyboard: space lifts, arrows choose, space drops, Escape puts back
let lifted = null;

function lift(card) {
  lifted = { card, from: columnOf(card), next: card.nextElementSibling };
  card.classList.add("is-lifted");
  tell(words.lifted, "info", "lift");
}

function land(keep) {
  const { card, from, next } = lifted;
  lifted = null;
  card.classList.remove("is-lifted");
  document.querySelector('[data-toast="lift"]')?.remove();
  const column = columnOf(card);
  if (keep && column !== from) return drop(card, column, from, next, () => tell(words.dropped, "info", "lift"));
  place(card, from, next);
  card.focus();
  tell(words.back, "info", "lift");
}

function shift(card, step) {
  const all = columns(boardOf(card)).filter((one) => !isClosed(one) || one === lifted.from);
  const column = all[all.indexOf(columnOf(card)) + step];
  if (!column) return;
  place(card, column);
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function walk(card, key) {
  const all = columns(boardOf(card));
  const column = columnOf(card);
  const inColumn = [...cardsOf(column).querySelectorAll("[data-card]")];
  const at = inColumn.indexOf(card);
  if (key === "ArrowDown") return inColumn[at + 1]?.focus();
  if (key === "ArrowUp") return inColumn[at - 1]?.focus();
  const step = key === "ArrowRight" ? 1 : -1;
  for (let i = all.indexOf(column) + step; all[i]; i += step) {
    const cards = cardsOf(all[i]).querySelectorAll("[data-card]");
    if (cards.length) return cards[Math.min(at, cards.length - 1)].focus();
  }
}

document.addEventListener("keydown", (event) => {
  const card = event.target;
  if (!card.matches?.("[data-board] [data-card]")) return;
  const { key } = event;
  if (key === " ") lifted ? land(true) : refuses(card) || lift(card);
  else if (key === "Escape" && lifted) land(false);
  else if (key === "Enter") card.querySelector("a")?.click();
  else if (lifted && (key === "ArrowRight" || key === "ArrowLeft")) shift(card, key === "ArrowRight" ? 1 : -1);
  else if (!lifted && key.startsWith("Arrow")) walk(card, key);
  else return;
  event.preventDefault();
});

document.addEventListener("focusout", (event) => {
  if (lifted && event.target === lifted.card && event.relatedTarget && event.relatedTarget !== lifted.card) land(false);
});
