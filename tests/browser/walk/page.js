// What the walk asks of a page: its controls, each with a key that is the same on every page of its kind, its links, and
// the words that no person should read. Loaded into each page before its own scripts.

(() => {
  const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
  const PRESSED =
    "button, summary, a[data-dialog], a[hx-get], a[hx-post], a[role=button], input[type=submit], input[type=checkbox].row-select, " +
    "[data-select-all], [data-composer] [name=kind], form[data-autosubmit] :is(select, input:not([type=hidden], [type=search])):not([popover] *), input[hx-post], select[hx-post], label.chip-remove, " +
    "form[hx-trigger*=change] :is(select, textarea, input:not([type=hidden], [type=search]))";

  const plain = (text) => (text ?? "").replace(UUID, "*").replace(/“[^”]*”/g, "“*”").replace(/\d[\d.,:]*/g, "#").replace(/\s+/g, " ").trim();
  const address = (text) => {
    if (!text) return "";
    const url = new URL(text, location.href);
    const names = [...new Set(url.searchParams.keys())].sort().join(",");
    return `${url.pathname.split("/").slice(2).join("/").replace(UUID, "*")}${names ? `?${names}` : ""}`;
  };
  const said = (one) => one.getAttribute("aria-label") || one.textContent.trim() || one.value || one.title || "";
  const dataNames = (one) => [...one.attributes].map((a) => a.name).filter((n) => n.startsWith("data-") && !n.startsWith("data-walk")).join(" ");

  // Rows name people and things: there the form's address, or what the script reads, tells one button from another
  function key(one) {
    const form = one.form ?? one.closest("form");
    const place = one.closest("dialog[id], .bar, .top, [popover]");
    const parts = [one.tagName.toLowerCase(), place ? plain(place.id || place.className) : ""];
    const method = form?.querySelector("input[name=_method]")?.value ?? form?.getAttribute("method") ?? "";
    const target = form ? address(form.getAttribute("hx-post") || form.getAttribute("action") || "./") : "";
    const own = one.hasAttribute("data-dialog") || one.tagName === "A" ? address(one.getAttribute("href")) : "";
    const sent = address(one.getAttribute("hx-get") || one.getAttribute("hx-post") || one.getAttribute("formaction"));
    if (own || sent) return [...parts, own, sent].join("|");
    if (one.hasAttribute("popovertarget")) return [...parts, "opens", plain(one.getAttribute("popovertarget"))].join("|");
    if (one.tagName === "SUMMARY" && one.parentElement.id) return [...parts, plain(one.parentElement.id)].join("|"); // its text counts
    if (one.type === "radio") return [...parts, target, one.name, plain(one.value)].join("|");
    if (one.matches(".row-select")) return [...parts, "row-select"].join("|");
    const value = [plain(one.type === "submit" ? one.getAttribute("value") : ""), form?.querySelector("[data-composer] [name=kind]:checked")?.value].filter(Boolean).join("+");
    if (form && one.type === "submit") {
      // The main button, or the only one, may say what was chosen in the form
      const asks = form.querySelector("input:not([type=hidden], [type=submit]), select, textarea");
      const told = one.name || (asks && (one.matches(".button-primary") || form.querySelectorAll("[type=submit], button:not([type])").length === 1));
      return [...parts, method, target, one.name, value, told ? "" : plain(said(one)).split(":")[0].slice(0, 24)].join("|");
    }
    const told = dataNames(one) || one.matches("select, input, textarea");
    return [...parts, target, one.name ?? "", dataNames(one), told ? "" : plain(said(one)).slice(0, 40)].join("|");
  }

  const popoverOf = (one) => one.closest("[popover]:not(:popover-open)");
  function opener(one) {
    const popover = popoverOf(one);
    if (popover) return [...document.querySelectorAll(`[popovertarget="${CSS.escape(popover.id)}"]`)].find((b) => b.checkVisibility());
    const closed = one.closest("details:not([open])");
    return closed && !one.matches("summary") ? closed.querySelector("summary") : null;
  }
  function isThere(one) {
    if (one.disabled || one.getAttribute("aria-disabled") === "true") return false;
    if (one.closest("[inert], .skip-link, [aria-hidden=true]")) return false;
    if (one.checkVisibility({ visibilityProperty: true })) return one.getClientRects().length > 0;
    return Boolean(opener(one)?.checkVisibility());
  }

  function all() {
    const within = document.querySelector("dialog:modal") ?? document;
    return [...within.querySelectorAll(PRESSED)].filter(isThere);
  }

  function fieldsOf(form) {
    return [...form.elements].filter((f) => f.matches("input:not([type=hidden], [type=submit]), select, textarea") && !f.disabled && f.checkVisibility());
  }

  const TYPED = "select, textarea, input:not([type=checkbox], [type=radio], [type=submit], [type=button])";
  const forget = () => document.querySelectorAll("[data-walk-field]").forEach((one) => one.removeAttribute("data-walk-field"));
  function described(f, n) {
    f.setAttribute("data-walk-field", n);
    const options = f.tagName === "SELECT" ? [...f.options].filter((o) => !o.disabled).map((o) => o.value) : [];
    const type = f.tagName === "INPUT" && ["url", "email", "tel"].includes(f.inputMode) ? f.inputMode : f.tagName === "SELECT" ? "select" : f.type;
    const asked = f.labels?.[0]?.textContent.match(/“(.*)”/)?.[1] ?? ""; // “…” to be typed once more
    return { n, type, name: f.name, value: f.value, options, lookup: f.hasAttribute("data-lookup"), least: f.min, digits: ["decimal", "numeric"].includes(f.inputMode), asked };
  }

  // Words and marks that no person should read
  const RAW = [
    ["an object", /\[object /], ["a placeholder", /%\(|\{\{|\{%|__proxy__/], ["a moment", /\d{4}-\d\d-\d\d[T ]\d\d:\d\d/],
    ["an id", UUID], ["a missing value", /\b(None(?! [a-z])|NaN|undefined|null)\b/], ["a plural glued together", /\b\w*[^aeiou\W]ys\b/],
    ["a key", /\b[a-z]+(_[a-z]+)+\b|\b[a-z]+\.[a-z]+_[a-z_]+\b/], ["a date for machines", /\b\d{4}-\d\d-\d\d\b/], ["a traceback", /Traceback|Exception\b/],
  ];
  const MEANT = "option, script, style, template, noscript, code, pre, textarea, [data-raw], .palette-list";

  const ANY = new RegExp(RAW.map(([, pattern]) => pattern.source).join("|"));
  const VALUES = "td, th, dd, .badge, h1, h2, h3"; // where a word stands alone because it is a value
  function texts() {
    const alone = [...document.querySelectorAll(VALUES)].filter((one) => !one.querySelector(MEANT)).map((one) => one.textContent.trim());
    const found = [...alone.filter((text) => walk.stored.has(text)).map((text) => ["a value as it is stored", text]), ...twice];
    const named = [...document.querySelectorAll("[title], [aria-label], [placeholder], [alt]")];
    const names = named.flatMap((one) => ["title", "aria-label", "placeholder", "alt"].map((name) => one.getAttribute(name) ?? ""));
    if (!ANY.test(document.body.textContent) && !ANY.test(names.join("\n"))) return found; // most pages
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.data.trim();
      const parent = node.parentElement;
      if (!text || !parent || parent.closest(MEANT) || parent.closest("[data-walk-seen]")) continue;
      judge(text, found);
    }
    for (const text of names) judge(text, found);
    for (const one of document.querySelectorAll("option")) judge(one.textContent.trim(), found, new Set(["a missing value", "a key"]));
    return found;
  }
  // Of two answers that are checked in the source the browser takes the last, whatever the page says. Asked when the page
  // comes: what is put into it later checks another one, and the first keeps its attribute
  let twice = [];
  document.addEventListener("DOMContentLoaded", () => (twice = checkedTwice()));
  function checkedTwice() {
    const met = new Map();
    for (const one of document.querySelectorAll("input[type=radio][checked]")) {
      const group = met.get(one.form) ?? met.set(one.form, []).get(one.form);
      group.push(one.name);
    }
    const names = [...met.values()].flatMap((group) => group.filter((name, at) => group.indexOf(name) !== at));
    return names.map((name) => ["two answers checked", name]);
  }
  function judge(text, found, but = new Set()) {
    for (const [what, pattern] of RAW) {
      pattern.lastIndex = 0;
      if (!but.has(what) && text.search(pattern) >= 0) found.push([what, text.slice(Math.max(0, text.search(pattern) - 30), text.search(pattern) + 60)]);
    }
  }

  // Toasts go by themselves: only one that comes is a change. What is pressed holds another value by being pressed
  const pressed = () => document.querySelector("[data-walk=here]");
  const bare = (one) => one.outerHTML.replace(/ data-walk(-\w+)?="[^"]*"/g, "");
  let complaints = 0;
  document.addEventListener("invalid", () => (complaints += 1), { capture: true });
  function state() {
    const parts = [...document.body.children].filter((one) => one.id !== "toasts").map(bare);
    const by = pressed();
    const fields = [...document.querySelectorAll("input, select, textarea")].filter((one) => one !== by && (one.type !== "radio" || one.name !== by?.name));
    return {
      shown: [document.documentElement.cloneNode(false).outerHTML, document.body.cloneNode(false).outerHTML, ...parts].join("\n"),
      typed: fields.map((one) => `${one.value}|${one.checked}`).join("\n"),
      open: [...document.querySelectorAll(":popover-open")].map((one) => one.id).join(),
      toasts: new Set(document.querySelectorAll("[data-toast]")),
      focus: document.activeElement,
      own: by?.matches("input:not([type=submit]), select, textarea") ? `${by.value}|${by.checked}` : "",
      complaints,
    };
  }
  function changes(before, now) {
    if (before.own && before.own === now.own) return true; // it was chosen already: nothing to do
    if (["shown", "typed", "open", "complaints"].some((what) => before[what] !== now[what])) return true;
    if ([...now.toasts].some((one) => !before.toasts.has(one))) return true;
    const by = pressed();
    return now.focus !== before.focus && now.focus !== document.body && !now.focus.contains(by) && !by?.labels?.[0]?.contains(now.focus);
  }

  // What is under way: true from the moment that something leads to another page until that page is there, requests, timers
  window.navigation?.addEventListener("navigate", (event) => {
    if (!event.destination.sameDocument && !event.downloadRequest) window.walkGoing = true;
  });
  let asked = 0;
  for (const [owner, name] of [[window, "fetch"], [Response.prototype, "text"]]) {
    const does = owner[name];
    owner[name] = function (...all) {
      asked += 1;
      return does.apply(this, all).finally(() => (asked -= 1));
    };
  }
  const sent = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (...all) {
    asked += 1;
    this.addEventListener("loadend", () => (asked -= 1));
    return sent.apply(this, all);
  };
  const waiting = new Set(); // for a moment, as after typing; what comes each second never ends
  const [later, never] = [window.setTimeout, window.clearTimeout];
  window.setTimeout = (run, delay = 0, ...all) => {
    const id = later(() => (waiting.delete(id), run(...all)), delay);
    if (delay > 20 && delay < 1000) waiting.add(id);
    return id;
  };
  window.clearTimeout = (id) => (waiting.delete(id), never(id));
  const isBusy = () => asked > 0 || waiting.size > 0 || window.walkGoing || document.readyState !== "complete";

  window.walk = {
    stored: new Set(), // words of enumerations, which stand for a label
    // Resolves to true when nothing was under way for some frames, to false when something still is after a while
    idle: () =>
      new Promise((done) => {
        const start = performance.now();
        let calm = 0;
        const look = () => {
          calm = isBusy() ? 0 : calm + 1;
          if (calm > 3 || performance.now() - start > 500) done(calm > 3);
          else if (calm) requestAnimationFrame(() => later(look));
          else later(look, 10); // a frame is drawn for who asks for one
        };
        look();
      }),
    controls() {
      const seen = new Map();
      for (const one of all()) {
        const k = key(one);
        if (seen.has(k) || one.closest("#toasts")) continue; // toasts go by themselves: see toasts()
        const form = one.form ?? one.closest("form");
        const submits = one.type === "submit" && Boolean(form) && form.getAttribute("method") !== "dialog";
        seen.set(k, { key: k, label: plain(said(one)).slice(0, 60), fields: submits ? fieldsOf(form).length : 0, inFrame: Boolean(one.closest(".bar, .top, #person-menu, #menu-new, #menu-person, .palette")) });
      }
      return [...seen.values()];
    },
    mark(wanted) {
      document.querySelectorAll("[data-walk]").forEach((one) => one.removeAttribute("data-walk"));
      const one = all().find((each) => key(each) === wanted);
      if (!one) return "gone";
      one.setAttribute("data-walk", "here");
      const by = opener(one);
      if (by) by.setAttribute("data-walk", "opener");
      const bar = one.closest("[data-bulk-bar]");
      return by ? "opener" : bar && !bar.checkVisibility() ? "bulk" : "";
    },
    // The button that sends the same form, whatever it says by now
    sender(wanted) {
      const form = (k) => k.split("|").slice(0, -1).join("|");
      const keys = all().map(key);
      return keys.includes(wanted) ? wanted : (keys.find((each) => form(each) === form(wanted)) ?? wanted);
    },
    toasts: () => [...document.querySelectorAll("#toasts button")].filter(isThere).map(key),
    // Where a person would press: a link may lie over the middle of what is pressed beside it. Null when it is covered
    point() {
      const one = document.querySelector("[data-walk=here]");
      const box = one.getBoundingClientRect();
      if (box.top < 0 || box.left < 0 || box.bottom > innerHeight || box.right > innerWidth) one.scrollIntoView({ block: "center", behavior: "instant" });
      const { left, top, width, height } = one.getBoundingClientRect();
      for (const [x, y] of [[0.5, 0.5], [0.97, 0.5], [0.9, 0.9], [0.1, 0.5], [0.5, 0.15], [0.5, 0.9], [0.75, 0.5], [0.25, 0.5]]) {
        const at = document.elementFromPoint(left + width * x, top + height * y);
        if (at && (one.contains(at) || at.control === one || one.labels?.[0]?.contains(at))) return { x: left + width * x, y: top + height * y };
      }
      return null;
    },
    // The fields of the form that the marked control sends; of the answers to a question, the first where none is chosen
    fields() {
      const one = pressed();
      const form = one?.form ?? one?.closest("form");
      const asked = (f) => f.type !== "radio" || (fieldsOf(form).find((each) => each.name === f.name) === f && !form.querySelector(`[name="${f.name}"]:checked`));
      forget();
      return form ? fieldsOf(form).filter(asked).map(described) : [];
    },
    field() {
      forget();
      return pressed().matches(TYPED) ? described(pressed(), 0) : null;
    },
    complaints: () => [...document.querySelectorAll(".field-error, .error, [role=alert]")].filter((e) => e.checkVisibility()).map((e) => e.textContent.trim()),
    // What is typed, all at once: a call for each field is slow. Returns which fields do not hold it afterwards
    type(values) {
      const at = (n) => document.querySelector(`[data-walk-field="${n}"]`);
      const refused = [];
      for (const [n, value] of values) {
        const field = at(n);
        if (!field?.checkVisibility()) {
          refused.push(n);
          continue;
        }
        if (["checkbox", "radio"].includes(field.type)) {
          if (!field.checked) field.click();
          continue;
        }
        field.focus();
        field.value = value;
        field.dispatchEvent(new InputEvent("input", { bubbles: true }));
        field.dispatchEvent(new Event("change", { bubbles: true }));
        if (field.value !== value) refused.push(n);
      }
      return refused;
    },
    // Remembers what a press is to change: all that is shown, typed and open, and where the focus is
    before: () => (window.walkBefore = state()),
    changed: () => !window.walkBefore || changes(window.walkBefore, state()),
    links() {
      const here = [...document.querySelectorAll("a[href]:not([data-dialog], [hx-get], [hx-post], [download], [target=_blank])")];
      return [...new Set(here.filter((a) => a.origin === location.origin && !a.getAttribute("href").startsWith("#")).map((a) => a.pathname + a.search))];
    },
    look: () => ({ texts: texts(), links: walk.links(), controls: walk.controls() }),
    focus: () => document.activeElement?.tagName ?? "BODY",
  };
})();
