// The grid: Tabulator draws the rows and columns that can be seen, keeps some of them in place and scrolls; what stands
// in the cells comes from `Cells` as it is looked at. Rows are known by their index in the sheet, never by their place.
//
// The selection is our own (`selection.js`): Tabulator's visits every row of the table at each step, and does not go
// with columns that stay in place.

import { TabulatorFull as Tabulator } from "../vendor/tabulator/tabulator_esm.min.mjs";
import { letters, nameOf } from "./a1.js";
import { titleOf } from "./book.js";
import { editorFor } from "./editors.js";
import { contentOf, paint } from "./paint.js";
import { Selection } from "./selection.js";

const phone = matchMedia("(max-width: 700px)");
const WIDTHS = { least: 40, usual: 100, numbers: 46 };

export class Grid {
  /**
   * @param {HTMLElement} holder
   * @param {{select: Function, enter: Function, menu: Function}} told `select()`: something else is selected;
   *   `enter(row, column, text)`: something was typed; `menu(event)`: the context menu was asked for
   */
  constructor(holder, told) {
    this.holder = holder;
    this.told = told;
    this.table = null;
    this.rows = [];
    this.pitch = 31;
    this.painted = new Map(); // "row:column" -> element, of what is on the page now
    this.drawn = new WeakMap(); // element -> the CellData that it shows
    this.editing = null; // the element that is edited in
    this.waiting = new Map(); // "row:column" -> the version of the cells by which what was typed is judged
    this.selection = new Selection(this);
    // Tabulator takes cells off the page and puts them there again without a word.
    new MutationObserver((changes) => {
      for (const { addedNodes, removedNodes } of changes) {
        for (const node of removedNodes) this.each(node, (element, at) => this.painted.get(at) === element && this.painted.delete(at));
        for (const node of addedNodes) {
          this.each(node, (element, at) => this.attached(element, at));
          const number = node.classList?.contains("tabulator-row") && node.querySelector(":scope > .number");
          if (number) this.selection.markNumber(number);
        }
      }
    }).observe(holder, { childList: true, subtree: true });
  }

  each(node, work) {
    const inside = node.classList?.contains("tabulator-cell") ? [node] : node.classList?.contains("tabulator-row") ? node.children : [];
    for (const element of inside) if (element.dataset.at && !(element === this.editing)) work(element, element.dataset.at);
  }

  attached(element, at) {
    if (!element.isConnected) return;
    this.painted.set(at, element);
    const [row, column] = at.split(":").map(Number);
    const known = this.cells.at(row, column);
    if (this.drawn.get(element) !== known) this.paint(element, known);
    if (known === undefined) this.look();
    this.selection.mark(element, row, column);
  }

  paint(element, cell) {
    this.drawn.set(element, cell);
    paint(element, cell);
  }

