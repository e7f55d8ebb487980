/** Puts the parts together: one person, one channel, one conversation at a time. */

import * as addressBar from "./address_bar.js";
import { announce, forget } from "./announcer.js";
import * as api from "./api.js";
import { focusBox, openComposer, putInBox, whenSent } from "./composer.js";
import { Conversation } from "./conversation.js";
import { byId, el } from "./dom.js";
import { closeDrawers, openPeople } from "./drawers.js";
import { Outbox } from "./outbox.js";
import { drawPeople, showPeopleNotice, whenPicked } from "./people.js";
import { drawPhone, whenSwitched } from "./phone.js";
import { addressOn, nameOf } from "./portrait.js";
import { closeSheet, openSheet } from "./sheet.js";
import { suggestions } from "./suggestions.js";
import { drawTasks, taskTitle } from "./tasks.js";
import { clearThread, drawThread, toEnd } from "./thread.js";
import { legend } from "./ticks.js";

const CHANNELS = ["sms", "whatsapp"];
const AGAIN_MS = 3000;
const state = { contacts: [], contact: null, channel: "sms", trouble: "", count: 0 };
let conversation = null;

const outbox = new Outbox({ onChange: () => drawMessages(), onSent: () => conversation?.refresh() });
const key = () => `${state.contact?.id} ${state.channel}`;
const address = () => ({ contact: state.contact.id, channel: state.channel });

function send(content) {
  outbox.add(key(), address(), content);
  toEnd();
  flush();
}

function flush() {
  if (!conversation?.latest) return;
  const inbound = conversation.latest.messages.filter((message) => message.direction === "inbound");
  outbox.flush(key(), inbound.map((message) => message.id));
}

const actions = {
  onChoice(message, { id, title }) {
    if (!outbox.isAnswering(message.id)) send({ choice: id, title, in_reply_to: message.id });
  },
  onList: (message) => openSheet(message, actions.onChoice),
  onRetry(id) {
    outbox.retry(id);
    flush();
  },
  onEdit: (id) => putInBox(outbox.remove(id)?.content.text ?? ""),
  onSuggestion: putInBox,
  onChoosePerson: openPeople,
};

/** Show a person on a channel they have; the address bar follows. */
function show(contactId, channel = state.channel) {
  const contact = state.contacts.find((each) => each.id === contactId);
  if (!contact) return drawAll();
  const isChannelTheirs = CHANNELS.includes(channel) && addressOn(contact, channel);
  const chosen = isChannelTheirs ? channel : CHANNELS.find((each) => addressOn(contact, each)) ?? "sms";
  if (state.contact?.id === contact.id && state.channel === chosen) return;
  Object.assign(state, { contact, channel: chosen });
  addressBar.write(address());
  document.title = `${nameOf(contact)} · Simulator · Acompaña`;
  start();
}

function start() {
  conversation?.close();
  Object.assign(state, { trouble: "", count: 0 });
  forget();
  closeSheet();
  clearThread();
  openComposer(key());
  conversation = new Conversation(address(), { onUpdate, onTrouble, onConnection });
  drawAll();
}

function onUpdate(latest) {
  state.trouble = "";
  outbox.settle(key(), latest.messages);
  drawMessages();
  drawTasks(latest.tasks ?? []);
  announce(news(latest));
  flush();
  if (latest.messages.length !== state.count) loadContacts();
  state.count = latest.messages.length;
}

function onTrouble(sentence) {
  state.trouble = `${sentence} Trying again.`;
  drawMessages();
}

const onConnection = (connection) => (document.body.dataset.connection = connection);

function news({ messages, tasks = [] }) {
  const spoken = messages.filter((message) => message.direction === "outbound");
  const words = spoken.map((message) => [message.id, `Acompaña: ${message.text ?? ""}`]);
  const opened = tasks.map((task) => [`task ${task.kind} ${task.about} ${task.at}`, `A case manager would now see: ${taskTitle(task)}`]);
  return new Map([...words, ...opened]);
}

function drawMessages() {
  const latest = conversation?.latest;
  const messages = latest?.messages ?? [];
  const pending = state.contact ? outbox.of(key()) : [];
  const isEmpty = !messages.length && !pending.length;
  const isLoaded = Boolean(latest);
  drawPhone({ ...state, typing: latest?.typing ?? false, isLoaded, isEmpty }, actions);
  drawThread({ messages, pending, isLoaded }, { ...actions, language: state.contact?.language });
}

function drawAll() {
  drawPeople(state.contacts, state.contact?.id);
  drawSuggestions();
  drawTasks(state.contact ? conversation?.latest?.tasks ?? [] : null);
  drawMessages();
}

function drawSuggestions() {
  byId("try").hidden = !state.contact;
  if (!state.contact) return;
  const isStopped = addressOn(state.contact, state.channel)?.opted_out;
  const wanted = `${state.contact.id} ${isStopped}`;
  if (byId("try").dataset.drawn === wanted) return;
  byId("try").dataset.drawn = wanted;
  const buttons = suggestions(state.contact, isStopped, pickSuggestion);
  byId("try-list").replaceChildren(...buttons.map((button) => el("li", {}, button)));
}

function pickSuggestion(text) {
  closeDrawers();
  putInBox(text);
}

/** Fetch the people again, because opting out or enrolling changes them. */
async function loadContacts() {
  try {
    state.contacts = await api.contacts();
  } catch (error) {
    if (!state.contacts.length) showPeopleNotice(`${error.message} Trying again.`);
    return void setTimeout(loadContacts, AGAIN_MS);
  }
  if (!state.contact) return begin();
  state.contact = state.contacts.find((each) => each.id === state.contact.id) ?? state.contact;
  drawPeople(state.contacts, state.contact.id);
  drawSuggestions();
  drawMessages();
}

function begin() {
  const { contact, channel } = addressBar.read();
  show(contact, channel ?? undefined);
  if (!state.contacts.length) showPeopleNotice("Nobody is enrolled yet.");
  if (!state.contact) openPeople();
}

whenPicked((id) => {
  show(id);
  closeDrawers();
  if (matchMedia("(hover: hover)").matches) focusBox();
});
whenSwitched((channel) => {
  if (channel === state.channel) return;
  state.channel = channel;
  if (!state.contact) return drawMessages();
  addressBar.write(address());
  start();
});
whenSent({ onText: (text) => send({ text }), onMedia: (media) => send({ media }) });
addressBar.onReturn(() => show(addressBar.read().contact, addressBar.read().channel ?? undefined));
byId("legend").append(...legend());
openComposer(null);
showPeopleNotice("Looking for people …");
drawTasks(null);
drawMessages();
loadContacts();
