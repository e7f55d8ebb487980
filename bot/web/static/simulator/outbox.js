/** What the person sent and the server does not show yet: in order, one at a time, nothing lost. */

import * as api from "./api.js";
import { load, save } from "./keep.js";

const NAME = "simulator.outbox";
const UNSURE = "The page was closed before an answer came.";

export class Outbox {
  /** `onChange` redraws; `onSent` looks for the message on the server. */
  constructor({ onChange, onSent }) {
    Object.assign(this, { onChange, onSent, busy: new Set(), claimed: new Set() });
    this.items = load(NAME, []).map(asLeft);
  }

  of = (key) => this.items.filter((item) => item.key === key);

  add(key, address, content) {
    const item = { id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, key, address, content };
    this.items.push({ ...item, at: new Date().toISOString(), state: "waiting" });
    this.#changed();
  }

  retry(id) {
    this.#set(id, { state: "waiting", error: null });
  }

  /** Take an item out and return it, so that its words can go back into the message box. */
  remove(id) {
    const item = this.items.find((each) => each.id === id);
    this.items = this.items.filter((each) => each.id !== id);
    this.#changed();
    return item;
  }

  /** Say whether an answer to this message is already on its way: a second tap is not a second answer. */
  isAnswering = (messageId) => this.items.some((item) => item.content.in_reply_to === messageId && item.state !== "failed");

  /** Send all that waits in a conversation whose inbound message ids are known. */
  async flush(key, knownIds) {
    if (this.busy.has(key)) return;
    this.busy.add(key);
    const next = () => this.of(key).find((item) => item.state === "waiting");
    for (let item = next(); item; item = next()) await this.#send(item, knownIds);
    this.busy.delete(key);
  }

  async #send(item, knownIds) {
    this.#set(item.id, { state: "sending", knownIds });
    try {
      await api.send(item.address, item.content);
      this.#set(item.id, { state: "sent" });
      this.onSent();
    } catch (error) {
      this.#set(item.id, { state: "failed", error: error.message });
    }
  }

  /** Drop the items that the server now shows. */
  settle(key, messages) {
    const inbound = messages.filter((message) => message.direction === "inbound");
    const sentFirst = this.of(key).sort((a, b) => (b.state === "sent") - (a.state === "sent"));
    const settled = sentFirst.filter((item) => {
      const match = matching(item, inbound.filter((message) => !this.claimed.has(message.id)));
      if (match) this.claimed.add(match.id);
      return match;
    });
    if (!settled.length) return;
    this.items = this.items.filter((item) => !settled.includes(item));
    save(NAME, this.items);
  }

  #set(id, change) {
    this.items = this.items.map((item) => (item.id === id ? { ...item, ...change } : item));
    this.#changed();
  }

  #changed() {
    save(NAME, this.items);
    this.onChange();
  }
}

/** Return the server's copy: the same words, or, once accepted, the oldest that was not there before. */
function matching(item, inbound) {
  if (!item.knownIds) return undefined;
  const fresh = inbound.filter((message) => !item.knownIds.includes(message.id));
  return fresh.find((message) => isSame(item.content, message)) ?? (item.state === "sent" ? fresh[0] : undefined);
}

function isSame(content, message) {
  if (content.media) return Boolean(message.media?.length);
  return (message.text ?? "").trim() === (content.text ?? content.title).trim();
}

const asLeft = (item) => (item.state === "sending" ? { ...item, state: "failed", error: UNSURE } : item);
