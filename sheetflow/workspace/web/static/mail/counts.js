// Which mailboxes there are, and how many unread mails lie in each: shown at the people and in the bar, live.

import { door } from "../api.js";
import { listen } from "../live.js";
import { fill, make, me, words } from "../page.js";

const watchers = [];
let boxes = [];
let asking = null;

/** The mailboxes, as last heard: [{address, name, total, unread}]. */
export function mailboxes() {
  return boxes;
}

/** Be told of the mailboxes, now and whenever one changes. */
export function watch(told) {
  watchers.push(told);
  if (boxes.length) told(boxes);
}

/** Ask anew: after something was read, of which no event tells. */
export async function refresh() {
  asking ??= door("/workspace/mailboxes", undefined, { quiet: true }).finally(() => {
    asking = null;
  });
  boxes = (await asking).mailboxes;
  show();
  for (const told of watchers) told(boxes);
}

/** How many are unread, as a badge beside a name; none for none. */
export function badge(unread) {
  return unread ? make("span", { class: "count", "aria-label": fill(words.shell.unread, { n: unread }), role: "img" }, String(unread)) : null;
}

function show() {
  const unread = new Map(boxes.map((box) => [box.address, box.unread]));
  const mine = document.querySelector("[data-page=mail] .count");
  if (mine) {
    mine.hidden = !unread.get(me);
    mine.textContent = String(unread.get(me) ?? 0);
    mine.setAttribute("title", fill(words.shell.unread, { n: unread.get(me) ?? 0 }));
  }
  for (const person of document.querySelectorAll("#person-menu [data-person]")) {
    person.querySelector(".count")?.remove();
    const shown = badge(unread.get(person.dataset.person));
    if (shown) person.append(shown);
  }
}

let soon = 0;
listen("mail reset", () => {
  clearTimeout(soon);
  soon = setTimeout(refresh, 150); // many come at once
});
refresh();
