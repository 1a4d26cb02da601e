// A field that two people have changed, with the question which value counts (crm/ui/seen.py). Who types into the field
// once more chooses that, and the choice says so. Without this file it is asked again.

function chooseAnew({ target }) {
  if (!target.form || !target.name) return;
  for (const question of target.form.querySelectorAll("[data-conflict]")) {
    if (!question.dataset.conflict.split(" ").includes(target.name)) continue;
    const mine = question.querySelector("input[value=mine]");
    mine.checked = true;
    mine.closest("label").querySelector("bdi").textContent = question.dataset.anew;
    question.querySelector("[name$=-asked]")?.remove(); // what it was when it was asked
  }
}

for (const name of ["input", "change"]) document.addEventListener(name, chooseAnew);
