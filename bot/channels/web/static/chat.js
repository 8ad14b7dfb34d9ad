// The chat page: sends what is typed or tapped, shows what comes back.

import { Failure, fetchFile, newId, pending, post, replacedElsewhere, session, talkOf, work } from "./api.js";
import { follow, hurry, reconnect } from "./follow.js";
import * as screen from "./screen.js";
import { share } from "./share.js";
import { element, failed, mine } from "./talk.js";

const NUMBER = /^(\d{1,2})[.)]*$/;
const ENDED =
  "Lâu rồi bạn không mở trang này nên cuộc trò chuyện cũ đã khép lại, để người khác dùng máy không đọc được. " +
  "Mình bắt đầu cuộc mới nhé. Lịch đã đặt vẫn còn: bấm “Lịch của tôi”, rồi “Đã đặt ở ứng dụng khác?”.";
const PAYLOAD = /^[A-Za-z0-9_-]{1,64}$/;

const at = (id) => document.getElementById(id);
const question = at("question");
const waiting = new Set(); // messages that have a retry button
let queue = Promise.resolve(); // messages go out one after the other

// --- sending -------------------------------------------------------------------------------------

function send(body, label) {
  const message = { id: newId(), body, line: screen.add(mine(label)) };
  pending.add(message);
  screen.reveal(message.line);
  deliver(message);
}

/** Send a message after those before it; what fails can be sent again under the same id. */
function deliver(message) {
  queue = queue.then(async () => {
    const removeSign = screen.showTyping();
    try {
      const body = { ...message.body, session: session.get(), id: message.id };
      const answer = await post("api/chat", body);
      removeSign();
      showAnswer(message, answer);
    } catch (error) {
      removeSign();
      offerRetry(message, error);
    }
  });
}

function showAnswer(message, answer) {
  pending.remove(message.id);
  remember(answer.session);
  if (answer.ended) sayEnded();
  screen.showAnswers(answer.replies, message.line);
  follow();
}

function remember(token) {
  const same = talkOf(token) === talkOf(session.get());
  session.set(token);
  if (!same) reconnect();
}

function sayEnded() {
  screen.add(element("li", { className: "notice" }, ENDED));
}

function offerRetry(message, error) {
  if (!(error instanceof Failure)) throw error;
  if (!error.again) pending.remove(message.id);
  else waiting.add(message);
  message.failed = failed(error.message, error.again && (() => retry(message)));
  message.line.append(message.failed);
  screen.reveal(message.line);
}

function retry(message) {
  if (!waiting.delete(message)) return;
  const focused = message.failed.contains(document.activeElement);
  message.failed.remove();
  screen.moveToEnd(message.line);
  if (focused) question.focus({ preventScroll: true });
  deliver(message);
}

/** Send what stands in the box; a button's number is a tap on it. */
function submit() {
  const text = question.value.trim();
  question.value = "";
  grow();
  question.focus({ preventScroll: true });
  if (!text) return;
  const number = NUMBER.exec(text);
  const choice = number && screen.choice(Number(number[1]));
  if (choice) send({ button: choice.data }, choice.label);
  else send({ text }, text);
}

// --- opening -------------------------------------------------------------------------------------

/** The deep link's payload, taken out of the address bar. */
function takePayload() {
  const given = new URLSearchParams(location.search);
  const asked = given.get("p") ?? given.get("start") ?? location.hash.slice(1);
  if (location.search || location.hash) history.replaceState(null, "", location.pathname);
  return PAYLOAD.test(asked) ? asked : "";
}

async function open(payload) {
  const removeSign = screen.showTyping();
  try {
    await restore();
    removeSign();
    if (payload || screen.isEmpty()) await start(payload);
    follow();
  } catch (error) {
    removeSign();
    offerReopening(payload, error);
  }
}

/** Send what a reload interrupted, then show the talk as the server has it. */
async function restore() {
  for (const { id, body } of pending.all()) await resend(id, body);
  const known = session.get();
  if (!known) return;
  const { session: token, lines, ended } = await post("api/history", { session: known });
  session.set(token); // perhaps written anew; "" when the server does not know it any more
  if (token) screen.showHistory(lines);
  else if (ended) sayEnded();
}

async function resend(id, body) {
  try {
    const answer = await post("api/chat", { ...body, session: session.get(), id });
    session.set(answer.session);
  } catch (error) {
    if (error.again) throw error;
  }
  pending.remove(id);
}

