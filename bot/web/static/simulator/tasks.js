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
  question: "Find an answer",
  read_aloud: "Call: this person would rather listen",
  unanswered: "Answer a message that got no answer",
  undeliverable: "Reach this person another way",
  unknown_number: "Find out whose number this is",
};

/** Return a task in words: `question` about `departure_time` reads "Find an answer: departure time". */
export function taskTitle({ kind, about }) {
  const title = TITLES[kind] ?? spoken(kind).replace(/^./u, (first) => first.toUpperCase());
  return about ? `${title}: ${spoken(about)}` : title;
}

const spoken = (code) => String(code).replaceAll(/[_.:]+/g, " ").trim();

/** Draw the tasks, newest first; `null` means that nobody is chosen yet. */
export function drawTasks(tasks) {
  const count = tasks?.length ?? 0;
  badge.hidden = !count;
  badge.textContent = count;
  byId("open-desk").setAttribute("aria-label", `What a case manager would see, tasks: ${count}`);
  panel.replaceChildren(count ? el("ol", { class: "tasks", "data-testid": "tasks" }, ...grouped(tasks).map(card)) : nothing(tasks));
}

/** Put the tasks that differ only in what they are about together, the newest group first. */
function grouped(tasks) {
  const groups = new Map();
  for (const task of [...tasks].reverse()) {
    const key = task.about ? task.kind : task;
    groups.set(key, [...(groups.get(key) ?? []), task]);
  }
  return [...groups.values()];
}

function card(tasks) {
  const [newest] = tasks;
  const about = tasks.map((task) => task.about).filter(Boolean).reverse();
  return el(
    "li",
    { class: "task", "data-testid": "task", "data-kind": newest.kind, "data-about": about.join(" ") },
    el("strong", {}, taskTitle({ kind: newest.kind })),
    about.length ? el("p", {}, about.map(spoken).join(", ")) : null,
    el("time", { datetime: newest.at }, stamp(newest.at)),
  );
}

function nothing(tasks) {
  const sentence = tasks ? "No task is open. A sign of danger is no task: a person is called at once (uv run acompana escalations list)." : "Choose a person first.";
  return el("div", { class: "nothing", "data-testid": "no-tasks" }, icon("icon-heart"), el("p", {}, sentence));
}
