/** The sheet that rises from the bottom of the phone with the items of a list message. */

import { byId, el } from "./dom.js";

const dialog = byId("sheet");
const phone = byId("phone");

byId("sheet-close").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
dialog.addEventListener("close", () => phone.classList.remove("dimmed"));
window.addEventListener("resize", place);

/** Show the items; a tap closes the sheet and hands the choice over. */
export function openSheet(message, onChoice) {
  const pick = (choice) => {
    dialog.close();
    onChoice(message, choice);
  };
  byId("sheet-title").textContent = message.list_label || "Choose";
  byId("sheet-items").replaceChildren(...message.choices.map((choice) => item(choice, pick)));
  phone.classList.add("dimmed");
  dialog.showModal();
  place();
  dialog.querySelector("li button").focus();
}

export const closeSheet = () => dialog.open && dialog.close();

function item(choice, pick) {
  const attributes = { type: "button", dir: "auto", "data-testid": "list-item", "data-choice-id": choice.id };
  const circle = el("i", { "aria-hidden": "true" });
  return el("li", {}, el("button", { ...attributes, on: { click: () => pick(choice) } }, choice.title, circle));
}

/** Lie exactly over the phone's lower edge. */
function place() {
  if (!dialog.open) return;
  const { left, bottom, width, height } = phone.getBoundingClientRect();
  const frame = phone.clientLeft;
  dialog.style.left = `${left + frame}px`;
  dialog.style.width = `${width - 2 * frame}px`;
  dialog.style.bottom = `${window.innerHeight - bottom + frame}px`;
  dialog.style.maxHeight = `${height * 0.75}px`;
}
