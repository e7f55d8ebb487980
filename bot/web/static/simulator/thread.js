/** The list of messages: days, bubbles, and a scroll that stays at the end unless the reader left it. */

import { bubble, pendingBubble, updateBubble } from "./bubbles.js";
import { day, dayKey } from "./dates.js";
import { byId, el } from "./dom.js";

const list = byId("messages");
const scroller = byId("scroller");
const jump = byId("jump");
const NEAR_PX = 60;

let drawn = new Map();
let isFresh = true;
let isAtEnd = true;
let lastTop = 0;
let unseen = 0;

scroller.addEventListener("scroll", noticePosition, { passive: true });
jump.addEventListener("click", toEnd);
new ResizeObserver(() => isAtEnd && toEnd()).observe(scroller);
new ResizeObserver(() => isAtEnd && toEnd()).observe(list);

/** Forget the last conversation. */
export function clearThread() {
  drawn = new Map();
  list.replaceChildren();
  isFresh = isAtEnd = true;
  lastTop = 0;
  seeAll();
}

/** Draw what the server knows and what is on its way; only what changed is touched. */
export function drawThread({ messages, pending, isLoaded }, actions) {
  const rows = [...withDays(messages, actions), ...pending.map((item) => pendingRow(item, actions))];
  const arrivals = rows.filter((row) => row.isNews && !drawn.has(row.key));
  const next = new Map(rows.map((row) => [row.key, element(row)]));
  place([...next.values()]);
  drawn = next;
  joinNeighbours();
  if (!isFresh) arrivals.forEach((row) => next.get(row.key).classList.add("arriving"));
  isFresh &&= !isLoaded;
  if (isAtEnd) return toEnd();
  unseen += arrivals.length;
  showJump();
}

export function toEnd() {
  scroller.scrollTop = scroller.scrollHeight;
  isAtEnd = true;
  seeAll();
}

function withDays(messages, actions) {
  const last = messages.findLast((message) => message.direction === "outbound");
  return messages.flatMap((message, index) => {
    const row = messageRow(message, actions, message === last);
    const isNewDay = dayKey(message.at) !== dayKey(messages[index - 1]?.at) && dayKey(message.at);
    return isNewDay ? [dayRow(message.at), row] : [row];
  });
}

const dayRow = (at) => ({ key: `day ${dayKey(at)}`, make: () => el("li", { class: "day", "data-testid": "day" }, el("span", {}, day(at))) });

const messageRow = (message, actions, isLatest) => ({
  key: `message ${message.id} ${message.text} ${message.form} ${message.media?.length ?? 0}`,
  isNews: message.direction === "outbound",
  make: () => bubble(message, actions),
  update(node) {
    updateBubble(node, message);
    node.toggleAttribute("data-latest", isLatest);
  },
});

const pendingRow = (item, actions) => ({
  key: `pending ${item.id} ${item.state}`,
  isNews: item.state === "waiting",
  make: () => pendingBubble(item, actions),
});

function element(row) {
  const node = drawn.get(row.key) ?? row.make();
  row.update?.(node);
  return node;
}

/** Put the nodes in order, moving none that already stands right. */
function place(nodes) {
  const wanted = new Set(nodes);
  for (const node of [...list.children]) if (!wanted.has(node)) node.remove();
  nodes.forEach((node, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
}

/** A message begins a group when another side, or a new day, stands before it. */
function joinNeighbours() {
  for (const node of list.children) {
    const before = node.previousElementSibling?.dataset.direction;
    node.toggleAttribute("data-begins", node.dataset.direction !== before);
  }
}

/** Only a reader scrolls upwards; a picture that loads late merely makes the end move away. */
function noticePosition() {
  const isNear = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_PX;
  const hasLeft = !isNear && scroller.scrollTop < lastTop;
  lastTop = scroller.scrollTop;
  if (isNear) seeAll();
  if (hasLeft) showJump();
  isAtEnd = isNear || (isAtEnd && !hasLeft);
}

function seeAll() {
  unseen = 0;
  jump.hidden = true;
}

function showJump() {
  jump.hidden = false;
  jump.lastElementChild.textContent = unseen ? `${unseen} new` : "Latest";
}
