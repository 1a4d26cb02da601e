// Suggests what the browser knows when a workspace is created: the time zone, and an address made from the name.

const form = document.querySelector("[data-sign-up]");
const zone = form.elements.time_zone;
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone.value === "UTC" && [...zone.options].some((option) => option.value === here)) {
  zone.value = here;
}

const suggest = () => {
  form.elements.slug.placeholder = form.elements.name.value
    .normalize("NFKD")
    .replace(/[^\w\s-]/g, "")
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, "-")
    .slice(0, 36)
    .replace(/^-+|-+$/g, "");
};
form.elements.name.addEventListener("input", suggest);
suggest();
