/** The people whose phone can be held, as cards. */

import { byId, el } from "./dom.js";
import { ageGroup, initials, nameOf, placeOf, roleOf, languageOf, toneOf } from "./portrait.js";

let revealed = null;
let drawn = null;
const list = byId("people-list");
const GROUPS = [["child", "Children"], ["caregiver", "Caregivers"], ["unknown", "Numbers that nobody enrolled"]];

let onPick = () => {};
export const whenPicked = (listener) => (onPick = listener);

/** Draw all cards, keeping the focus on the card that had it; a click is lost on a card that is drawn anew. */
export function drawPeople(contacts, chosenId) {
  const wanted = JSON.stringify([contacts, chosenId]);
  if (wanted === drawn) return;
  drawn = wanted;
  const focused = document.activeElement?.dataset?.contactId;
  const groups = GROUPS.map(([role, title]) => group(title, contacts.filter((contact) => contact.role === role), chosenId));
  list.replaceChildren(...groups.filter(Boolean));
  reveal(chosenId);
  if (focused) list.querySelector(`[data-contact-id="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

/** Bring a newly chosen card into view, once. */
function reveal(id) {
  if (id === revealed) return;
  revealed = id;
  list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}

export function showPeopleNotice(sentence) {
  drawn = null;
  list.replaceChildren(el("p", { class: "quiet", role: "status" }, sentence));
}

export const avatar = (contact) => el("span", { class: "avatar", "data-tone": toneOf(contact), "aria-hidden": "true" }, initials(contact));

function group(title, contacts, chosenId) {
  if (!contacts.length) return null;
  const id = `group-${contacts[0].role}`;
  return el("section", { "aria-labelledby": id }, el("h3", { id }, title), el("ul", {}, ...contacts.map((contact) => el("li", {}, card(contact, chosenId)))));
}

function card(contact, chosenId) {
  const isChosen = contact.id === chosenId;
  const attributes = { type: "button", class: "card", "data-testid": "contact-card", "data-contact-id": contact.id, "data-role": contact.role };
  return el(
    "button",
    { ...attributes, "aria-current": isChosen && "true", on: { click: () => onPick(contact.id) } },
    avatar(contact),
    el("span", { class: "who" }, el("strong", { dir: "auto" }, nameOf(contact)), ...facts(contact), note(contact), stopped(contact)),
  );
}

const note = (contact) => (contact.note ? el("span", { class: "note" }, contact.note) : null);

const facts = (contact) =>
  [`${ageGroup(contact) ?? roleOf(contact)} · ${languageOf(contact) ?? ""}`, placeOf(contact)].filter(Boolean).map((fact) => el("span", { class: "facts" }, fact));

function stopped(contact) {
  const channels = (contact.addresses ?? []).filter((address) => address.opted_out).map((address) => (address.channel === "sms" ? "SMS" : "WhatsApp"));
  return channels.length ? el("span", { class: "stopped" }, `Stopped on ${channels.join(" and ")}`) : null;
}
