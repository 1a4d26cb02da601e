// Suggests what the browser knows when a workspace is created: the time zone, and an address made from the name.

const form = document.querySelector("[data-sign-up]");
const zone = form.elements.time_zone;
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone.value === "UTC" && [...zone.options].some((option) => option.value === here)) {
  zone.value = here;
}

const { slug: address, name, language } = form.elements;
const plain = JSON.parse(address.dataset.letters);
const umlauts = JSON.parse(address.dataset.umlauts);
const german = address.dataset.german.split(" ");

const replaced = (text, letters) => [...text].map((letter) => letters[letter] ?? letter).join("");

const suggest = () => {
  const typed = name.value.toLowerCase().normalize("NFC");
  const spelled = german.includes(language.value) ? replaced(typed, umlauts) : typed;
  const letters = replaced(spelled.normalize("NFKD").replace(/\p{M}/gu, ""), plain);
  const [first = "", ...more] = letters.replace(/['’‘ʼ‛′´]/g, "").match(/[a-z0-9]+/g) ?? [];
  let stem = first.slice(0, address.dataset.longest);
  for (const word of more) {
    if (`${stem}-${word}`.length > address.dataset.longest) break;
    stem += `-${word}`;
  }
  if (!stem && typed.trim()) stem = address.dataset.nameless;
  if (stem && stem.length < address.dataset.shortest) stem += address.dataset.added;
  address.placeholder = stem;
};
name.addEventListener("input", suggest);
language.addEventListener("change", suggest);
suggest();
