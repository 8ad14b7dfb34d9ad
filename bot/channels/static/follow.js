// Messages that come later: one stream for as long as the page is open, mended when it breaks.

import { listen, post, session } from "./api.js";
import { hint, newest, showNews } from "./screen.js";

const LONGEST_PAUSE = 30_000; // ms between tries to reconnect

let started = false;
let stream = new AbortController();
let wake = () => {};
let failures = 0;

/** Look again at once: the session is another one, or the network is back. */
export function reconnect() {
  failures = 0;
  stream.abort();
  wake();
}

/** Do not wait for the next try to connect. */
export const hurry = () => wake();

/** Follow the session from now on; a second call changes nothing. */
export async function follow() {
  if (started) return;
  started = true;
  for (let again = false; ; again = true) {
    await followOnce(again);
    if (failures > 1 && navigator.onLine) hint("Đang nối lại với máy chủ…");
    await pause(Math.min(500 * 2 ** failures, LONGEST_PAUSE) * (0.5 + Math.random() / 2));
  }
}

async function followOnce(again) {
  const abort = new AbortController();
  stream = abort;
  try {
    if (again) await catchUp();
    await listen({ session: session.get(), after: newest() }, { onAlive, onReply: showNews, abort });
  } catch {
    failures += 1;
  }
}

function onAlive() {
  failures = 0;
  if (navigator.onLine) hint("");
}

/** Replies that came while the stream was broken, however long ago they were written. */
async function catchUp() {
  const { lines } = await post("api/history", { session: session.get() });
  lines.filter((line) => line.from === "bot").forEach(showNews);
}

function pause(milliseconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}
