/** Keeps what was typed for as long as the tab lives; without storage, for as long as the page does. */

const memory = new Map();

export function load(name, otherwise) {
  try {
    return JSON.parse(sessionStorage.getItem(name)) ?? memory.get(name) ?? otherwise;
  } catch {
    return memory.get(name) ?? otherwise;
  }
}

export function save(name, value) {
  memory.set(name, value);
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Private windows refuse storage; the memory above still holds it.
  }
}
