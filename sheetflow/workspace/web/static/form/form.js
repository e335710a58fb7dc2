// The form as a respondent has it, in a frame: it is the page that programs post to, too, and knows the person
// by the same cookie. What is added here: light or dark as it was chosen, and word of the answer's arrival.

import { listen } from "../live.js";
import { make, me, remember, words } from "../page.js";

const frame = document.getElementById("respondent");
const root = document.documentElement;

function dress() {
  const inside = frame.contentDocument?.documentElement;
  if (root.dataset.theme === "auto") delete inside?.dataset.theme;
  else if (inside) inside.dataset.theme = root.dataset.theme;
}

frame.addEventListener("load", () => {
  dress();
  frame.classList.add("ready");
});
new MutationObserver(dress).observe(root, { attributes: true, attributeFilter: ["data-theme"] });

remember("local_account", me); // who never chose anybody is the first person here: the form must know it
frame.src = new URL(frame.dataset.src, location.href).pathname;

listen("form", (event) => {
  if (event.by !== me) return;
  const strip = document.querySelector(".strip");
  strip.classList.add("news");
  strip.setAttribute("role", "status");
  strip.replaceChildren(
    make("p", { text: words.form.arrived }),
    make("a", { href: "/sheet", text: words.form.sheet }),
  );
});
