// Small helps; every page works without them.

/** A form that is sent shows it, and cannot be sent twice by a second tap. */
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.defaultPrevented || !button || event.target.target) return;
  requestAnimationFrame(() => { button.disabled = true; });
});

/** A page kept by "back" has its buttons again. */
window.addEventListener("pageshow", () => {
  document.querySelectorAll("button:disabled").forEach((button) => { button.disabled = false; });
});
