/** Keeps the address /simulator?contact=ID&channel=whatsapp and the page in step. */

export function read() {
  const query = new URLSearchParams(window.location.search);
  return { contact: query.get("contact"), channel: query.get("channel") };
}

/** A new person is a step that Back undoes; a new channel is not. */
export function write({ contact, channel }) {
  const before = read();
  if (before.contact === contact && before.channel === channel) return;
  const url = `${window.location.pathname}?${new URLSearchParams({ contact, channel })}`;
  const isStep = before.contact && before.contact !== contact;
  window.history[isStep ? "pushState" : "replaceState"](null, "", url);
}

export const onReturn = (listener) => window.addEventListener("popstate", listener);
