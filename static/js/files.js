// Files in the composer: chosen or dropped, listed before they are sent, and refused here where that is certain
// already. Without JavaScript the browser's own control does it.

const chosen = new WeakMap(); // control → its files: choosing again adds to them

const control = (box) => box.querySelector("input[type=file]");
const filled = (words, name) => words.replace("{name}", name);

function problem(file, box) {
  const { notTaken, isEmpty, tooLarge, each } = box.dataset;
  const ending = file.name.slice(file.name.lastIndexOf(".")).toLowerCase();
  if (!control(box).accept.split(",").includes(ending)) return filled(notTaken, file.name);
  if (!file.size) return filled(isEmpty, file.name);
  return file.size > Number(each) ? filled(tooLarge, file.name) : "";
}

function size(bytes) {
  const step = bytes < 1024 ? 0 : bytes < 1024 ** 2 ? 1 : 2;
  const unit = ["byte", "kilobyte", "megabyte"][step];
  const format = { style: "unit", unit, unitDisplay: step ? "short" : "long", maximumFractionDigits: 1 };
  return new Intl.NumberFormat(document.documentElement.lang, format).format(bytes / 1024 ** step);
}

function draw(box, problems = []) {
  const files = chosen.get(control(box)) ?? [];
  const rows = files.map((file) => {
    const row = box.querySelector("[data-file-row]").content.cloneNode(true);
    row.querySelector("b").textContent = file.name;
    row.querySelector("small").textContent = size(file.size);
    const button = row.querySelector("button");
    button.setAttribute("aria-label", filled(box.dataset.remove, file.name));
    button.addEventListener("click", () => {
      keep(box, files.filter((one) => one !== file));
      control(box).focus();
    });
    return row;
  });
  box.querySelector("[data-file-list]").replaceChildren(...rows);
  const lines = problems.map((text) => {
    const line = box.querySelector("[data-file-problem]").content.cloneNode(true);
    line.querySelector("span").textContent = text;
    return line;
  });
  box.querySelector("[data-file-problems]").replaceChildren(...lines);
}

function keep(box, files, problems) {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  control(box).files = transfer.files;
  chosen.set(control(box), files);
  draw(box, problems);
}

function add(box, files) {
  const kept = [...(chosen.get(control(box)) ?? [])];
  const problems = [];
  let room = Number(box.dataset.together) - kept.reduce((sum, file) => sum + file.size, 0);
  for (const file of files) {
    const why = problem(file, box) || (file.size > room ? box.dataset.tooMuch : "");
    if (why) problems.push(why);
    else {
      kept.push(file);
      room -= file.size;
    }
  }
  keep(box, kept, [...new Set(problems)]);
}

document.addEventListener("change", (event) => {
  const box = event.target.closest?.("[data-files]");
  if (box) add(box, [...event.target.files]);
});

// After an error the composer is drawn anew around the control, which htmx has kept with its files
document.addEventListener("htmx:load", (event) => {
  for (const box of event.detail.elt.querySelectorAll?.("[data-files]") ?? []) draw(box);
});

function target(event) {
  const form = event.target.closest?.("[data-composer]");
  return form?.querySelector("[data-files]") && event.dataTransfer?.types.includes("Files") ? form : null;
}

document.addEventListener("dragover", (event) => {
  const form = target(event);
  if (!form) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
  form.classList.add("is-dropping");
});
document.addEventListener("dragleave", (event) => {
  const form = target(event);
  if (form && !form.contains(event.relatedTarget)) form.classList.remove("is-dropping");
});
document.addEventListener("drop", (event) => {
  const form = target(event);
  if (!form) return;
  event.preventDefault();
  form.classList.remove("is-dropping");
  form.querySelector("[name=kind][value=task]:checked")?.form.querySelector("[name=kind][value=file]").click();
  add(form.querySelector("[data-files]"), [...event.dataTransfer.files]);
});

const bar = (event) => event.target.closest?.("[data-composer]")?.querySelector("[data-file-progress]");

document.addEventListener("htmx:xhr:progress", (event) => {
  const { loaded, total, lengthComputable } = event.detail;
  const shown = bar(event);
  if (!shown || !lengthComputable || !control(shown.closest("[data-files]")).files.length) return;
  shown.hidden = loaded >= total;
  shown.value = loaded / total;
});
document.addEventListener("htmx:afterRequest", (event) => bar(event)?.setAttribute("hidden", ""));
