// Suggests what the browser knows when a workspace is created: the time zone, the money there, how dates and numbers
// are written where its language is from, or there, and an address made from the name.

const form = document.querySelector("[data-sign-up]");
const zone = form.elements.time_zone;
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
const choose = (field, value) => {
  if ([...field.options].some((option) => option.value === value)) field.value = value;
  return field.value === value;
};
const found = (pairs, key) => pairs.split(" ").find((pair) => pair.startsWith(`${key}:`))?.slice(key.length + 1);
// Some browsers tell a language that is none ("C")
const regionOf = (language) => {
  try {
    return new Intl.Locale(language).region;
  } catch {
    return "";
  }
};
const isFresh = zone.value === "UTC" && !form.querySelector(".error-summary");
if (isFresh && choose(zone, here)) {
  const country = found(zone.dataset.where, here);
  choose(form.elements.currency, found(form.elements.currency.dataset.where, country));
  // Many a browser speaks American far from America
  const regions = navigator.languages.map(regionOf).filter((one) => one && one !== "US");
  if (country !== "US") [...regions, country].some((one) => choose(form.elements.language, `en-${one}`.toLowerCase()));
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
