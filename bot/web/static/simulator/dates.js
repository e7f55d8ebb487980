/** Times and days as the reader's own clock shows them. */

const TIME = new Intl.DateTimeFormat("en", { hour: "numeric", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long" });
const STAMP = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });

export const time = (at) => format(TIME, at);
export const stamp = (at) => format(STAMP, at);
export const dayKey = (at) => (isDate(at) ? new Date(at).toDateString() : "");

export function day(at) {
  const today = new Date();
  const yesterday = new Date(today);
  yesterday.setDate(today.getDate() - 1);
  if (dayKey(at) === today.toDateString()) return "Today";
  return dayKey(at) === yesterday.toDateString() ? "Yesterday" : format(DAY, at);
}

const isDate = (at) => Boolean(at) && !Number.isNaN(Date.parse(at));
const format = (how, at) => (isDate(at) ? how.format(new Date(at)) : "");
