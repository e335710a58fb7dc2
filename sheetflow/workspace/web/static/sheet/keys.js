// The keyboard and the clipboard over the grid.

import { words } from "../page.js";
import { toast } from "../toast.js";
import { fullName } from "./a1.js";
import { texts } from "./book.js";
import { fromText, toHtml, toText } from "./clipboard.js";
import { Edits } from "./edits.js";

const ARROWS = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };

export function listenToKeys(page) {
  const { grid } = page;
  const forGrid = (event) => !grid.editing && grid.selection.active && (event.target === grid.holder || event.target === document.body);
  document.addEventListener("keydown", (event) => {
    const command = event.ctrlKey || event.metaKey;
    if (command && event.code === "KeyF" && !event.shiftKey) return act(event, () => page.find.open());
    return forGrid(event) && !event.isComposing ? pressed(page, event, command) : undefined;
  });
  for (const kind of ["copy", "cut"]) {
    document.addEventListener(kind, (event) => {
      if (forGrid(event)) act(event, () => copy(page, event.clipboardData, kind === "cut"));
    });
  }
  document.addEventListener("paste", (event) => {
    if (forGrid(event)) act(event, () => paste(page, event.clipboardData.getData("text/plain")));
  });
}

function act(event, work) {
  event.preventDefault();
  return work();
}

function pressed(page, event, command) {
  const { grid } = page;
  const { selection } = grid;
  const arrow = ARROWS[event.key];
  if (arrow) return act(event, () => (command ? selection.jump(...arrow, event.shiftKey) : selection.step(...arrow, event.shiftKey)));
  const work = command ? shortcut(page, event) : plain(page, event);
  if (work) return act(event, work);
  const types = !command && !event.altKey && event.key.length === 1;
  return types ? act(event, () => grid.edit(event.key)) : undefined;
}

/** What a key does with Ctrl; by the key's place, so that it is the same on every keyboard. */
function shortcut(page, { code, shiftKey }) {
  const { edits } = page;
  const { selection, rows, shownColumns } = page.grid;
  return {
    KeyZ: () => (shiftKey ? edits.redo() : edits.undo()),
    KeyY: () => edits.redo(),
    KeyA: () => selection.all(),
    Home: () => selection.to({ row: rows[0], column: shownColumns[0] }),
    End: () => selection.to({ row: rows.at(-1), column: shownColumns.at(-1) }),
  }[code];
}

function plain(page, { key, shiftKey }) {
  const { grid } = page;
  const { selection } = grid;
  const screen = Math.max(Math.floor(grid.scroller.clientHeight / grid.pitch) - 2, 1);
  return {
    Enter: () => page.toggle() || grid.edit(),
    F2: () => grid.edit(),
    " ": () => page.toggle() || grid.edit(" "),
    Delete: () => clear(page),
    Backspace: () => clear(page),
    Tab: () => selection.step(0, shiftKey ? -1 : 1),
    Escape: () => selection.to(selection.active),
    PageDown: () => selection.step(screen, 0, shiftKey),
    PageUp: () => selection.step(-screen, 0, shiftKey),
    Home: () => selection.to({ row: selection.active.row, column: grid.shownColumns[0] }),
    End: () => selection.to({ row: selection.active.row, column: grid.shownColumns.at(-1) }),
    ContextMenu: () => page.tools.menu(),
    F10: shiftKey ? () => page.tools.menu() : undefined,
  }[key];
}

async function clear(page) {
  const { rows, columns } = page.grid.selection;
  if (await page.enter(rows, { first: columns[0], count: columns.length }, "")) Edits.told(rows.length * columns.length);
}

function copy(page, target, cut) {
  const { rows, columns, box } = page.grid.selection;
  const cells = rows.map((row) => columns.map((column) => page.cells.at(row, column)));
  if (cells.every((line) => line.every((cell) => cell !== undefined))) {
    const shown = cells.map((line) => line.map((cell) => cell.formattedValue ?? ""));
    target.setData("text/plain", toText(shown));
    target.setData("text/html", toHtml(shown));
  } else { // not all of it was looked at yet
    const range = fullName(page.sheet.properties.title, box);
    const item = texts(range).then((found) => new Blob([toText(found)], { type: "text/plain" }));
    navigator.clipboard.write([new ClipboardItem({ "text/plain": item })]).catch(() => toast(words.sheet.not_copied, "bad"));
  }
  if (cut) clear(page);
}

/** Paste from the active cell on; a single value fills all that is selected. */
async function paste(page, text) {
  if (text === "") return;
  const { selection, rows: shown } = page.grid;
  const block = fromText(text);
  const fills = block.length === 1 && block[0].length === 1;
  const first = selection.columns[0];
  let rows = selection.rows;
  let count = selection.columns.length;
  if (!fills) {
    const at = shown.indexOf(selection.rows[0]);
    rows = shown.slice(at, at + block.length);
    while (rows.length < block.length) rows.push(rows.at(-1) + 1); // beyond the end: the sheet grows
    count = block[0].length;
  }
  if (!(await page.enter(rows, { first, count }, fills ? block[0][0] : block))) return;
  Edits.told(rows.length * count);
  if (!fills) selection.cover({ row0: Math.min(...rows), row1: Math.max(...rows) + 1, col0: first, col1: first + count }, { scroll: false });
}
