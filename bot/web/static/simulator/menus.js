/** The choices under a WhatsApp bubble; on SMS the numbered menu is already in the words. */

import { el, icon } from "./dom.js";

/** Return the choices of a message, or null when it has none to tap. */
export function menu(message, { onChoice, onList }) {
  if (!message.choices?.length) return null;
  const make = { buttons: quickReplies, list: listButton }[message.form];
  return make ? el("div", { class: "choices" }, ...make(message, onChoice, onList)) : null;
}

const quickReplies = (message, onChoice) => message.choices.map((choice) => quickReply(choice, () => onChoice(message, choice)));

const quickReply = ({ id, title }, click) =>
  el("button", { type: "button", class: "choice", dir: "auto", "data-testid": "choice", "data-choice-id": id, on: { click } }, icon("icon-reply"), el("span", {}, title));

const listButton = (message, _, onList) => [
  el(
    "button",
    { type: "button", class: "choice", dir: "auto", "aria-haspopup": "dialog", "data-testid": "list-open", on: { click: () => onList(message) } },
    icon("icon-list"),
    el("span", {}, message.list_label || "Choose"),
  ),
];
