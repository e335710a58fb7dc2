// What a person's hand does: typing, pasting, clearing, undoing. Everything goes through the one door at which the
// server judges it; where it refuses, the cells show again what is there.

import { door } from "../api.js";
import { fill, me, words } from "../page.js";
import { toast } from "../toast.js";
import { fullName, touches } from "./a1.js";
import { enteredIn } from "./book.js";
import { ask } from "./dialog.js";

const REMEMBERED = 100;
const MINE = 120_000; // milliseconds for which a note at a cell is taken for the answer to an edit

export class Edits {
  /** @param {{cells: import("./book.js").Cells, sheet: object, repaint: Function}} shown what is on the page now */
  constructor(shown) {
    this.shown = shown;
    this.done = []; // {sheet, parts: [{box, before, after}]}
    this.undone = [];
    this.mine = new Map(); // "sheet:row:column" -> {until, was, typed, version, seen}: what this person did
  }

  /**
   * Enter a value into cells, or a block of values from a corner on. Resolves to whether it was taken.
   *
   * @param {number[]} rows the sheet's; rows that are no neighbours are edited apart
   * @param {{first: number, count: number}} columns
   * @param {string|number|boolean|Array<Array>} values one for all of them, or a line for each row
   */
  async enter(rows, columns, values) {
    const block = Array.isArray(values) ? values : null;
    const parts = runsOf(rows).map((run) => ({
      box: { row0: run[0].row, row1: run.at(-1).row + 1, col0: columns.first, col1: columns.first + columns.count },
      after: block ? run.map((each) => block[each.at]) : values,
    }));
    for (const { box } of parts) if (!(await this.sure(box))) return this.restore(box);
    const entered = [];
    for (const { box, after } of parts) {
      await this.shown.cells.want(rowsOf(box));
      const before = this.held(box);
      if (!(await this.send(box, after))) break;
      entered.push({ box, before, after });
    }
    if (entered.length) {
      this.done.push({ sheet: this.shown.sheet.properties.sheetId, parts: entered });
      if (this.done.length > REMEMBERED) this.done.shift();
      this.undone = [];
    }
    return entered.length === parts.length;
  }

  async send(box, values) {
    const { sheet } = this.shown;
    this.expect(sheet.properties.sheetId, box, values);
    try {
      const range = fullName(sheet.properties.title, box);
      const what = Array.isArray(values) ? { values } : { value: values };
      await door("/workspace/edit", { as: me, range, ...what, wait: false });
    } catch {
      this.forgetMine(sheet.properties.sheetId, box);
      return this.restore(box); // said already, in Google's words
    }
    return true;
  }

  restore(box) {
    this.shown.repaint(box);
    return false;
  }

  /** What stands in a box now, as it would have to be typed. */
  held(box) {
    return rowsOf(box).map((row) => columnsOf(box).map((column) => enteredIn(this.shown.cells.at(row, column))));
  }

  /** A range that only warns is asked about, as at Google. */
  async sure(box) {
    const warned = (this.shown.sheet.protectedRanges ?? []).some((each) => each.warningOnly && touches(each.range, box));
    return !warned || ask(words.sheet.warning, words.sheet.edit_anyway);
  }

  undo() {
    return this.back(this.done, this.undone, words.sheet.nothing_to_undo);
  }

  redo() {
    return this.back(this.undone, this.done, words.sheet.nothing_to_redo);
  }

  /** Type again what stood there before the last edit of this sheet. What stands there already is left alone. */
  async back(from, to, nothing) {
    const edit = from.findLast((each) => each.sheet === this.shown.sheet.properties.sheetId);
    if (!edit) return toast(nothing);
    from.splice(from.indexOf(edit), 1);
    const parts = [];
    for (const { box, before } of edit.parts) {
      await this.shown.cells.want(rowsOf(box));
      const held = this.held(box);
      const single = held.length === 1 && held[0].length === 1;
      if (!same(held, before) && !(await this.send(box, single ? before[0][0] : before))) return undefined;
      parts.push({ box, before: held, after: before });
    }
    return to.push({ ...edit, parts });
  }

  /** Rows were moved: what was done before is not where it was. */
  forget() {
    this.done = [];
    this.undone = [];
  }

  // --- answers

  expect(sheet, box, values) {
    const { cells } = this.shown;
    const block = Array.isArray(values) ? values : null;
    for (const row of rowsOf(box)) {
      for (const column of columnsOf(box)) {
        const typed = String(block ? block[row - box.row0][column - box.col0] : values);
        const was = cells.at(row, column)?.formattedValue ?? "";
        this.mine.set(`${sheet}:${row}:${column}`, { until: Date.now() + MINE, was, typed, version: cells.version + 1, seen: false });
      }
    }
  }

  forgetMine(sheet, box) {
    for (const row of rowsOf(box)) for (const column of columnsOf(box)) this.mine.delete(`${sheet}:${row}:${column}`);
  }

  /**
   * Tell of notes at cells which this person edited: a rule's answer. A note is news where it is another one, and where
   * the cell shows again what stood there before the edit.
   */
  answered(sheet, changes, version) {
    const told = new Set();
    for (const { row, column, before, after } of changes) {
      const mine = this.mine.get(`${sheet}:${row}:${column}`);
      if (!mine || mine.until < Date.now()) continue;
      mine.seen = true;
      const back = textOf(after) === mine.was && textOf(before) !== mine.was;
      if (after.note && (after.note !== before.note || back)) told.add(after.note);
    }
    for (const [at, mine] of this.mine) {
      if (mine.until < Date.now()) this.mine.delete(at);
      if (mine.seen || mine.version > version) continue;
      mine.seen = true; // it was put back before we looked
      const [of, row, column] = at.split(":").map(Number);
      const cell = of === sheet ? this.shown.cells.at(row, column) : undefined;
      if (cell?.note && textOf(cell) === mine.was && mine.typed !== mine.was) told.add(cell.note);
    }
    for (const note of told) toast(note, "bad");
  }

  /** Say how much was changed where it was more than a cell. */
  static told(count) {
    if (count > 1) toast(fill(words.sheet.cells_changed, { count: String(count) }));
  }
}

/** Neighbouring rows together: [5, 6, 9] -> two runs; `at` says where in the list a row was. */
function runsOf(rows) {
  const sorted = rows.map((row, at) => ({ row, at })).sort((one, two) => one.row - two.row);
  const runs = [];
  for (const each of sorted) {
    if (runs.length && runs.at(-1).at(-1).row + 1 === each.row) runs.at(-1).push(each);
    else runs.push([each]);
  }
  return runs;
}

const textOf = (cell) => cell?.formattedValue ?? "";
const rowsOf = (box) => Array.from({ length: box.row1 - box.row0 }, (_, index) => box.row0 + index);
const columnsOf = (box) => Array.from({ length: box.col1 - box.col0 }, (_, index) => box.col0 + index);
const same = (one, two) => JSON.stringify(one.map((line) => line.map(String))) === JSON.stringify(two.map((line) => line.map(String)));
