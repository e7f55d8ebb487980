/** One person on one channel, kept fresh while it is open. */

import * as api from "./api.js";
import { watch } from "./feed.js";

const AGAIN_MS = 2000;

export class Conversation {
  constructor(address, { onUpdate, onTrouble, onConnection }) {
    this.address = address;
    this.latest = null;
    this.handlers = { onUpdate, onTrouble };
    this.stop = watch(api.changesUrl(address), () => this.refresh(), onConnection);
    this.refresh();
  }

  /** Fetch the messages; a call during a fetch leads to exactly one more. */
  async refresh() {
    if (this.fetching) return void (this.again = true);
    this.fetching = true;
    do {
      this.again = false;
      await this.#fetch();
    } while (this.again && !this.closed);
    this.fetching = false;
  }

  async #fetch() {
    try {
      const latest = await api.messages(this.address);
      if (this.closed) return;
      this.latest = latest;
    } catch (error) {
      return this.#troubled(error);
    }
    this.handlers.onUpdate(this.latest);
  }

  #troubled(error) {
    if (this.closed) return;
    this.handlers.onTrouble(error.message);
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.refresh(), AGAIN_MS);
  }

  close() {
    this.closed = true;
    clearTimeout(this.retry);
    this.stop();
  }
}
