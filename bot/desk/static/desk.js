// Small helps; every page works without them.

/** A form that is sent shows it, and cannot be sent twice by a second tap. */
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  const stays = event.target.target || "download" in event.target.dataset; // the page does not change
  if (event.defaultPrevented || !button || stays) return;
  requestAnimationFrame(() => { button.disabled = true; });
});

/** A page kept by "back" has its buttons again. */
window.addEventListener("pageshow", () => {
  document.querySelectorAll("button:disabled").forEach((button) => { button.disabled = false; });
});
