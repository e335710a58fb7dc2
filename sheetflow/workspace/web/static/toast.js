// Short messages at the page's edge; screen readers hear them.

import { icon, make, words } from "./page.js";

const MOST = 4;

/**
 * Show a message.
 *
 * @param {string} text
 * @param {""|"good"|"bad"} kind a bad one stays until it is closed, or for half a minute
 */
export function toast(text, kind = "") {
  const box = document.getElementById("toasts");
  const known = [...box.children].find((each) => each.firstChild.textContent === text);
  known?.remove();
  const close = make("button", { type: "button", class: "quiet", "aria-label": words.shell.close }, icon("close"));
  const shown = make("div", { class: `toast ${kind}` }, make("p", { text }), close);
  close.addEventListener("click", () => shown.remove());
  box.append(shown);
  while (box.children.length > MOST) box.firstChild.remove();
  const seconds = kind === "bad" ? 30 : Math.min(20, 4 + text.length / 18);
  setTimeout(() => shown.remove(), seconds * 1000);
}
