// What is said, as elements. Text gets in as text nodes only: nothing anyone writes becomes markup.

const TIME_ZONE = "Asia/Ho_Chi_Minh";
const SHORT = new Set(["menu", "officer", "help"]); // buttons that may share a line
const PAUSE = 30 * 60_000; // ms of silence after which a line says when it was
const LINK = /(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]}”’])|\b1[89]00[ .]?\d{4}\b|[Gg]ọi 11[345]\b(?!\/)/gu;
const STEP = /^(\d{1,2})\. +(.+)$/u;
const POINT = /^[•-] +(.+)$/u;
const FACT = /^(Nơi làm|Lệ phí|Thời gian|Mang theo)(:.*)$/u;

/** An element with a class, attributes and children (elements or text). */
export function element(tag, { className = "", ...attributes } = {}, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function anchor(href, ...children) {
  const outside = href.startsWith("tel:") ? {} : { target: "_blank", rel: "noopener noreferrer" };
  return element("a", { href, ...outside }, ...children);
}

/** `text` with web addresses and hotlines as links. */
function linked(text) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    const [all, url] = found;
    nodes.push(text.slice(from, found.index), anchor(url ?? `tel:${all.replace(/\D/g, "")}`, all));
    from = found.index + all.length;
  }
  return [...nodes, text.slice(from)];
}

/** One line: a step or a point goes into the list that stands last, anything else stands alone. */
function addLine(block, line) {
  const step = STEP.exec(line);
  const point = POINT.exec(line);
  if (!step && !point) {
    const last = block.lastChild;
    const fact = FACT.exec(line);
    const nodes = fact ? [element("strong", {}, fact[1]), ...linked(fact[2])] : linked(line);
    if (last?.tagName === "P") last.append("\n", ...nodes);
    else block.append(element("p", {}, ...nodes));
    return;
  }
  const tag = step ? "OL" : "UL";
  if (block.lastChild?.tagName !== tag) block.append(element(tag));
  const item = element("li", {}, ...linked(step ? step[2] : point[1]));
  if (step) item.value = Number(step[1]);
  block.lastChild.append(item);
}

/** The text of a message: paragraphs, steps and points, line breaks kept. */
function words(text) {
  const body = element("div", { className: "words" });
  for (const paragraph of text.split(/\n{2,}/)) {
    const block = element("div");
    for (const line of paragraph.split("\n")) addLine(block, line);
    body.append(block);
  }
  return body;
}

function links(reply) {
  const usable = (reply.links ?? []).filter((link) => /^(https?:\/\/|tel:)/.test(link.url));
  return usable.map((link) => {
    if (link.url.startsWith("tel:")) {
      const call = anchor(link.url, element("span", {}, link.label));
      call.className = "link";
      return call;
    }
    const host = new URL(link.url).hostname;
    const where = element("span", { className: "host" }, `${host} `, arrow());
    const node = anchor(link.url, element("span", {}, link.label), where);
    node.className = "link";
    return node;
  });
}

/** Files that come with a reply: a picture is shown, anything else can be kept. */
function files(reply) {
  return (reply.files ?? []).map(({ name, type, url, private: own, number, card }) => {
    if (card) {
      const picture = element("img", { className: "picture card", src: url, alt: "Ảnh câu trả lời", width: 288, height: 360 });
      return element("a", { href: url, target: "_blank", rel: "noopener" }, picture);
    }
    if (own) {
      const node = element("button", { type: "button", className: "link" }, element("span", {}, `Lưu vào máy: ${name}`));
      Object.assign(node.dataset, { file: number, row: reply.id, name });
      return node;
    }
    if (type.startsWith("image/")) {
      return element("img", { className: "picture", src: url, alt: `Mã QR: ${name}`, width: 180, height: 180 });
    }
    const node = element("a", { className: "link", href: url, download: name });
    node.append(element("span", {}, `Lưu vào máy: ${name}`));
    return node;
  });
}

/** Buttons that ask the device for something. */
function wishes(reply, wanted) {
  const able = (reply.wishes ?? []).filter(({ wish }) => wish === wanted);
  return able.map(({ label, wish, entry }) => {
    const node = element("button", { type: "button", className: "choice" }, element("span", {}, label));
    node.dataset.wish = wish;
    if (entry) node.dataset.entry = entry;
    return node;
  });
}

