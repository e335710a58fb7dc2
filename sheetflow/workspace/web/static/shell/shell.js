// The bar of every page: who I am, language, light or dark, the workspace's time.

import { door } from "../api.js";
import { listen } from "../live.js";
import "../mail/counts.js";
import { fill, language, place, remember, words } from "../page.js";
import { toast } from "../toast.js";

// --- who I am, and how I like it

for (const chosen of document.querySelectorAll("[data-person]")) {
  chosen.addEventListener("click", (event) => {
    remember("local_account", chosen.dataset.person);
    if (chosen.tagName === "BUTTON") location.reload();
    else event.stopPropagation(); // a link goes on to its page, which is made for that person
  });
}
for (const input of document.querySelectorAll("#look-menu input")) {
  input.addEventListener("change", () => {
    remember(`workspace_${input.name}`, input.value);
    if (input.name === "language") location.reload();
    else document.documentElement.dataset.theme = input.value;
  });
}

// --- the clock

const zone = place.time_zone;
let ahead = Date.parse(place.now) - Date.now();

/** The workspace's time. */
function now() {
  return new Date(Date.now() + ahead);
}

function told(moment, options) {
  return new Intl.DateTimeFormat(language, { timeZone: zone, ...options }).format(moment);
}

function showTime() {
  const short = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false };
  const time = document.getElementById("now");
  time.textContent = told(now(), short);
  time.dateTime = now().toISOString();
  document.getElementById("now-long").textContent = told(now(), { dateStyle: "full", timeStyle: "short" });
  const label = fill(words.shell.clock_is, { time: time.textContent });
  document.getElementById("clock").setAttribute("aria-label", label);
}

/** Seconds until nine o'clock of the next day from Monday to Friday, by the company's wall clock. */
function untilMorning() {
  const parts = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" };
  const found = {};
  for (const { type, value } of new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...parts }).formatToParts(now())) {
    found[type] = Number(value);
  }
  const wall = Date.UTC(found.year, found.month - 1, found.day, found.hour, found.minute, found.second);
  const morning = new Date(Date.UTC(found.year, found.month - 1, found.day, 9));
  while (morning <= wall || [0, 6].includes(morning.getUTCDay())) morning.setUTCDate(morning.getUTCDate() + 1);
  return (morning - wall) / 1000;
}

for (const button of document.querySelectorAll("[data-advance]")) {
  button.addEventListener("click", async () => {
    const advance = button.dataset.advance === "morning" ? untilMorning() : button.dataset.advance;
    button.disabled = true;
    try {
      await door("/workspace/clock", { advance });
      toast(fill(words.shell.moved, { time: told(now(), { dateStyle: "medium", timeStyle: "short" }) }), "good");
      await door("/workspace/schedule", {});
    } finally {
      button.disabled = false;
    }
  });
}

listen("clock", (event) => {
  ahead = Date.parse(event.now) - Date.now();
  showTime();
});
listen("reset hello", async () => {
  ahead = Date.parse((await door("/workspace/clock")).now) - Date.now();
  showTime();
});
showTime();
setInterval(showTime, 5000);
