// Every pass as a line, newest first; a line opens the calls that it made.

import { door } from "../api.js";
import { listen } from "../live.js";
import { fill, icon, language, make, nameOf, place, words } from "../page.js";

const text = words.activity;
const body = document.getElementById("passes");
const quiet = document.getElementById("quiet");
const MOST = 500;
let last = 0;

function isQuiet(line) {
  const report = line.report;
  return line.status < 400 && report && !report.events.length && !report.refused.length && !report.sent && !report.repaired;
}

function came(line) {
  const told = line.came.map((each) => {
    if (each.kind === "clock") return text.clock;
    return fill(text[each.kind], { who: nameOf(each.by ?? ""), range: each.range ?? "" });
  });
  if (told.length) return [...new Set(told)];
  return [{ on_schedule: text.schedule, request_page: text.page }[line.function] ?? text.nudge];
}

function results(line) {
  const report = line.report;
  const found = [];
  if (line.status >= 400) found.push(make("li", { class: "bad" }, `${fill(text.status, { status: line.status })} ${line.message}`));
  for (const event of report?.events ?? []) if (!event.startsWith("EditRefused ")) found.push(make("li", { class: "good", text: eventTold(event) }));
  for (const rule of report?.refused ?? []) found.push(make("li", { class: "bad", text: fill(text.refused, { rule: ruleTold(rule) }) }));
  if (report?.lost_races) found.push(make("li", {}, fill(text.lost, { n: report.lost_races })));
  if (!found.length && report?.sent) found.push(make("li", { class: "good", text: text.sent }));
  return found.length ? make("ul", { class: "chips" }, ...found) : make("span", { class: "hint" }, text.nothing);
}

/** "RequestPaid PR-000002" in words. */
function eventTold(event) {
  const [kind, ...rest] = event.split(" ");
  return [words.events[kind] ?? kind, ...rest].join(" ");
}

/** "right-role PR-000014" with what the rule says. */
function ruleTold(refusal) {
  const says = words.rules[refusal.split(" ")[0]];
  return says ? `${refusal}. ${says}` : refusal;
}

function calls(line) {
  return Object.entries(line.calls).map(([service, count]) => `${service} ${count}`).join(", ") || "0";
}

function time(line) {
  const style = { hour: "2-digit", minute: "2-digit", second: "2-digit", day: "numeric", month: "short", hour12: false };
  return new Intl.DateTimeFormat(language, { timeZone: place.time_zone, ...style }).format(new Date(line.at));
}

async function open(line, row, button) {
  const shown = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!shown));
  if (shown) return row.nextSibling.remove();
  const wanted = new Set(line.numbers);
  const first = line.numbers.length ? Math.min(...wanted) - 1 : 0;
  const kept = wanted.size ? (await door(`/workspace/calls?since=${first}`)).calls : [];
  const rows = kept.filter((call) => wanted.has(call.n)).map((call) => make("tr", {},
    make("td", {}, make("code", { text: call.kind })),
    make("td", {}, call.caller),
    make("td", {}, make("code", { text: `${call.method} ${decodeURIComponent(call.path)}` })),
    make("td", { class: "number" }, String(call.status)),
    make("td", { class: "number" }, fill(text.ms, { ms: call.ms.toFixed(1) })),
  ));
  const heads = [text.call_kind, text.call_caller, text.call_path, text.call_status, text.length];
  const inside = rows.length
    ? make("table", { class: "calls" }, make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col", text: head })))), make("tbody", {}, ...rows))
    : make("p", { class: "hint", text: text.no_calls });
  row.after(make("tr", { class: "inside" }, make("td", { colspan: 7 }, make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": text.calls }, inside))));
  return undefined;
}

function add(line, fresh) {
  if (line.n <= last) return;
  last = line.n;
  const button = make("button", { type: "button", class: "quiet square", "aria-expanded": "false", "aria-label": text.open, title: text.open }, icon("down"));
  const cell = (name, label, ...inside) => make("td", { class: name, "data-label": label }, ...inside);
  const row = make("tr", { class: [isQuiet(line) ? "idle" : "", line.status >= 400 ? "failed" : "", fresh ? "fresh" : ""].join(" ") },
    cell("time", text.time, make("span", {}, button, make("time", { datetime: line.at, text: time(line) }))),
    cell("came", text.came, make("ul", {}, ...came(line).map((each) => make("li", { text: each })))),
    cell("result", text.result, results(line)),
    cell("function", text.function, make("code", { text: line.function })),
    cell("number calls-made", text.calls, calls(line)),
    cell("number", text.mails, String(line.report?.sent ?? 0)),
    cell("number", text.length, fill(text.ms, { ms: line.ms })),
  );
  button.addEventListener("click", () => open(line, row, button));
  body.prepend(row);
  while (body.rows.length > MOST) body.lastChild.remove();
  empty();
}

function empty() {
  const some = [...body.rows].some((row) => quiet.checked || !row.classList.contains("idle"));
  document.getElementById("empty").hidden = some;
}

async function read() {
  for (const line of (await door(`/workspace/passes?since=${last}`)).passes) add(line, false);
}

quiet.addEventListener("change", () => {
  body.classList.toggle("all", quiet.checked);
  empty();
});
listen("pass", (event) => add(event, true));
listen("reset", () => {
  last = 0;
  body.replaceChildren();
  read();
});
await read();
empty();
