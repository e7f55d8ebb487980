/** What became of a message, as a small sign and a sentence. */

import { el, icon } from "./dom.js";

const OUTBOUND = {
  queued: ["tick-clock", "Waiting for its turn"],
  sending: ["tick-clock", "Being handed to the provider"],
  accepted: ["tick-one", "The provider has it"],
  sent: ["tick-one", "Sent"],
  delivered: ["tick-two", "Delivered to the phone"],
  read: ["tick-two", "Read"],
  undelivered: ["tick-failed", "Did not reach the phone"],
  failed: ["tick-failed", "Refused for good"],
  cancelled: ["tick-cancelled", "Withdrawn before it was sent"],
};

const INBOUND = {
  waiting: ["tick-clock", "Waiting"],
  sending: ["tick-clock", "Sending"],
  sent: ["tick-one", "Sent"],
  received: ["tick-two", "Received, not answered yet"],
  answered: ["tick-two", "Answered"],
  failed: ["tick-failed", "Not sent"],
};

const LEGEND = ["queued", "sent", "delivered", "read", "failed", "cancelled"];

/** Return the sign of an outbound message; its status is in data-status. */
export const tick = (status) => sign("tick", status, OUTBOUND[status]);

/** Return the sign of a message that the person wrote. */
export const receipt = (status) => sign("receipt", status, INBOUND[status]);

export const hasFailed = (status) => ["undelivered", "failed", "cancelled"].includes(status);
export const sentence = (status) => OUTBOUND[status]?.[1] ?? status;

export const legend = () => LEGEND.map((status) => el("li", {}, picture(status, OUTBOUND[status][0]), sentence(status)));

function sign(testId, status, [symbol, label] = ["tick-clock", status ?? "Unknown"]) {
  const element = picture(status, symbol);
  const named = { role: "img", "aria-label": label, title: label, "data-testid": testId };
  for (const [name, value] of Object.entries(named)) element.setAttribute(name, value);
  return element;
}

const picture = (status, symbol) => el("span", { class: "tick", "data-status": status ?? "unknown" }, icon(symbol));