function arrow() {
  const hidden = element("span", { "aria-hidden": "true" }, "↗");
  return element("span", {}, hidden, element("span", { className: "unseen" }, "(mở trang khác)"));
}

const isVote = ({ data }) => data.startsWith("vote:");

function choice({ label, data }, number) {
  const vote = isVote({ data });
  const className = vote ? "vote" : SHORT.has(data) ? "choice short" : "choice";
  const node = element("button", { type: "button", className });
  node.dataset.tap = data;
  node.dataset.label = label;
  if (!vote) node.append(element("span", { className: "number" }, String(number)), " ");
  node.append(element("span", {}, label));
  return node;
}

function choices(reply) {
  const all = reply.buttons.map((button, index) => choice(button, index + 1));
  const votes = all.filter((_, index) => isVote(reply.buttons[index]));
  const others = all.filter((_, index) => !isVote(reply.buttons[index]));
  const groups = [];
  const place = navigator.geolocation ? wishes(reply, "location") : [];
  const first = [...place, ...others, ...wishes(reply, "share")];
  if (first.length) groups.push(element("div", { className: "choices" }, ...first));
  if (votes.length) {
    const label = "Câu trả lời này đúng ý bạn không?";
    groups.push(element("div", { className: "votes", role: "group", "aria-label": label }, ...votes));
  }
  return groups;
}

function bubble(reply) {
  const kind = reply.text.startsWith("⚠") ? "warning" : reply.kind;
  const parts = [words(reply.text), ...files(reply), ...links(reply)];
  if (reply.source) {
    parts.push(element("p", { className: "source" }, ...linked(`Nguồn: ${reply.source}`)));
  }
  return element("div", { className: `bubble ${kind}` }, ...parts);
}

/** A reply of the service as a list item. */
export function theirs(reply) {
  const who = element("span", { className: "unseen" }, "Trợ lý: ");
  const item = element("li", { className: "theirs" }, who, bubble(reply), ...choices(reply));
  item.dataset.id = reply.id;
  return item;
}

/** What the person wrote or tapped, as a list item. */
export function mine(text) {
  const who = element("span", { className: "unseen" }, "Bạn: ");
  const body = element("div", { className: "words" }, element("p", {}, text));
  return element("li", { className: "mine" }, who, element("div", { className: "bubble" }, body));
}

/** The sign that an answer is on its way. */
export function typing() {
  const dots = element("span", { className: "dots", "aria-hidden": "true" });
  dots.append(element("i"), element("i"), element("i"));
  const said = element("span", { className: "unseen" }, "Trợ lý đang trả lời…");
  return element("li", { className: "theirs typing" }, element("div", { className: "bubble" }, dots, said));
}

/** Why something did not work and, with `retry`, a button to do it again. */
export function failed(message, retry, label = "Gửi lại") {
  const box = element("div", { className: "failed", role: "alert" }, element("p", {}, message));
  if (retry) {
    const button = element("button", { type: "button", className: "retry" }, label);
    button.addEventListener("click", retry);
    box.append(button);
  }
  return box;
}

/** What a screen reader says of a reply. */
export function spoken(reply) {
  const labels = reply.buttons
    .map((button, index) => ({ ...button, number: index + 1 }))
    .filter((button) => !isVote(button))
    .map((button) => `${button.number}. ${button.label}`);
  const parts = [`Trợ lý: ${reply.text}`];
  if (reply.source) parts.push(`Nguồn: ${reply.source}`);
  if (labels.length) parts.push(`Các lựa chọn: ${labels.join("; ")}`);
  return parts.join("\n");
}

const SAME_DAY = new Intl.DateTimeFormat("vi-VN", { timeZone: TIME_ZONE, timeStyle: "short" });
const OTHER_DAY = new Intl.DateTimeFormat("vi-VN", {
  timeZone: TIME_ZONE, hour: "2-digit", minute: "2-digit", day: "2-digit", month: "2-digit",
});
const DAY = new Intl.DateTimeFormat("vi-VN", { timeZone: TIME_ZONE, dateStyle: "short" });

/** A line that says when it was, or null when the line before was said just before (`last`). */
export function moment(at, last) {
  if (last !== null && at - last < PAUSE) return null;
  const today = DAY.format(at) === DAY.format(Date.now());
  const text = today ? `Hôm nay, ${SAME_DAY.format(at)}` : OTHER_DAY.format(at);
  return element("li", { className: "moment" }, text);
}
