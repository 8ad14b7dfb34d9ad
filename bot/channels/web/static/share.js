// Passing an answer on: the device's own way of sharing, else its address is copied.

import { hint } from "./screen.js";

const LONG_ENOUGH = 8_000; // ms to read a line

/** The page's address that opens with `entry`. */
function address(entry) {
  const url = new URL(location.pathname, location.origin);
  url.searchParams.set("start", `e_${entry}`);
  return url.href;
}

/** Pass on the answer that `button` stands under. */
export async function share(button) {
  const url = address(button.dataset.entry);
  const said = button.closest(".theirs").querySelector(".bubble p")?.textContent ?? "";
  try {
    if (navigator.share) await navigator.share({ title: document.title, text: said, url });
    else await copy(url);
  } catch (error) {
    if (error.name !== "AbortError") hint(`Bạn chép đường dẫn này gửi người thân: ${url}`);
  }
}

async function copy(url) {
  await navigator.clipboard.writeText(url);
  hint("Đã chép đường dẫn. Bạn dán vào Zalo, tin nhắn để gửi người thân.");
  setTimeout(() => hint(""), LONG_ENOUGH);
}
