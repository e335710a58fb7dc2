// A question with two answers.

import { make, words } from "../page.js";

/** Ask; resolves to whether the answer is yes. */
export function ask(question, yes) {
  const dialog = make("dialog", { class: "ask" },
    make("p", { text: question }),
    make("form", { method: "dialog", class: "row" },
      make("button", { value: "no", text: words.sheet.cancel }),
      make("button", { value: "yes", class: "main", text: yes })));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      answer(dialog.returnValue === "yes");
    });
  });
}
