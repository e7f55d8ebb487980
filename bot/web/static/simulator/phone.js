/** The phone around the messages: whose it is, which channel, what is going on. */

import { time } from "./dates.js";
import { byId, el, icon } from "./dom.js";
import { avatar } from "./people.js";
import { addressOn, ageGroup, nameOf, roleOf } from "./portrait.js";
import { suggestions } from "./suggestions.js";

const phone = byId("phone");
const notice = byId("notice");
const START = { es: "ALTA", en: "START" };

/** Draw everything but the messages. */
export function drawPhone(view, actions) {
  const { contact, channel } = view;
  Object.assign(phone.dataset, { channel, contact: contact?.id ?? "", state: stateOf(view) });
  byId("typing").hidden = !view.typing;
  byId("phone-line").textContent = line(view);
  byId("holder").replaceChildren(...holder(contact));
  drawSwitch(contact, channel);
  drawNotice(view);
  drawWelcome(view, actions);
}

export function whenSwitched(listener) {
  for (const button of switches()) button.addEventListener("click", () => listener(button.dataset.channel));
}

const switches = () => document.querySelectorAll(".switch [data-channel]");

function stateOf({ contact, isLoaded, isEmpty }) {
  if (!contact) return "empty";
  if (!isLoaded) return "loading";
  return isEmpty ? "silent" : "ready";
}

function line({ contact, channel, typing }) {
  if (!contact) return "Nobody holds this phone yet";
  if (typing && channel === "whatsapp") return "typing…";
  return addressOn(contact, channel)?.number ? `Your number: ${addressOn(contact, channel).number}` : "";
}

function holder(contact) {
  if (!contact) return ["Choose a person"];
  const name = el("strong", { dir: "auto" }, nameOf(contact));
  const role = el("span", { class: "sr-only" }, `, ${ageGroup(contact) ?? roleOf(contact)}`);
  return [avatar(contact), el("span", {}, el("small", {}, "You are"), name, role)];
}

function drawSwitch(contact, channel) {
  for (const button of switches()) {
    const isMissing = Boolean(contact) && !addressOn(contact, button.dataset.channel);
    button.setAttribute("aria-pressed", String(button.dataset.channel === channel));
    button.disabled = isMissing;
    button.title = isMissing ? "This person has no number on this channel" : "";
  }
}

/** One line between header and messages: trouble first, then an opt-out. */
function drawNotice({ contact, channel, trouble }) {
  const word = START[contact?.language] ?? START.es;
  const stopped = addressOn(contact, channel)?.opted_out && `This person asked us to stop on this channel. ${word} starts it again.`;
  const sentence = trouble || stopped || "";
  notice.dataset.kind = trouble ? "trouble" : "stopped";
  if (notice.textContent !== sentence) notice.textContent = sentence;
  notice.hidden = !sentence;
}

let welcomed = null;

function drawWelcome(view, actions) {
  const wanted = `${stateOf(view)} ${view.contact?.id}`;
  if (wanted === welcomed) return;
  welcomed = wanted;
  byId("welcome").replaceChildren(...(WELCOMES[stateOf(view)]?.(view, actions) ?? []));
}

const WELCOMES = {
  empty: (_, { onChoosePerson }) => [
    el("span", { class: "assistant big", "aria-hidden": "true" }, icon("icon-companions")),
    el("h3", {}, "Whose phone will you hold?"),
    el("p", {}, "Write as a child or a caregiver would, with spelling mistakes, emoji and all, and see how the assistant answers."),
    el("button", { type: "button", class: "primary choose", on: { click: onChoosePerson } }, "Choose a person"),
  ],
  loading: () => [el("p", { class: "loading" }, "Fetching the messages …")],
  silent: ({ contact }, { onSuggestion }) => [
    el("h3", {}, "No messages yet"),
    el("p", {}, "Write something, or start with one of these."),
    el("div", { class: "starters" }, ...suggestions(contact, false, onSuggestion, 4)),
  ],
};

const tellTime = () => (byId("clock").textContent = time(new Date().toISOString()));
tellTime();
setInterval(tellTime, 10000);
