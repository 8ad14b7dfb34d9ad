// What the page keeps on this device, and how it talks to the service.

const SESSION = "vneid.session";
const PENDING = "vneid.pending";
const PATIENCE = 30_000; // ms that an answer may take: a locked database is waited for in the service, too
const ROUNDS = 3; // of work for one message: others may have taken places meanwhile, so that it takes more
const TRIES = 6; // of what the service was too busy for, until the person is asked
const SILENCE = 45_000; // ms without a sign of life, after which the stream counts as dead

const UNREACHABLE = "Chưa gửi được: không nối được với máy chủ.";

/** A request that did not work; `again` says whether sending the same thing again can help. */
export class Failure extends Error {
  constructor(message, again) {
    super(message);
    this.again = again;
  }
}

/** The server has no room for one more stream: look now and then instead. */
export class Crowded extends Error {}

/** A named value in a browser's storage, or in memory where the browser keeps none. */
class Kept {
  constructor(storage, name) {
    this.name = name;
    this.value = "";
    try {
      this.storage = window[storage];
      this.value = this.storage.getItem(name) ?? "";
    } catch {
      this.storage = null;
    }
  }

  get() {
    return this.value;
  }

  set(value) {
    this.value = value;
    try {
      if (value) this.storage?.setItem(this.name, value);
      else this.storage?.removeItem(this.name);
    } catch {
      // The storage is full or closed to us: memory has it until the page is left.
    }
  }
}

/** The secret the server issued; whoever has it sees the talk. */
export const session = new Kept("localStorage", SESSION);

/** Which talk a token is of: it is written anew now and then, and stays the same up to the first dot. */
export const talkOf = (token) => token.split(".")[0];

/** Whether a storage event of another tab says that the talk there is another one now; a new token of
    the same talk is taken over. */
export function replacedElsewhere(event) {
  if (event.key !== SESSION && event.key !== null) return false;
  const token = event.newValue ?? "";
  const same = talkOf(token) === talkOf(session.get());
  if (same) session.value = token;
  return !same;
}

const store = new Kept("sessionStorage", PENDING);

/** Messages not answered yet, so that a reload in between loses none: this tab only. */
export const pending = {
  all() {
    try {
      return JSON.parse(store.get() || "[]");
    } catch {
      return [];
    }
  },
  add({ id, body }) {
    store.set(JSON.stringify([...this.all().filter((item) => item.id !== id), { id, body }]));
  },
  remove(id) {
    store.set(JSON.stringify(this.all().filter((item) => item.id !== id)));
  },
  clear() {
    store.set("");
  },
};

/** An id for a message: the server answers the same id once, however often it is sent. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function request(path, body, signal) {
  return fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    cache: "no-store",
    signal,
  });
}

/** Whoever wants to hear that the browser is at work, and how far it is (0 to 1; null: done); and that
    it waits for a server that is busy. */
export const work = { tell: () => {}, busy: () => {} };

/** The answer to `body`; throws a `Failure`. While the server is busy the same is sent again: it says
    that it has written nothing, and would know the id if it had. */
export async function post(path, body) {
  try {
    for (let tries = 1; ; tries += 1) {
      const answer = await exchangeWithWork(path, body);
      const pause = answer.status === 503 && answer.data.retry_after;
      if (!pause || tries === TRIES) return usable(answer);
      work.busy(true);
      await new Promise((resolve) => { setTimeout(resolve, pause * 1000 * (0.8 + Math.random() * 0.4)); });
    }
  } finally {
    work.busy(false);
  }
}

/** Where the server wants work first, it is done. */
async function exchangeWithWork(path, body) {
  let answer = await exchange(path, body);
  try {
    for (let round = 0; answer.status === 429 && answer.data.challenge && round < ROUNDS; round += 1) {
      const { toil } = await import("./toil.js");
      const proof = await toil(answer.data.challenge, work.tell);
      answer = await exchange(path, { ...body, proof });
    }
    return answer;
  } finally {
    work.tell(null);
  }
}

async function exchange(path, body) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE);
  let response;
  let data;
  try {
    response = await request(path, body, abort.signal);
    data = await response.json();
  } catch {
    throw new Failure(UNREACHABLE, true);
  } finally {
    clearTimeout(timer);
  }
  return { status: response.status, data };
}

function usable({ status, data }) {
  if (status < 400) return data;
  throw new Failure(data.error ?? UNREACHABLE, status >= 500 || status === 429 || status === 408);
}

/** A private file of the reply `id`, for whoever has the session; throws a `Failure`. */
export async function fetchFile(id, number) {
  let response;
  try {
    response = await request("api/file", { session: session.get(), id, number });
    if (response.ok) return await response.blob();
  } catch {
    throw new Failure(UNREACHABLE, true);
  }
  throw new Failure("Tệp này không còn nữa. Bạn gõ “dữ liệu của tôi” để lấy tệp mới nhé.", false);
}

/** Read the stream of later messages until it ends or `abort` fires; throws when it breaks, and
    `Crowded` when others need the place. */
export async function listen(body, { onAlive, onReply, abort }) {
  const watchdog = { timer: setTimeout(() => abort.abort(), SILENCE) };
  try {
    const response = await request("api/events", body, abort.signal);
    if (response.status === 429) throw new Crowded();
    if (!response.ok) throw new Failure(UNREACHABLE, true);
    for await (const chunk of pieces(response.body)) {
      clearTimeout(watchdog.timer);
      watchdog.timer = setTimeout(() => abort.abort(), SILENCE);
      onAlive();
      if (chunk === "event: poll") throw new Crowded();
      const reply = parse(chunk);
      if (reply) onReply(reply);
    }
  } finally {
    clearTimeout(watchdog.timer);
  }
}

/** The events of a stream, as text. */
async function* pieces(stream) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + decoder.decode(value, { stream: true })).split("\n\n");
    rest = parts.pop();
    yield* parts;
  }
}

function parse(event) {
  const data = event.split("\n").filter((line) => line.startsWith("data: "));
  return data.length ? JSON.parse(data.map((line) => line.slice(6)).join("\n")) : null;
}
