/** Things a newcomer can try, in the words of the person whose phone it is. */

import { el } from "./dom.js";

const WORDS = {
  es: {
    child: ["Hola", "¿Cómo va a ser el viaje?", "¿Voy a comer?", "¿Quién me va a recoger?", "tengo mucho miedo", "Quiero hablar con una persona"],
    caregiver: ["Hola", "¿Qué papeles necesito?", "¿A dónde voy ese día?", "llora mucho desde que llegó", "no ha vuelto a la casa", "Quiero hablar con una persona"],
    stop: "ALTO",
    start: "ALTA",
  },
  en: {
    child: ["Hi", "What will the trip be like?", "Will I eat?", "Who will pick me up?", "im really scared", "I want to talk to a person"],
    caregiver: ["Hi", "Which papers do I need?", "Where do I go that day?", "she keeps crying since she came home", "he has not come home", "I want to talk to a person"],
    stop: "STOP",
    start: "START",
  },
};

/** Return buttons that hand their words to `onPick`. */
export function suggestions(contact, isStopped, onPick, count = Infinity) {
  const words = WORDS[contact.language] ?? WORDS.es;
  const asRole = words[contact.role] ?? words.caregiver;
  const all = isStopped ? [words.start, ...asRole] : [...asRole.slice(0, count), words.stop].slice(0, count);
  const attributes = { type: "button", class: "suggestion", lang: contact.language, dir: "auto", "data-testid": "suggestion" };
  return all.map((text) => el("button", { ...attributes, on: { click: () => onPick(text) } }, text));
}
