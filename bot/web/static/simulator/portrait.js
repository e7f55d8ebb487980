/** How a contact is described in a few words. */

const ROLES = { child: "Child", caregiver: "Caregiver", unknown: "Not enrolled" };
const AGES = { younger_child: "Child, 6 to 8", child: "Child, 9 to 12", teen: "Teen, 13 to 17" };
const TONES = 6;
const places = new Intl.DisplayNames("en", { type: "region", fallback: "code" });
const languages = new Intl.DisplayNames("en", { type: "language", fallback: "code" });

export const nameOf = (contact) => contact.name || contact.addresses?.[0]?.number || "Unknown number";
export const roleOf = (contact) => ROLES[contact.role] ?? ROLES.unknown;
export const ageGroup = (contact) => (contact.role === "child" ? AGES[contact.audience] : undefined);
export const languageOf = (contact) => naming(languages, contact.language);

/** Return "United States → Guatemala", or the one place when nobody travels. */
export function placeOf({ country, destination }) {
  const ends = [...new Set([country, destination])].map((code) => naming(places, code)).filter(Boolean);
  return ends.join(" → ");
}

export const initials = (contact) =>
  contact.name ? contact.name.split(/\s+/).filter(Boolean).slice(0, 2).map((word) => [...word][0]).join("").toUpperCase() : "?";

/** Return a steady colour number for a contact. */
export const toneOf = ({ id }) => [...String(id)].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 9973, 7) % TONES;

export const addressOn = (contact, channel) => contact?.addresses?.find((address) => address.channel === channel);

function naming(names, code) {
  try {
    return code ? names.of(code) : undefined;
  } catch {
    return code;
  }
}
