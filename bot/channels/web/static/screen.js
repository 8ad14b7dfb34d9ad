// The talk on the screen: what is shown, what can be tapped or numbered, and where it is scrolled.

import { element, mine, moment, spoken, theirs, typing } from "./talk.js";

const NEAR = 120; // px from the end at which somebody still counts as reading the newest

const GAP = 8; // px between the edge and a line scrolled to

const main = document.getElementById("main");
const talk = document.getElementById("talk");
const announcer = document.getElementById("announcer");
const hintLine = document.getElementById("hint");
const news = document.getElementById("news");
const title = document.title;

const seen = new Set(); // ids of the replies that are shown
const labels = new Map([["menu", "Danh mục"], ["officer", "Gặp cán bộ"]]); // by a button's data
let choices = []; // what a typed number stands for: the buttons shown last
let newestId = "";
let lastTime = null;
let unread = 0;

export const isEmpty = () => !seen.size;

/** The newest reply that is shown; ids grow with time. */
export const newest = () => newestId;

export const labelOf = (data) => labels.get(data);

/** The button that a typed number stands for, if it stands for one. */
export const choice = (number) => choices[number - 1];

/** Empty the screen, to show the talk anew. */
export function clear() {
  talk.replaceChildren();
  seen.clear();
  choices = [];
  newestId = "";
  lastTime = null;
}

export function hint(text) {
  if (hintLine.textContent !== text) hintLine.textContent = text;
}

// --- scrolling -----------------------------------------------------------------------------------

function scroller() {
  return getComputedStyle(main).overflowY === "auto" ? main : document.scrollingElement;
}

/** Where the visible part of the talk begins in the window. */
function edge(box) {
  return box === main ? main.getBoundingClientRect().top : 0;
}

export function atEnd() {
  const box = scroller();
  return box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
}

export function toEnd(behavior = "auto") {
  scroller().scrollTo({ top: scroller().scrollHeight, behavior });
}

/** Bring all from `first` to the end into view, or, where that is too long, its beginning. */
export function reveal(first, behavior = "auto") {
  if (!first?.isConnected) return;
  const box = scroller();
  const top = first.getBoundingClientRect().top;
  const fits = talk.getBoundingClientRect().bottom - top < box.clientHeight;
  if (fits) toEnd(behavior);
  else box.scrollTo({ top: box.scrollTop + top - edge(box) - GAP, behavior });
}

// --- showing -------------------------------------------------------------------------------------

/** Put a line at the end, under the time when some time has passed. */
export function add(item, time = Date.now()) {
  const line = moment(time, lastTime);
  if (line) talk.append(line);
  lastTime = time;
  talk.append(item);
  return item;
}

/** Move a line to the end: it is said again now. */
export const moveToEnd = (item) => talk.append(item);

/** Show the sign that an answer is on its way; returns what takes it away. */
export function showTyping() {
  const stay = !atEnd();
  const sign = typing();
  talk.append(sign);
  if (!stay) reveal(sign);
  return () => sign.remove();
}

/** Only the buttons shown last answer to numbers, so only they show them. */
function renumber(item, buttons) {
  for (const button of buttons) labels.set(button.data, button.label);
  if (!buttons.length) return;
  talk.querySelector(".numbered")?.classList.remove("numbered");
  item.classList.add("numbered");
  choices = buttons;
}

/** Show a reply, unless it is shown already; returns its item or null. */
function show(reply, time) {
  if (seen.has(reply.id)) return null;
  seen.add(reply.id);
  if (reply.id > newestId) newestId = reply.id;
  const item = add(theirs(reply), time);
  renumber(item, reply.buttons);
  return item;
}

/** Have a screen reader say `replies`; the list itself is not live, so that nothing else is. */
function announce(replies) {
  announcer.replaceChildren(...replies.map((reply) => element("p", {}, spoken(reply))));
}

/** Show what came in answer to `line`, or with nothing asked. */
export function showAnswers(replies, line) {
  const items = replies.map((reply) => show(reply));
  announce(replies.filter((_, index) => items[index]));
  reveal(line ?? items.find(Boolean));
}

/** Show a reply that nobody here has just asked for. */
export function showNews(reply) {
  const stay = !atEnd();
  const item = show(reply);
  if (!item) return;
  announce([reply]);
  if (stay) news.hidden = false;
  else reveal(item);
  if (document.hidden) document.title = `(${++unread}) ${title}`;
}

/** What the person did; a tap is stored as the button's data. Null: nothing to be shown. */
function ownLine(line) {
  if (line.kind === "text") return mine(line.text);
  if (line.kind === "button") return mine(labels.get(line.text) ?? "Đã bấm một nút");
  return null;
}

/** Show the talk so far, silently, from the last thing the person said on. */
export function showHistory(lines) {
  let lastOwn = null;
  for (const line of lines) {
    const time = Date.parse(line.at);
    const own = line.from === "me" && ownLine(line);
    if (own) lastOwn = add(own, time);
    else if (line.from === "bot") show(line, time);
  }
  reveal(lastOwn ?? talk.firstElementChild, "instant");
}

function onVisible() {
  if (document.hidden) return;
  unread = 0;
  document.title = title;
}

/** Keep the page as high as what the on-screen keyboard leaves of the window (iOS). */
function fitKeyboard() {
  const view = window.visualViewport;
  if (view.scale > 1) return;
  const stay = atEnd();
  document.documentElement.style.setProperty("--height", `${view.height}px`);
  if (stay) toEnd("instant");
}

export function wireScreen() {
  news.addEventListener("click", () => toEnd());
  document.addEventListener("scroll", () => { news.hidden ||= atEnd(); }, true);
  document.addEventListener("visibilitychange", onVisible);
  window.visualViewport?.addEventListener("resize", fitKeyboard);
}
