/** What a case manager would see: the tasks that this person's messages opened. */

import { stamp } from "./dates.js";
import { byId, el, icon } from "./dom.js";

const panel = byId("tasks");
const badge = byId("task-count");
const TITLES = {
  after_stop: "Read what was written after STOP",
  contact_change: "Record a new phone number",
  delete: "Erase the data of this person",
  language: "Find someone who speaks the language",
  media: "Listen to or look at what was sent",
  not_understood: "Read what was not understood",
  person: "Talk with this person",
  question: "Answer a question",
  read_aloud: "Call: this person would rather listen",
  unanswered: "Answer a message that got no answer",
  undeliverable: "Reach this person another way",
  unknown_number: "Find out whose number this is",
};

/** Return a task in words: `question` about `departure_time` reads "Answer a question: departure time". */
export function taskTitle({ kind, about }) {
  const title = TITLES[kind] ?? spoken(kind).replace(/^./u, (first) => first.toUpperCase());
  return about ? `${title}: ${spoken(about)}` : title;
}

const spoken = (code) => String(code).replaceAll(/[_.:]+/g, " ").trim();

/** Draw the tasks, newest first; `null` means that nobody is chosen yet. */
export function drawTasks(tasks) {
  const newestFirst = [...(tasks ?? [])].reverse();
  badge.hidden = !newestFirst.length;
  badge.textContent = newestFirst.length;
  byId("open-desk").setAttribute("aria-label", `What a case manager would see, tasks: ${newestFirst.length}`);
  panel.replaceChildren(newestFirst.length ? el("ol", { class: "tasks", "data-testid": "tasks" }, ...newestFirst.map(task)) : nothing(tasks));
}

const task = (each) =>
  el("li", { class: "task", "data-testid": "task", "data-kind": each.kind, "data-about": each.about }, el("strong", {}, taskTitle(each)), el("time", { datetime: each.at }, stamp(each.at)));

function nothing(tasks) {
  const sentence = tasks ? "Nothing needs a person right now. A task appears here when something does." : "Choose a person first.";
  return el("div", { class: "nothing", "data-testid": "no-tasks" }, icon("icon-heart"), el("p", {}, sentence));
}
