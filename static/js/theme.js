// Light, dark or as the device; compact rows. Kept in a cookie, so that the server's first byte already has it.

const root = document.documentElement;

function remember(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const age = value ? 31536000 : 0;
  document.cookie = `${name}=${value}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
}

document.addEventListener("click", (event) => {
  const theme = event.target.closest("[data-theme-set]");
  if (theme) {
    const value = theme.dataset.themeSet;
    if (value) root.dataset.theme = value;
    else delete root.dataset.theme;
    remember("angler_theme", value);
    for (const other of document.querySelectorAll("[data-theme-set]")) {
      other.setAttribute("aria-pressed", String(other === theme));
    }
  }
  const density = event.target.closest("[data-density-toggle]");
  if (density) {
    const compact = root.dataset.density !== "compact";
    if (compact) root.dataset.density = "compact";
    else delete root.dataset.density;
    remember("angler_density", compact ? "compact" : "");
    density.setAttribute("aria-pressed", String(compact));
  }
});
