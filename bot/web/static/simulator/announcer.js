/** Reads new messages and tasks out to people who listen to the page. */

import { byId, el } from "./dom.js";

const region = byId("announcer");
const KEPT = 20;
let heard = null;

/** Start over: what is already there is not news. */
export const forget = () => (heard = null);

/** Announce what was not there at the last call; `news` maps an id to a sentence. */
export function announce(news) {
  const fresh = heard ? [...news].filter(([id]) => !heard.has(id)) : [];
  heard = new Set(news.keys());
  region.append(...fresh.map(([, sentence]) => el("p", {}, sentence)));
  while (region.childElementCount > KEPT) region.firstElementChild.remove();
}
