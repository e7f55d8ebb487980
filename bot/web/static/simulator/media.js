/** Pictures and voice notes inside a bubble; nothing is fetched from another origin. */

import { el, icon } from "./dom.js";

const KINDS = {
  image: ["icon-picture", "Picture"],
  audio: ["icon-voice", "Voice note"],
  voice: ["icon-voice", "Voice note"],
};

/** Return how one attachment looks; what cannot be shown is named. */
export function attachment({ url, content_type: type = "" }) {
  const kind = type.split("/")[0];
  const shown = isOurs(url) && players[kind]?.(url);
  if (!shown) return chip(kind);
  shown.addEventListener("error", () => shown.replaceWith(chip(kind)));
  return shown;
}

export function chip(kind) {
  const [symbol, name] = KINDS[kind] ?? ["icon-file", "Attachment"];
  return el("span", { class: "attachment", "data-testid": "attachment", "data-kind": kind }, icon(symbol), name);
}

const players = {
  image: (src) => el("img", { src, alt: "Picture", class: "picture", "data-testid": "attachment", "data-kind": "image" }),
  audio: (src) => el("audio", { src, controls: true, preload: "metadata", "aria-label": "Voice note", "data-testid": "attachment", "data-kind": "audio" }),
};

function isOurs(url) {
  try {
    return new URL(url, window.location.href).origin === window.location.origin;
  } catch {
    return false;
  }
}
