// A list (#live) that keeps itself up to date.

const RETRY = 5000; // ms
const live = document.getElementById("live");
const said = document.getElementById("said");

/** The same page again, as somebody would get it now; a search is sent as it was sent. */
async function fetchPage() {
  const headers = { "X-Background": "1" };
  if (!live.dataset.query) return fetch(location.href, { headers });
  const form = document.querySelector("form.search");
  const body = new URLSearchParams(new FormData(form));
  body.set("q", live.dataset.query); // not what is being typed
  return fetch(form.action, { method: "POST", headers, body });
}

/** Put the new list in place of the old one; the focus stays on the same control. */
function replace(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.getElementById("live");
  if (!fresh) return;
  document.title = page.title;
  const path = pathOf(document.activeElement);
  live.replaceChildren(...fresh.childNodes);
  if (path) live.querySelector(path)?.focus({ preventScroll: true });
}

/** How to find a control of the list again: its row, and what it would send. */
function pathOf(node) {
  if (!live.contains(node)) return "";
  const row = node.closest("[id^=v-]");
  if (row && node.name) return `#${row.id} [name="${node.name}"][value="${node.value}"]`;
  if (node.form) return `form[action="${node.form.getAttribute("action")}"] button`;
  return node.getAttribute("href") ? `[href="${node.getAttribute("href")}"]` : "";
}

/** A form of the list that is being sent must not vanish under the finger. */
let sending = false;
live?.addEventListener("submit", () => { sending = true; });
addEventListener("pageshow", () => { sending = false; });

async function refresh() {
  try {
    const answer = await fetchPage();
    if (answer.redirected && new URL(answer.url).pathname !== location.pathname) return lost();
    if (answer.status >= 500) setTimeout(refresh, RETRY);
    if (answer.ok && !sending) replace(await answer.text());
  } catch {
    setTimeout(refresh, RETRY);
  }
}

function lost() {
  const note = document.createElement("p");
  note.className = "fault stale";
  note.setAttribute("role", "alert");
  note.textContent = "Danh sách không còn tự cập nhật. Tải lại trang để xem mới nhất.";
  said.replaceChildren(note);
}

let known = live?.dataset.signature;
let events = null;

/** Only while somebody looks, for a browser has six connections to a host for all its tabs; or always,
    where the tab's own title tells that somebody waits. */
function listen() {
  events?.close();
  events = document.hidden && !live.dataset.always ? null : new EventSource(live.dataset.events);
  events?.addEventListener("list", (event) => {
    if (known !== event.data) refresh();
    known = event.data;
  });
  events?.addEventListener("error", ({ target }) => {
    if (target.readyState === EventSource.CLOSED) lost();
  });
}

if (live) {
  listen();
  document.addEventListener("visibilitychange", listen);
}
