// What is selected: a corner that typing goes into, and the cells from there to where the selection ends. Between them
// lie the rows as they are shown: with a filter view, others than the sheet's neighbours.

import { words } from "../page.js";

const EDGES = ["edge-top", "edge-bottom", "edge-left", "edge-right"];

export class Selection {
  constructor(grid) {
    this.grid = grid;
    this.active = null; // {row, column}
    this.end = null;
    this.whole = ""; // "rows", "columns", "all": whole lines were chosen
    this.touched = false;
    const { holder } = grid;
    holder.addEventListener("pointerdown", (event) => this.pressed(event));
    holder.addEventListener("pointerover", (event) => this.dragged(event));
    addEventListener("pointerup", () => { this.dragging = null; });
    holder.addEventListener("click", (event) => this.clicked(event));
    holder.addEventListener("dblclick", (event) => this.placeOf(event.target) && grid.edit(null, { picks: true }));
    holder.addEventListener("contextmenu", (event) => {
      const place = this.placeOf(event.target);
      if (!place || grid.editing) return;
      event.preventDefault();
      if (!this.holds(place.row, place.column)) this.to(place);
      grid.told.menu(event);
    });
  }

  // --- what it is

  /** The rows that are selected, in the order in which they are shown. */
  get rows() {
    if (!this.active) return [];
    const { rows } = this.grid;
    const [one, two] = [rows.indexOf(this.active.row), rows.indexOf(this.end.row)].sort((a, b) => a - b);
    return rows.slice(Math.max(one, 0), two + 1);
  }

  get columns() {
    if (!this.active) return [];
    const [first, last] = [this.active.column, this.end.column].sort((a, b) => a - b);
    return this.grid.shownColumns.filter((each) => each >= first && each <= last);
  }

  /** The smallest box of the sheet around it; null where nothing is selected. */
  get box() {
    const { rows, columns } = this;
    if (!rows.length || !columns.length) return null;
    return { row0: Math.min(...rows), row1: Math.max(...rows) + 1, col0: columns[0], col1: columns.at(-1) + 1 };
  }

  get single() {
    return Boolean(this.active) && this.active.row === this.end.row && this.active.column === this.end.column;
  }

  holds(row, column) {
    return Boolean(this.active) && this.rowSet.has(row) && column >= this.left && column <= this.right;
  }

  // --- changing it

  /** Select from one cell to another; the second may be left out. */
  to(active, end = active, { scroll = true, whole = "", middle = false } = {}) {
    Object.assign(this, { active, end, whole });
    if (scroll) this.grid.reveal(end.row, end.column, middle);
    this.draw();
    this.grid.told.select();
  }

  /** Select a box of the sheet, as far as it is shown; false where nothing of it is. */
  cover(box, options) {
    const rows = this.grid.rows.filter((row) => row >= box.row0 && row < box.row1);
    const columns = this.grid.shownColumns.filter((each) => each >= box.col0 && each < box.col1);
    if (!rows.length || !columns.length) return false;
    if (options?.scroll !== false) this.grid.reveal(rows.at(-1), columns.at(-1), options?.middle);
    const [active, end] = [{ row: rows[0], column: columns[0] }, { row: rows.at(-1), column: columns.at(-1) }];
    if (options?.scroll !== false) this.grid.reveal(active.row, active.column, options?.middle);
    this.to(active, end, { ...options, scroll: false });
    return true;
  }

  /** Other rows are shown: keep what of it is still there. */
  keep() {
    if (!this.active) return;
    const shown = new Set(this.grid.rows);
    const inside = (place) => shown.has(place.row) && place.column < this.grid.cells.size.columns;
    if (!inside(this.active)) this.active = { row: this.grid.rows[0], column: 0 };
    if (!inside(this.end)) this.end = this.active;
    this.draw();
    this.grid.told.select();
  }

  /** Go on by so many rows and columns as they are shown. */
  step(down, right, extend = false) {
    const { rows, shownColumns: columns } = this.grid;
    const from = extend ? this.end : this.active;
    const next = (list, at, by) => list[Math.min(Math.max(list.indexOf(at) + by, 0), list.length - 1)];
    const place = { row: next(rows, from.row, down), column: next(columns, from.column, right) };
    if (extend) this.to(this.active, place);
    else this.to(place);
  }

  /** Go to the edge of what is filled, in one direction: as Ctrl with an arrow. */
  jump(down, right, extend = false) {
    const { rows, shownColumns: columns, cells } = this.grid;
    const from = extend ? this.end : this.active;
    const list = down ? rows : columns;
    const by = down || right;
    const filled = (at) => Boolean((down ? cells.at(list[at], from.column) : cells.at(from.row, list[at]))?.formattedValue);
    let at = list.indexOf(down ? from.row : from.column);
    const last = by > 0 ? list.length - 1 : 0;
    const inside = filled(at) && at !== last && filled(at + by);
    while (at !== last) {
      at += by;
      if (inside ? at === last || !filled(at + by) : filled(at)) break;
    }
    this.step(...(down ? [at - list.indexOf(from.row), 0] : [0, at - list.indexOf(from.column)]), extend);
  }

