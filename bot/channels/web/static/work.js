// Finds the number that the server asks for when very many talks are begun from one network. Runs as a
// worker, so that the page stays quick; where there are no workers, in slices on the page.

const K = new Uint32Array(64);
const START = new Uint32Array(8);

/** The constants of SHA-256: first bits of the roots of the first primes. */
function prepare() {
  const bits = (root) => Math.floor((root - Math.floor(root)) * 2 ** 32);
  for (let number = 2, found = 0; found < 64; number += 1) {
    let prime = true;
    for (let d = 2; d * d <= number; d += 1) if (number % d === 0) prime = false;
    if (!prime) continue;
    if (found < 8) START[found] = bits(Math.sqrt(number));
    K[found] = bits(Math.cbrt(number));
    found += 1;
  }
}
prepare();

const turn = (x, n) => (x >>> n) | (x << (32 - n));
const W = new Uint32Array(64);

/** Mix one block of 64 bytes at `at` into `state`. */
function mix(state, bytes, at) {
  for (let i = 0; i < 16; i += 1) {
    const j = at + i * 4;
    W[i] = (bytes[j] << 24) | (bytes[j + 1] << 16) | (bytes[j + 2] << 8) | bytes[j + 3];
  }
  for (let i = 16; i < 64; i += 1) {
    const x = W[i - 15];
    const y = W[i - 2];
    const s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
    const s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
    W[i] = W[i - 16] + s0 + W[i - 7] + s1;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i += 1) {
    const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0;
    d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  state[0] += a; state[1] += b; state[2] += c; state[3] += d;
  state[4] += e; state[5] += f; state[6] += g; state[7] += h;
}

/** The SHA-256 of an ASCII text, as eight numbers. */
export function sha256(text) {
  const size = Math.ceil((text.length + 9) / 64) * 64;
  const bytes = new Uint8Array(size);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  bytes[text.length] = 0x80;
  new DataView(bytes.buffer).setUint32(size - 4, text.length * 8);
  const state = START.slice();
  for (let at = 0; at < size; at += 64) mix(state, bytes, at);
  return state;
}

/** With how many zero bits a hash begins, 32 at most. */
const zeros = (hash) => (hash[0] ? Math.clz32(hash[0]) : 32);

/** Look through `count` numbers from `from` on; the proof, or null. */
export function search(challenge, from, count) {
  const bits = Number(challenge.split(".", 1)[0]);
  for (let n = from; n < from + count; n += 1) {
    const text = `${challenge}:${n}`;
    if (zeros(sha256(text)) >= bits) return text;
  }
  return null;
}

const SLICE = 2000;

/** Find the proof; `tell(share)` hears how far it is (a guess, as luck decides). */
export async function solve(challenge, tell, rest) {
  const expected = 2 ** Number(challenge.split(".", 1)[0]);
  for (let from = 0; ; from += SLICE) {
    const proof = search(challenge, from, SLICE);
    if (proof) return proof;
    tell(1 - Math.exp(-from / expected));
    await rest();
  }
}

if (typeof WorkerGlobalScope !== "undefined" && self instanceof WorkerGlobalScope) {
  self.addEventListener("message", async ({ data }) => {
    const proof = await solve(data, (share) => self.postMessage({ share }), () => null);
    self.postMessage({ proof });
  });
}
