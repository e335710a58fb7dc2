// Everybody's mail: the mailboxes, the conversations of one, and the one that is read. What is shown stands in
// the address, so that back and forward work, and a link leads to a mailbox or a conversation.

import { api } from "../api.js";
import { moment, sign } from "../files/files.js";
import { listen } from "../live.js";
import { fill, make, me, nameOf, people, place, words } from "../page.js";
import { badge, refresh as recount, watch } from "./counts.js";
import { addresses, header, subjectOf, unescaped } from "./letter.js";
import { Reading, named } from "./reading.js";

const text = words.mail;
const PAGE = 25;
const at = (id) => document.getElementById(id);
const known = new Map(); // "box/thread/history" -> what a line shows
let ahead = Date.parse(place.now) - Date.now();
let state = {};
let reading = null;
let next = "";
let asked = 0;

const now = () => new Date(Date.now() + ahead);

// --- where we are

function parsed() {
  const given = new URLSearchParams(location.hash.slice(1));
  const box = (given.get("box") ?? me).toLowerCase();
  return { box, in: given.get("in") === "sent" ? "sent" : "inbox", q: given.get("q") ?? "", thread: given.get("thread") ?? "" };
}

function address(changes) {
  const all = { ...state, ...changes };
  const kept = Object.entries(all).filter(([name, value]) => value && !(name === "in" && value === "inbox"));
  return `#${new URLSearchParams(kept)}`;
}

async function went() {
  const before = state;
  state = parsed();
  const same = ["box", "in", "q"].every((name) => before[name] === state[name]);
  document.querySelector(".mail").dataset.view = state.thread ? "thread" : "list";
  at("search").q.value = state.q;
  for (const folder of ["inbox", "sent"]) {
    at(`in-${folder}`).href = address({ in: folder, thread: "", q: "" });
    at(`in-${folder}`).toggleAttribute("aria-current", state.in === folder);
  }
  if (!same) {
    at("threads").replaceChildren();
    showBoxes();
    list();
  }
  if (before.thread !== state.thread || before.box !== state.box) await open();
  mark();
}

async function open() {
  reading = null;
  if (!state.thread) {
    at("reading").replaceChildren(make("p", { class: "empty", text: text.choose }));
    return;
  }
  const about = { box: state.box, id: state.thread, back: address({ thread: "" }), now };
  const wanted = new Reading(at("reading"), about);
  reading = wanted;
  try {
    const fresh = await wanted.open();
    if (reading !== wanted) return;
    at("reading").focus({ preventScroll: true });
    if (fresh) {
      recount();
      list();
    }
  } catch (error) {
    if (error.status !== 404 && error.status !== 400) throw error;
    location.hash = address({ thread: "" });
  }
}

// --- the mailboxes

let boxes = [];

function called(box) {
  return nameOf(box) === box ? box : nameOf(box);
}

function showBoxes() {
  const inside = new Set(people.map((each) => each.email));
  const colleagues = people.map((each) => boxes.find((box) => box.address === each.email) ?? { address: each.email, unread: 0 });
  const others = boxes.filter((box) => !inside.has(box.address) && !box.address.endsWith(".gserviceaccount.com"));
  if (!inside.has(state.box) && !others.some((box) => box.address === state.box)) others.push({ address: state.box, unread: 0 });
  const groups = [[text.company, colleagues], [text.outside, others]].filter(([, group]) => group.length);
  at("boxes").replaceChildren(...groups.map(([title, group], index) => make("div", { class: "boxes-group" },
    make("h2", { id: `boxes-${index}`, text: title }),
    make("ul", { "aria-labelledby": `boxes-${index}` }, ...group.map((box) => make("li", {},
      make("a", { href: `#${new URLSearchParams({ box: box.address })}`, "aria-current": box.address === state.box ? "true" : null, class: box.unread ? "unread" : null, title: box.address },
        make("span", { text: called(box.address) }), badge(box.unread))))))));
  at("box").replaceChildren(...groups.map(([label, group]) => make("optgroup", { label }, ...group.map((box) => {
    const name = called(box.address) + (box.unread ? ` (${box.unread})` : "");
    return make("option", { value: box.address, selected: box.address === state.box }, name);
  }))));
}