  /**
   * Show a sheet.
   *
   * @param {import("./book.js").Cells} cells
   * @param {{hidden: boolean[], columns: object[]}} lines
   * @param {number[]} rows those to show, in this order
   */
  show(cells, lines, rows) {
    this.table?.destroy();
    this.painted.clear();
    this.waiting.clear();
    this.editing = null;
    Object.assign(this, { cells, rows, hiddenColumns: new Set() });
    const { frozenRowCount = 0, frozenColumnCount = 0 } = cells.sheet.gridProperties;
    this.frozen = { rows: frozenRowCount, columns: phone.matches ? Math.min(frozenColumnCount, 1) : frozenColumnCount };
    return new Promise((ready) => {
      this.table = new Tabulator(this.holder, {
        index: "row",
        data: rows.map((row) => ({ row })),
        columns: this.columns(lines),
        columnDefaults: { headerSort: false, resizable: "header", minWidth: WIDTHS.least, headerHozAlign: "center" },
        rowHeader: {
          field: "row", title: "", width: WIDTHS.numbers, minWidth: WIDTHS.numbers, frozen: true, resizable: false,
          hozAlign: "center", cssClass: "number", formatter: (cell) => String(cell.getValue() + 1),
        },
        rowHeight: phone.matches ? 40 : 30,
        height: "100%",
        frozenRows: frozenRowCount,
        renderHorizontal: "virtual",
        renderVerticalBuffer: 250, // pixels beyond what can be seen: more of it makes each jump dearer
        keybindings: false,
      });
      this.table.on("tableBuilt", () => {
        // Tabulator 6.5 forgets the rows that stay in place when it draws the columns of those that can be seen.
        const { rowManager, columnManager } = this.table;
        columnManager.renderer.getVisibleRows = function visible() {
          return (this.visibleRows ??= rowManager.getVisibleRows(true));
        };
        this.scroller = this.holder.querySelector(".tabulator-tableholder");
        this.scroller.tabIndex = -1;
        // What can be focused hides the rows in it from a grid, unless it is a group of rows itself.
        this.scroller.setAttribute("role", "rowgroup");
        this.scroller.querySelector(".tabulator-table").removeAttribute("role");
        this.scroller.addEventListener("scroll", () => this.look(), { passive: true });
        this.holder.tabIndex = 0;
        this.holder.setAttribute("aria-rowcount", String(cells.size.rows));
        this.holder.setAttribute("aria-colcount", String(cells.size.columns));
        this.pitch = this.holder.querySelector(".tabulator-row")?.offsetHeight || this.pitch;
        ready();
      });
    });
  }

  columns(lines) {
    return Array.from({ length: this.cells.size.columns }, (_, column) => {
      const { pixelSize = WIDTHS.usual, hiddenByUser = false } = lines.columns[column] ?? {};
      if (hiddenByUser) this.hiddenColumns.add(column);
      return {
        title: letters(column), field: `c${column}`, width: Math.max(pixelSize, WIDTHS.least), visible: !hiddenByUser,
        frozen: column < this.frozen.columns, formatter: (cell) => this.draw(cell, column),
      };
    });
  }

  draw(cell, column) {
    const { row } = cell.getData();
    const element = cell.getElement();
    const known = this.cells.at(row, column);
    element.dataset.at = `${row}:${column}`;
    this.drawn.set(element, known);
    return contentOf(element, known);
  }

  /** Ask for the rows that can be seen, once scrolling pauses. */
  look(pause = 50) {
    clearTimeout(this.waits);
    this.waits = setTimeout(() => this.cells.want(this.seen()).catch(() => {}), pause);
  }

  /** The indexes of the rows that can be seen, of those that stay in place too, and of a few more. */
  seen() {
    const first = Math.max(this.frozen.rows + Math.floor(this.scroller.scrollTop / this.pitch) - 5, 0);
    const count = Math.ceil(this.scroller.clientHeight / this.pitch) + 10;
    return [...this.rows.slice(0, this.frozen.rows), ...this.rows.slice(first, first + count)];
  }

  /** Draw some cells anew where they are on the page, and let those be seen that others changed. */
  repaint(places, mark) {
    for (const { row, column } of places) {
      const element = this.painted.get(`${row}:${column}`);
      if (!element || element === this.editing) continue;
      this.paint(element, this.cells.at(row, column));
      if (!mark) continue;
      element.classList.remove("changed");
      void element.offsetWidth; // so that it begins anew
      element.classList.add("changed");
    }
  }

  /** Show other rows of the same sheet. */
  async order(rows) {
    this.painted.clear();
    this.rows = rows;
    await this.table.replaceData(rows.map((row) => ({ row })));
    this.selection.keep();
  }

  /** The columns that are shown, from left to right. */
  get shownColumns() {
    return Array.from({ length: this.cells.size.columns }, (_, column) => column).filter((each) => !this.hiddenColumns.has(each));
  }

  element(row, column) {
    return this.painted.get(`${row}:${column}`) ?? null;
  }

