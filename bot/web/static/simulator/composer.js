/** The message box: Enter sends, Shift+Enter starts a line, and a draft outlives a change of person. */

import { byId, el } from "./dom.js";
import { load, save } from "./keep.js";
import { closeTrays, tray } from "./trays.js";

const EMOJI = {
  "👍": "Thumbs up", "👎": "Thumbs down", "😀": "Happy", "😢": "Sad", "😨": "Afraid", "😡": "Angry",
  "❤️": "Heart", "🙏": "Thank you", "🏠": "Home", "✈️": "Plane", "🤒": "Ill", "❓": "Question",
};

const box = byId("message-input");
const form = byId("composer");
const draftName = (key) => `simulator.draft.${key}`;
let current = null;
let handlers = {};

export const whenSent = (listeners) => (handlers = listeners);

/** Swap the draft in the box for the draft of another conversation. */
export function openComposer(key) {
  current = key;
  form.toggleAttribute("inert", !key);
  box.value = key ? load(draftName(key), "") : "";
  closeTrays();
  changed();
}

/** Add words to the box without losing those already there. */
export function putInBox(words) {
  const between = box.value.trim() && !box.value.endsWith("\n") ? "\n" : "";
  box.value += between + words;
  changed();
  box.focus();
}

export const focusBox = () => box.focus({ preventScroll: true });

function changed() {
  form.dataset.blank = !box.value.trim();
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 2}px`;
  if (current) save(draftName(current), box.value);
}

function submit(event) {
  event?.preventDefault();
  const text = box.value.trim();
  if (!text || !current) return;
  box.value = "";
  changed();
  handlers.onText(text);
  closeTrays();
  focusBox();
}

function insert(emoji) {
  box.setRangeText(emoji, box.selectionStart, box.selectionEnd, "end");
  changed();
}

form.addEventListener("submit", submit);
box.addEventListener("input", changed);
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
});

function emojiButton([emoji, label]) {
  const named = { type: "button", "aria-label": label, title: label, "data-testid": "emoji-item" };
  return el("button", { ...named, on: { click: () => insert(emoji) } }, emoji);
}

byId("emoji-tray").append(...Object.entries(EMOJI).map(emojiButton));
tray(byId("emoji"), byId("emoji-tray"));
tray(byId("attach"), byId("attach-tray"));
byId("attach-tray").addEventListener("click", ({ target }) => {
  const media = target.closest("[data-media]")?.dataset.media;
  if (!media) return;
  closeTrays();
  handlers.onMedia(media);
  focusBox();
});
