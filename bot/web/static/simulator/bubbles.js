/** One message as it looks on the phone. */

import { time } from "./dates.js";
import { el, icon } from "./dom.js";
import { attachment, chip } from "./media.js";
import { menu } from "./menus.js";
import { hasFailed, receipt, sentence, tick } from "./ticks.js";

const FEW_EMOJI = /^(?:\p{Extended_Pictographic}[\p{Emoji_Modifier}\uFE0F]*\s*){1,3}$/u;

/** Return the bubble of a message that the server knows. */
export function bubble(message, actions) {
  const content = [...(message.media ?? []).map(attachment), words(message.text, actions.language)];
  const element = frame(message, message.direction, content, menu(message, actions));
  element.dataset.form = message.form ?? "none";
  element.dataset.messageIds = (message.message_ids ?? []).join(" ");
  updateBubble(element, message);
  return element;
}

/** Bring the tick up to date without touching the rest, so that focus and players survive. */
export function updateBubble(element, message) {
  const isOutbound = message.direction === "outbound";
  const status = isOutbound ? message.status : message.answered ? "answered" : "received";
  if (element.dataset.status === status) return;
  element.dataset.status = status;
  element.querySelector(".tick")?.remove();
  element.querySelector(".meta").append(isOutbound ? tick(status) : receipt(status));
  element.querySelector(".trouble")?.remove();
  if (isOutbound && hasFailed(status)) element.append(el("p", { class: "trouble" }, `${sentence(status)}. The person has not seen this.`));
}

/** Return the bubble of something on its way to the server; a failure offers what to do next. */
export function pendingBubble(item, { onRetry, onEdit, language }) {
  const { media, text, title } = item.content;
  const content = media ? [chip(media)] : [words(text ?? title, language)];
  const element = frame(item, "inbound", content, null);
  element.dataset.pending = item.state;
  element.querySelector(".meta").append(receipt(item.state));
  if (item.state === "failed") element.append(notSent(item, onRetry, onEdit));
  return element;
}

function frame({ id, at }, direction, content, below) {
  const speaker = el("span", { class: "sr-only" }, direction === "inbound" ? "You: " : "Acompaña: ");
  const meta = el("p", { class: "meta" }, el("time", { datetime: at }, time(at)));
  const body = el("div", { class: "body" }, speaker, el("div", { class: "bubble" }, ...content), meta);
  return el("li", { class: "message", "data-testid": "message", "data-id": id, "data-direction": direction }, body, below);
}

function words(text, lang) {
  if (!text) return null;
  const size = FEW_EMOJI.test(text.trim()) ? "text few-emoji" : "text";
  return el("p", { class: size, dir: "auto", lang, "data-testid": "text" }, text);
}

const notSent = (item, onRetry, onEdit) =>
  el(
    "div",
    { class: "trouble", role: "alert", "data-testid": "send-error" },
    el("span", {}, `Not sent. ${item.error}`),
    el("button", { type: "button", "data-testid": "retry", on: { click: () => onRetry(item.id) } }, icon("icon-retry"), "Try again"),
    el("button", { type: "button", "data-testid": item.content.text ? "edit" : "discard", on: { click: () => onEdit(item.id) } }, item.content.text ? "Edit" : "Discard"),
  );
