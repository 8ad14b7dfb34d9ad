// Messages that come later: one stream for as long as the page is open, mended when it breaks. Where
// there is no room for so many streams, the page looks now and then, until there is.

import { Crowded, listen, post, session } from "./api.js";
import { hint, newest, showNews } from "./screen.js";

const LONGEST_PAUSE = 30_000; // ms between tries to reconnect
const LOOK = 15_000; // ms to the first look; each pause is half as long again as the one before
const LONGEST_LOOK = 60_000;

let started = false;
let stream = new AbortController();
let wake = () => {};
let failures = 0;
let looks = 0; // since there was no room for a stream
let mark = ""; // of the talk when it was last looked at

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
    await pause(nextPause() * (0.5 + Math.random() / 2));
  }
}

function nextPause() {
  if (looks && !failures) return Math.min(LOOK * 1.5 ** (looks - 1), LONGEST_LOOK);
  return Math.min(500 * 2 ** failures, LONGEST_PAUSE);
}

async function followOnce(again) {
  const abort = new AbortController();
  stream = abort;
  try {
    if (again && !await catchUp()) throw new Crowded();
    const from = { session: session.get(), after: newest(), patient: looks > 0 };
    await listen(from, { onAlive: onStream, onReply: showNews, abort });
  } catch (error) {
    if (error instanceof Crowded) looks += 1;
    else failures += 1;
  }
}

function onAlive() {
  failures = 0;
  if (navigator.onLine) hint("");
}

function onStream() {
  looks = 0;
  onAlive();
}

/** Show the replies that came meanwhile, however long ago they were written. Whether this page, if it
    was sent away to make room, may ask for a stream again. */
async function catchUp() {
  const talk = await post("api/history", { session: session.get(), known: mark });
  talk.lines.filter((line) => line.from === "bot").forEach(showNews);
  mark = talk.mark ?? "";
  onAlive();
  return talk.room || !looks;
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
