// Tags: offers the known ones for the word that is being typed, after those that stand already before the last comma.
// Without this file the browser offers them for the first word only.

function offer(field) {
  const list = field.list;
  if (!list) return;
  list.words ??= [...list.options].map((option) => option.value);
  const cut = Math.max(field.value.lastIndexOf(","), field.value.lastIndexOf(";")) + 1;
  const before = field.value.slice(0, cut);
  const present = new Set(before.split(/[,;]/).map((word) => word.trim().toLocaleLowerCase()));
  const offered = list.words.filter((word) => !present.has(word.toLocaleLowerCase()));
  list.replaceChildren(
    ...offered.map((word) => {
      const option = document.createElement("option");
      option.value = before ? `${before.trim()} ${word}` : word;
      option.label = word;
      return option;
    }),
  );
}

document.addEventListener("input", (event) => {
  const field = event.target.closest?.("[data-tags]");
  if (field) offer(field);
});
