// The chosen person's tasks, and the Chat space that everybody reads. A tick completes a task as that person.

import { api } from "../api.js";
import { listen } from "../live.js";
import { fill, language, make, place, words } from "../page.js";

const text = words.tasks;
const LIST = "sheetflow";
const at = (id) => document.getElementById(id);
const day = (iso) => new Date(iso).toLocaleDateString(language, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const moment = (iso) => new Date(iso).toLocaleString(language, { dateStyle: "medium", timeStyle: "short", timeZone: place.time_zone });
let asked = 0;

async function show() {
  const mine = (asked += 1);
  const [tasks, messages] = await Promise.all([readTasks(), readMessages()]);
  if (mine !== asked) return;
  at("tasks").replaceChildren(...tasks.map(taskOf));
  at("no-tasks").hidden = tasks.length > 0;
  const begun = new Set();
  const shown = messages.map((message) => {
    const reply = begun.has(message.thread.name);
    begun.add(message.thread.name);
    return messageOf(message, reply);
  });
  at("messages").replaceChildren(...shown);
  at("no-messages").hidden = messages.length > 0;
}

async function readTasks() {
  const { items = [] } = await api("/tasks/v1/users/@me/lists", { quiet: true });
  const home = items.find((each) => each.title === LIST);
  if (!home) return [];
  const answer = await api(`/tasks/v1/lists/${encodeURIComponent(home.id)}/tasks?showHidden=true&maxResults=100`, { quiet: true });
  const found = (answer.items ?? []).map((task) => ({ ...task, home: home.id }));
  const rank = (task) => `${task.status === "completed" ? 1 : 0}${task.due ?? "9"}`;
  return found.sort((one, other) => rank(one).localeCompare(rank(other)));
}

async function readMessages() {
  const answer = await api(`/v1/spaces/${encodeURIComponent(place.space.id)}/messages?pageSize=200`, { quiet: true });
  return answer.messages ?? [];
}

function taskOf(task) {
  const done = task.status === "completed";
  const tick = make("input", { type: "checkbox", checked: done, disabled: done, onchange: () => complete(task, tick) });
  const [, link] = /(https?:\/\/\S+)/.exec(task.notes ?? "") ?? [];
  const words = (task.notes ?? "").split("\n")[0];
  return make(
    "li",
    { class: done ? "done" : undefined },
    make("label", {}, tick, make("span", { text: task.title })),
    make("p", { class: "more", text: words }),
    make("p", { class: "more" }, task.due ? make("span", { text: `${fill(text.due, { day: day(task.due) })} ` }) : null, link ? make("a", { href: link, text: text.open }) : null),
  );
}

async function complete(task, tick) {
  tick.disabled = true;
  try {
    await api(`/tasks/v1/lists/${encodeURIComponent(task.home)}/tasks/${encodeURIComponent(task.id)}`, { method: "PATCH", body: { status: "completed" } });
  } catch {
    tick.checked = false;
    tick.disabled = false;
    return;
  }
  await show();
}

function messageOf(message, reply) {
  return make(
    "li",
    { class: reply ? "reply" : undefined },
    make("time", { class: "hint", datetime: message.createTime, text: moment(message.createTime) }),
    make("p", {}, ...marked(message.text)),
  );
}

/** Chat's markup as Chat shows it: bold and links. Everything else is text. */
function marked(said) {
  return said.split(/(\*[^*\n]+\*|<https:\/\/[^|>\s]+\|[^>\n]+>)/).map((part) => {
    if (/^\*[^*]+\*$/.test(part)) return make("b", { text: part.slice(1, -1) });
    const link = /^<(https:\/\/[^|]+)\|(.+)>$/.exec(part);
    return link ? make("a", { href: link[1], text: link[2] }) : part;
  });
}

listen("pass reset", show);
show();
