// The calendar follows what happens in the spreadsheet: the page is asked for again, and its content put in.

import { listen } from "../live.js";

const QUIET = 700; // milliseconds without news before it is looked at again: an edit comes with its pass
const frame = document.getElementById("calendar");
let timer = 0;

async function again() {
  if (document.hidden) return document.addEventListener("visibilitychange", again, { once: true });
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok) return undefined;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("calendar");
  const focused = document.activeElement;
  const held = frame.contains(focused) && (focused.id || focused.dataset.pick);
  const opened = frame.querySelector("details")?.open;
  frame.replaceChildren(...fresh.childNodes);
  const root = frame.querySelector("[data-calendar]");
  if (!root) return undefined;
  globalThis.sheetflowWhatIf(root);
  const panel = frame.querySelector("details");
  if (panel && opened !== undefined) panel.open = opened;
  if (held) (document.getElementById(held) ?? frame.querySelector(`[data-pick="${CSS.escape(held)}"]`))?.focus();
  return undefined;
}

listen("spreadsheet clock reset", () => {
  clearTimeout(timer);
  timer = setTimeout(again, QUIET);
});
