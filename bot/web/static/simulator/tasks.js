/** What a case manager would see: the tasks that this person's messages opened. */

import { stamp } from "./dates.js";
import { byId, el, icon } from "./dom.js";

const panel = byId("tasks");
const badge = byId("task-count");
const TITLES = { media: "Listen to or look at what was sent", language: "Find someone who speaks the language" };

/** Return a task's kind in words: `fear_of_return` reads "Fear of return". */
export function taskTitle({ kind }) {
  const words = String(kind).replaceAll(/[_.:]+/g, " ").trim();
  return TITLES[kind] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** Draw the tasks, newest first; `null` means that nobody is chosen yet. */
export function drawTasks(tasks) {
  const newestFirst = [...(tasks ?? [])].reverse();
  badge.hidden = !newestFirst.length;
  badge.textContent = newestFirst.length;
  byId("open-desk").setAttribute("aria-label", `What a case manager would see, tasks: ${newestFirst.length}`);
  panel.replaceChildren(newestFirst.length ? el("ol", { class: "tasks", "data-testid": "tasks" }, ...newestFirst.map(task)) : nothing(tasks));
}

const task = (each) =>
  el("li", { class: "task", "data-testid": "task", "data-kind": each.kind }, el("strong", {}, taskTitle(each)), el("time", { datetime: each.at }, stamp(each.at)));

function nothing(tasks) {
  const sentence = tasks ? "Nothing needs a person right now. A task appears here when something does." : "Choose a person first.";
  return el("div", { class: "nothing", "data-testid": "no-tasks" }, icon("icon-heart"), el("p", {}, sentence));
}
