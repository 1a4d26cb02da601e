// What was written below the head of a record may have changed what the head says: it is asked for anew.
document.addEventListener("record-changed", async () => {
  const head = document.getElementById("record-head");
  if (!head || head.querySelector(":popover-open") || head.contains(document.activeElement)) return;
  const answer = await fetch(location.pathname);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("record-head");
  if (!fresh || head.contains(document.activeElement)) return;
  head.replaceWith(fresh);
  window.htmx?.process(fresh);
});
