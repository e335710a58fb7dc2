// What opens in a cell that is edited: a line of text, a list of choices, a date.

import { make, words } from "../page.js";
import { choicesOf, enteredIn, kindOf } from "./book.js";

/**
 * @param {object} cell its CellData
 * @param {{typed: string|null, picks: boolean}} how `typed`: the first letters, where somebody types over the cell;
 *   `picks`: they came with the pointer
 * @param {(text?: string, move?: number[]) => void} close without a text nothing is entered; `move`: rows down, columns right
 * @param {string} name the cell's
 * @returns {{element: HTMLElement, open: Function}} `open` once the element is on the page
 */
export function editorFor(cell, { typed, picks }, close, name) {
  const kind = kindOf(cell);
  if (kind === "dropdown") return dropdown(cell, typed ?? "", close, name);
  if (kind === "date" && typed === null) return dateField(cell, picks, close, name);
  return textField(typed, String(enteredIn(cell)), close, name);
}

const MOVES = { Enter: [1, 0], Tab: [0, 1] };

/** Keys and leaving, alike in all of them: the value is entered once, or never. */
function closing(input, close, { value = () => input.value, first = input.value } = {}) {
  let open = true;
  const end = (text, move) => {
    if (!open) return;
    open = false;
    close(text !== undefined && String(text) === String(first) ? undefined : text, move);
  };
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Escape") end();
    else if (MOVES[event.key] && !event.altKey) {
      event.preventDefault();
      end(value(), MOVES[event.key].map((step) => (event.shiftKey ? -step : step)));
    }
  });
  return end;
}

function textField(typed, current, close, name) {
  const text = typed ?? current;
  const input = make("textarea", { class: "cell-editor", "aria-label": `${words.sheet.editing} ${name}`, rows: 1, spellcheck: "false" });
  input.value = text;
  const end = closing(input, close, { first: current });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.altKey) input.setRangeText("\n", input.selectionStart, input.selectionEnd, "end");
  });
  input.addEventListener("blur", () => end(input.value));
  const fit = () => {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight + 2, 200)}px`;
  };
  input.addEventListener("input", fit);
  const open = () => {
    input.focus({ preventScroll: true });
    input.setSelectionRange(text.length, text.length);
    fit();
  };
  return { element: input, open };
}

function dateField(cell, picks, close, name) {
  const input = make("input", { class: "cell-editor", type: "date", "aria-label": `${words.sheet.editing} ${name}` });
  const serial = cell.userEnteredValue?.numberValue;
  if (serial !== undefined) input.value = new Date(Math.round((Math.floor(serial) - 25569) * 86400000)).toISOString().slice(0, 10);
  const end = closing(input, close, { first: input.value });
  let typing = !picks;
  input.addEventListener("keydown", () => { typing = true; });
  input.addEventListener("change", () => typing || end(input.value));
  input.addEventListener("blur", () => end(input.value));
  const open = () => {
    input.focus({ preventScroll: true });
    try {
      if (picks) input.showPicker();
    } catch {
      // A browser may not let it be shown; the field can be typed into in any case.
    }
  };
  return { element: input, open };
}

/** A field that filters a list; what is on no list may be entered too, and the server judges it. */
function dropdown(cell, typed, close, name) {
  const current = String(enteredIn(cell));
  const list = make("ul", { class: "choices", role: "listbox", id: "choices", popover: "manual", "aria-label": name });
  const input = make("input", {
    class: "cell-editor", type: "text", role: "combobox", "aria-label": `${words.sheet.editing} ${name}`,
    "aria-expanded": "true", "aria-controls": "choices", autocomplete: "off", spellcheck: "false",
  });
  input.value = typed;
  input.placeholder = current;
  let choices = [];
  let marked = -1;
  const fitting = () => choices.filter((each) => each.toLowerCase().includes(input.value.trim().toLowerCase()));
  const value = () => fitting()[marked] ?? (input.value === "" ? current : input.value);
  const end = closing(input, (text, move) => {
    list.remove();
    close(text, move);
  }, { value, first: current });
  const show = () => {
    const found = fitting();
    marked = Math.min(marked, found.length - 1);
    list.replaceChildren(...found.map((each, index) => {
      const item = make("li", { role: "option", id: `choice-${index}`, "aria-selected": String(index === marked), text: each });
      item.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        end(each);
      });
      return item;
    }));
    list.hidden = !found.length;
    if (marked >= 0) input.setAttribute("aria-activedescendant", `choice-${marked}`);
    list.children[marked]?.scrollIntoView({ block: "nearest" });
  };
  input.addEventListener("input", () => {
    marked = input.value ? 0 : -1;
    show();
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    marked = (marked + step + fitting().length) % Math.max(fitting().length, 1);
    show();
  });
  input.addEventListener("blur", () => end(input.value.trim() ? value() : undefined));
  const open = async () => {
    input.focus({ preventScroll: true });
    document.body.append(list);
    list.showPopover();
    place(list, input);
    choices = (await choicesOf(cell).catch(() => [])) ?? [];
    marked = typed ? 0 : choices.indexOf(current);
    show();
    place(list, input);
  };
  return { element: input, open };
}

/** Put a list below its field, or above it where there is no room. */
function place(list, input) {
  const field = input.getBoundingClientRect();
  list.style.minWidth = `${field.width}px`;
  const height = list.offsetHeight;
  const below = innerHeight - field.bottom > height + 8;
  list.style.top = `${below ? field.bottom + 2 : Math.max(4, field.top - height - 2)}px`;
  list.style.left = `${Math.max(4, Math.min(field.left, innerWidth - list.offsetWidth - 4))}px`;
}