  // --- the mouse

  placeOf(target) {
    const at = target.closest?.(".tabulator-cell[data-at]")?.dataset.at;
    if (!at) return null;
    const [row, column] = at.split(":").map(Number);
    return { row, column };
  }

  /** The cell, row number or column's head under the pointer. */
  under(target) {
    const place = this.placeOf(target);
    if (place) return { kind: "cell", ...place };
    const number = target.closest?.(".tabulator-row .number");
    if (number) return { kind: "rows", row: Number(number.textContent) - 1 };
    const head = target.closest?.(".tabulator-col");
    if (!head || target.closest(".tabulator-col-resize-handle")) return null;
    const field = head.getAttribute("tabulator-field") ?? "";
    return /^c\d+$/.test(field) ? { kind: "columns", column: Number(field.slice(1)) } : { kind: "all" };
  }

  pressed(event) {
    if (event.button !== 0 || event.target.closest(".editing, a[href]")) return;
    const found = this.under(event.target);
    if (!found) return;
    this.again = found.kind === "cell" && this.single && this.active.row === found.row && this.active.column === found.column;
    if (event.pointerType === "touch") return; // a finger scrolls; a tap arrives as a click
    event.preventDefault();
    this.grid.focus();
    this.dragging = found.kind;
    this.choose(found, event.shiftKey);
  }

  clicked(event) {
    const found = event.pointerType === "touch" && !event.target.closest(".editing, a[href]") && this.under(event.target);
    if (found) {
      this.grid.focus();
      if (this.again) this.grid.edit(null, { picks: true });
      else this.choose(found, false);
    } else if (event.target.closest(".check") && event.pointerType !== "touch") this.grid.told.toggle();
  }

  dragged(event) {
    if (!this.dragging || !(event.buttons & 1)) return;
    const found = this.under(event.target);
    if (found?.kind === this.dragging && found.kind !== "all") this.choose(found, true);
  }

  choose(found, extend) {
    const { rows, shownColumns: columns } = this.grid;
    const from = extend && this.active;
    const place = { row: found.row, column: found.column };
    if (found.kind === "cell") this.to(from || place, place, { scroll: Boolean(extend) });
    else if (found.kind === "rows") {
      this.to({ row: from ? from.row : found.row, column: columns[0] }, { row: found.row, column: columns.at(-1) }, { scroll: false, whole: "rows" });
    } else if (found.kind === "columns") {
      this.to({ row: rows[0], column: from ? from.column : found.column }, { row: rows.at(-1), column: found.column }, { scroll: false, whole: "columns" });
    } else this.all();
  }

  all() {
    const { rows, shownColumns: columns } = this.grid;
    this.to({ row: rows[0], column: columns[0] }, { row: rows.at(-1), column: columns.at(-1) }, { scroll: false, whole: "all" });
  }

  // --- how it looks

  draw() {
    const { rows, columns } = this;
    this.rowSet = new Set(rows);
    [this.top, this.bottom, this.left, this.right] = [rows[0], rows.at(-1), columns[0], columns.at(-1)];
    for (const [at, element] of this.grid.painted) {
      const [row, column] = at.split(":").map(Number);
      this.mark(element, row, column);
    }
    for (const head of this.grid.holder.querySelectorAll(".tabulator-col[tabulator-field^='c']")) {
      const column = Number(head.getAttribute("tabulator-field").slice(1));
      head.classList.toggle("chosen", column >= this.left && column <= this.right);
    }
    for (const number of this.grid.holder.querySelectorAll(".tabulator-row .number")) this.markNumber(number);
  }

  markNumber(element) {
    element.classList.toggle("chosen", Boolean(this.rowSet?.has(Number(element.textContent) - 1)));
  }

  mark(element, row, column) {
    if (!this.active || !this.rowSet) return;
    const inside = this.holds(row, column);
    const active = this.active.row === row && this.active.column === column;
    const several = inside && !this.single;
    element.classList.toggle("selected", several);
    element.classList.toggle("active", active);
    element.setAttribute("aria-selected", String(inside));
    const edges = [row === this.top, row === this.bottom, column === this.left, column === this.right];
    EDGES.forEach((name, index) => element.classList.toggle(name, several && edges[index]));
    if (active) {
      document.getElementById("active-cell")?.removeAttribute("id");
      element.id = "active-cell";
      element.setAttribute("aria-label", this.grid.spoken(row, column, words.sheet.blank, words.sheet.note));
      this.grid.holder.setAttribute("aria-activedescendant", "active-cell");
    } else if (element.hasAttribute("aria-label")) {
      element.removeAttribute("aria-label");
      element.removeAttribute("id");
    }
  }
}