async function start(payload) {
  const button = payload ? `start:${payload}` : "start";
  const answer = await post("api/chat", { session: session.get(), button, id: newId() });
  session.set(answer.session);
  screen.showAnswers(answer.replies, null);
}

function offerReopening(payload, error) {
  if (!(error instanceof Failure)) throw error;
  const again = () => {
    waiting.clear(); // what was not sent is among the pending, and goes out first
    screen.clear();
    queue = queue.then(() => open(payload));
  };
  screen.add(element("li", {}, failed(error.message, again, "Thử lại")));
}

function forget() {
  session.set("");
  pending.clear();
  location.replace(location.pathname);
}

function askToForget() {
  const dialog = at("confirm");
  if (dialog.showModal) dialog.showModal();
  else if (window.confirm(at("confirm-text").textContent)) forget();
}

// --- wiring --------------------------------------------------------------------------------------

/** The box grows with the text; newer browsers do it themselves. */
function grow() {
  if (CSS.supports("field-sizing", "content")) return;
  question.style.height = "auto";
  question.style.height = `${question.scrollHeight + 2}px`;
}

function onKey(event) {
  const composing = event.isComposing || event.keyCode === 229; // a Vietnamese keyboard at work
  if (event.key !== "Enter" || event.shiftKey || composing) return;
  event.preventDefault();
  submit();
}

/** Ask the device where it is; nothing is sent unless the person allows it. */
function sendPlace() {
  const refused = () => screen.hint("Máy không cho biết vị trí. Bạn gõ tên phường, xã nhé.");
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    screen.hint("");
    const { latitude, longitude } = coords;
    send({ location: { latitude, longitude } }, "📍 Vị trí của tôi");
  }, refused, { timeout: 10_000, maximumAge: 300_000 });
}

/** Fetch a private file with the session, and hand it to the browser to be saved. */
async function save({ row, file, name }) {
  try {
    const url = URL.createObjectURL(await fetchFile(row, Number(file)));
    element("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    screen.hint("");
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    screen.hint(error.message);
  }
}

function onTap(event) {
  const file = event.target.closest("button[data-file]");
  if (file) return save(file.dataset);
  const wish = event.target.closest("button[data-wish]");
  if (wish) return wish.dataset.wish === "share" ? share(wish) : sendPlace();
  const button = event.target.closest("button[data-tap]");
  if (!button) return;
  const { tap, label } = button.dataset;
  send({ button: tap }, label ?? screen.labelOf(tap));
}

function onOnline() {
  screen.hint("");
  [...waiting].forEach(retry);
  reconnect();
}

function onOffline() {
  screen.hint("Đang mất mạng. Tin chưa gửi được sẽ tự gửi khi có mạng lại.");
}

/** The server wants a proof that this is no script; it takes a moment. */
function onWork(share) {
  if (share === null) screen.hint("");
  else screen.hint(`Đang kiểm tra đây không phải máy tự động… ${Math.round(share * 100)}%`);
}

let toldBusy = false;

function onBusy(busy) {
  if (busy) screen.hint("Máy chủ đang bận. Tin của bạn sẽ tự gửi lại, bạn không cần bấm gì.");
  else if (toldBusy) screen.hint("");
  toldBusy = busy;
}

/** Pictures and files cannot be sent from here: say so, in place of opening what was dropped. */
function refuseFiles(event) {
  const given = event.clipboardData ?? event.dataTransfer;
  if (!given?.files.length || given.getData("text/plain")) return;
  event.preventDefault();
  screen.hint("🔒 Mình không xem và không lưu ảnh hay tệp. Bạn gõ câu hỏi bằng chữ giúp mình nhé.");
}

function wire() {
  work.tell = onWork;
  work.busy = onBusy;
  screen.wireScreen();
  at("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  question.addEventListener("keydown", onKey);
  question.addEventListener("input", grow);
  document.addEventListener("click", onTap);
  document.addEventListener("paste", refuseFiles);
  document.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
  document.addEventListener("drop", refuseFiles);
  at("restart").addEventListener("click", askToForget);
  at("forget").addEventListener("click", forget);
  at("keep").addEventListener("click", () => at("confirm").close());
  window.addEventListener("online", onOnline);
  window.addEventListener("offline", onOffline);
  window.addEventListener("storage", (event) => replacedElsewhere(event) && location.reload());
  document.addEventListener("visibilitychange", () => document.hidden || hurry());
}

wire();
queue = open(takePayload());