at("box").addEventListener("change", (event) => {
  location.hash = `#${new URLSearchParams({ box: event.target.value })}`;
});
at("search").addEventListener("submit", (event) => {
  event.preventDefault();
  location.hash = address({ q: event.target.q.value.trim(), thread: "" });
});
at("search").q.addEventListener("search", (event) => {
  if (!event.target.value && state.q) location.hash = address({ q: "", thread: "" });
});

// --- the conversations

async function list(more = false) {
  const mine = (asked += 1);
  const { box, q } = state;
  const label = state.in === "sent" ? "SENT" : "INBOX";
  const query = new URLSearchParams({ maxResults: PAGE, ...(q ? { q } : { labelIds: label }) });
  if (more) query.set("pageToken", next);
  const [page, files] = await Promise.all([
    api(`/gmail/v1/users/me/threads?${query}`, { as: box }),
    api(`/gmail/v1/users/me/threads?maxResults=500&q=has:attachment`, { as: box }),
  ]);
  const attached = new Set((files.threads ?? []).map((each) => each.id));
  const lines = await Promise.all((page.threads ?? []).map((thread) => line(box, thread, attached)));
  if (mine !== asked) return; // another list was asked for meanwhile
  next = page.nextPageToken ?? "";
  const had = document.activeElement?.closest("#threads li")?.dataset.thread;
  if (more) at("threads").append(...lines);
  else at("threads").replaceChildren(...lines);
  at("threads").querySelector(`[data-thread="${had}"] a`)?.focus({ preventScroll: true });
  at("more").hidden = !next;
  at("empty").hidden = at("threads").children.length > 0;
  at("empty").textContent = q ? text.empty_search : text[`empty_${state.in}`];
  mark();
}

async function line(box, thread, attached) {
  const key = `${box}/${thread.id}/${thread.historyId}`;
  if (!known.has(key)) {
    const heads = ["From", "To", "Subject"].map((name) => `metadataHeaders=${name}`).join("&");
    known.set(key, await api(`/gmail/v1/users/me/threads/${thread.id}?format=metadata&${heads}`, { as: box }));
  }
  const { messages } = known.get(key);
  const last = messages.at(-1);
  const unread = messages.some((mail) => mail.labelIds?.includes("UNREAD"));
  const sides = state.in === "sent" && !state.q ? "To" : "From";
  const who = messages.flatMap((mail) => addresses(header(mail, sides)))
    .map((one) => (one.address.toLowerCase() === box ? text.me : named(one)));
  const date = new Date(Number(last.internalDate));
  const count = messages.length > 1 ? make("span", { class: "number" }, String(messages.length)) : null;
  return make("li", { "data-thread": thread.id, class: unread ? "unread" : null },
    make("a", { href: address({ thread: thread.id }) },
      make("span", { class: "who" }, make("span", { text: [...new Set(who)].join(", ") }), count),
      make("time", { datetime: date.toISOString() }, moment(date, now())),
      make("span", { class: "subject" }, unread ? make("span", { class: "visually-hidden" }, `${fill(words.shell.unread, { n: 1 })}: `) : null, subjectOf(messages[0])),
      attached.has(thread.id) ? sign("clip") : null,
      make("span", { class: "snippet" }, unescaped(last.snippet).replace(/[-_=*]{3,}/g, " "))));
}

function mark() {
  for (const each of at("threads").children) {
    if (each.dataset.thread === state.thread) each.firstChild.setAttribute("aria-current", "true");
    else each.firstChild.removeAttribute("aria-current");
  }
}

at("more").firstChild.addEventListener("click", () => list(true));

// --- live

let soon = 0;
async function changed() {
  await list();
  if (reading && (await reading.refresh())) {
    recount();
    await list();
  }
}

function later() {
  clearTimeout(soon);
  soon = setTimeout(changed, 150);
}

listen("mail", (event) => {
  const here = [...event.to, event.from].some((one) => one.toLowerCase() === state.box);
  if (!here) return;
  if (event.from !== state.box) at("news").textContent = fill(text.arrived, { from: nameOf(event.from), subject: event.subject });
  later();
});
listen("reset", later);
listen("clock", (event) => {
  ahead = Date.parse(event.now) - Date.now();
});
watch((found) => {
  boxes = found;
  if (state.box) showBoxes();
});
addEventListener("hashchange", went);
await went();