  /** Scroll as far as it takes to see a cell. */
  reveal(row, column, middle = false) {
    const view = this.scroller;
    const at = this.rows.indexOf(row) - this.frozen.rows;
    if (at >= 0) {
      const top = at * this.pitch;
      const room = view.clientHeight - this.pitch;
      if (middle && (top < view.scrollTop || top > view.scrollTop + room)) view.scrollTop = Math.max(0, top - room / 2);
      else if (top < view.scrollTop) view.scrollTop = top;
      else if (top > view.scrollTop + room) view.scrollTop = top - room;
    }
    if (column < this.frozen.columns) return;
    const width = (each) => this.table.getColumn(`c${each}`).getWidth();
    const columns = this.shownColumns;
    const frozen = WIDTHS.numbers + columns.filter((each) => each < this.frozen.columns).reduce((sum, each) => sum + width(each), 0);
    const left = WIDTHS.numbers + columns.filter((each) => each < column).reduce((sum, each) => sum + width(each), 0);
    if (left - frozen < view.scrollLeft) view.scrollLeft = left - frozen;
    else if (left + width(column) > view.scrollLeft + view.clientWidth) {
      view.scrollLeft = Math.min(left - frozen, left + width(column) - view.clientWidth);
    }
  }

  focus() {
    this.holder.focus({ preventScroll: true });
  }

  // --- editing

  /**
   * Open the active cell; with a text, that takes the place of what is in it. `picks`: with the pointer, so that a date
   * is picked from a calendar.
   */
  async edit(typed = null, { picks = false } = {}) {
    const { row, column } = this.selection.active ?? {};
    if (row === undefined || this.editing) return;
    if (this.opening) { // somebody types faster than the cell comes
      this.opening.typed = (this.opening.typed ?? "") + (typed ?? "");
      return;
    }
    this.opening = { typed };
    this.reveal(row, column);
    try {
      if (this.cells.at(row, column) === undefined) await this.cells.want([row]);
      const element = this.element(row, column) ?? (await nextFrame(() => this.element(row, column)));
      if (element) this.openEditor(element, row, column, this.opening.typed, picks);
    } finally {
      this.opening = null;
    }
  }

  openEditor(element, row, column, typed, picks) {
    this.editing = element;
    this.told.edit();
    element.classList.add("editing");
    const name = nameOf({ row0: row, row1: row + 1, col0: column, col1: column + 1 });
    const close = (text, move) => {
      this.editing = null;
      element.classList.remove("editing");
      this.paint(element, this.cells.at(row, column));
      this.selection.mark(element, row, column);
      if (text !== undefined) {
        this.pending(element, text);
        this.told.enter(row, column, text);
      }
      if (move || !document.activeElement || document.activeElement === document.body) this.focus();
      if (move) this.selection.step(...move);
    };
    const { element: editor, open } = editorFor(this.cells.at(row, column) ?? {}, { typed, picks }, close, name);
    element.replaceChildren(editor);
    open();
  }

  /** Show what was typed until the server has judged it. */
  pending(element, text) {
    const chip = element.querySelector(".chip");
    (chip ?? element.querySelector(".words") ?? {}).textContent = String(text);
    element.classList.add("pending");
    this.waiting.set(element.dataset.at, this.cells.version + 1);
  }

  /** Cells of this version came: what was typed before it is what it is. */
  settle(version) {
    for (const [at, needed] of this.waiting) {
      if (needed > version) continue;
      this.waiting.delete(at);
      const [row, column] = at.split(":").map(Number);
      this.repaint([{ row, column }], false);
    }
  }

  /** How a screen reader is told of a cell. */
  spoken(row, column, blank, note) {
    const cell = this.cells.at(row, column);
    const told = `${letters(column)}${row + 1}, ${titleOf(this.cells, column)}: ${cell?.formattedValue || blank}`;
    return cell?.note ? `${told}. ${note}: ${cell.note}` : told;
  }
}

function nextFrame(look) {
  return new Promise((found) => requestAnimationFrame(() => requestAnimationFrame(() => found(look()))));
}
