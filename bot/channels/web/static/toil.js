// Has the work of work.js done: by a worker, else by the page itself between two frames.

import { solve } from "./work.js";

const pause = () => new Promise((resolve) => setTimeout(resolve));

function byWorker(challenge, tell) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("work.js", import.meta.url), { type: "module" });
    worker.addEventListener("error", () => {
      worker.terminate();
      reject(new Error("no worker"));
    });
    worker.addEventListener("message", ({ data }) => {
      if (!data.proof) return tell(data.share);
      worker.terminate();
      resolve(data.proof);
    });
    worker.postMessage(challenge);
  });
}

/** The proof for `challenge`; `tell(share)` hears how far it is. */
export async function toil(challenge, tell) {
  try {
    return await byWorker(challenge, tell);
  } catch {
    return solve(challenge, tell, pause); // an old browser
  }
}
