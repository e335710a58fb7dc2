// The Sheet page: puts the spreadsheet, the grid, the hand and the tools together, and keeps them live.

import { door } from "../api.js";
import { listen } from "../live.js";
import { me, place } from "../page.js";
import { toast } from "../toast.js";
import { boxOf, nameOf } from "./a1.js";
import { Cells, about, enteredIn, kindOf } from "./book.js";
import { Edits } from "./edits.js";
import { Find } from "./find.js";
import { Grid } from "./grid.js";
import { listenToKeys } from "./keys.js";
import { Notes } from "./notes.js";
import { Tabs } from "./tabs.js";
import { Tools } from "./tools.js";

const $ = (id) => document.getElementById(id);

class SheetPage {
  constructor() {
    this.book = null; // {properties, sheets}
    this.sheet = null; // the one that is shown
    this.cells = null;
    this.lines = null;
    this.view = null; // the filter view's id
    this.rows = [];
    this.edits = new Edits(this.shown());
    this.grid = new Grid($("grid"), {
      select: () => this.selected(),
      enter: (row, column, text) => this.enter([row], { first: column, count: 1 }, text),
      edit: () => this.notes.hide(),
      toggle: () => this.toggle(),
      menu: (event) => this.tools.menu(event),
    });
    this.notes = new Notes($("grid"), this.grid);
    this.tabs = new Tabs($("tabs"), (gid) => this.open({ gid }));
    this.tools = new Tools(this);
    this.find = new Find(this);
    this.busy = Promise.resolve();
  }

  shown() {
    const page = this;
    return {
      get cells() { return page.cells; },
      get sheet() { return page.sheet; },
      repaint: (box) => page.repaintBox(box),
    };
  }

  // --- what is shown

  async start() {
    this.book = await about();
    await this.open(wanted());
    addEventListener("hashchange", () => this.open(wanted()));
    listen("spreadsheet", (event) => event.id === place.spreadsheet.id && this.refresh());
    listen("reset", () => this.refresh());
    listenToKeys(this);
    this.grid.focus();
  }

  /** Go to a sheet, a filter view, a range; one after another. */
  open(where) {
    this.busy = this.busy.then(() => this.go(where)).catch((error) => toast(error.message, "bad"));
    return this.busy;
  }

  async go({ gid, range, fvid }) {
    const sheets = this.book.sheets;
    const sheet = sheets.find((each) => String(each.properties.sheetId) === String(gid)) ?? this.sheet ?? sheets.find((each) => !each.properties.hidden);
    const view = (sheet.filterViews ?? []).some((each) => String(each.filterViewId) === String(fvid)) ? String(fvid) : null;
    const other = sheet.properties.sheetId !== this.sheet?.properties.sheetId;
    if (other || !this.cells) await this.show(sheet, view);
    else if (view !== this.view) await this.filter(view);
    const box = range && boxOf(range, this.cells.size.rows, this.cells.size.columns);
    if (box) this.grid.selection.cover(box, { middle: true });
    else if (other) this.grid.selection.cover(this.beginning);
    if (box) this.grid.look(0);
    this.write();
  }

  /** The first cell below what stays in place. */
  get beginning() {
    const row = this.rows[this.sheet.properties.gridProperties.frozenRowCount ?? 0] ?? 0;
    return { row0: row, row1: row + 1, col0: 0, col1: 1 };
  }

  async show(sheet, view) {
    if (this.cells) this.cells.gone = true;
    this.sheet = sheet;
    this.view = view;
    this.cells = new Cells(sheet.properties, (...news) => this.changed(...news));
    const cells = this.cells;
    const [lines] = await Promise.all([cells.lines(), cells.want([0])]);
    this.lines = lines;
    this.rows = await this.visible();
    await this.grid.show(cells, lines, this.rows);
    this.tabs.show(this.book.sheets, sheet.properties.sheetId);
    this.tools.show();
    this.grid.look(0);
    document.title = `${sheet.properties.title} · ${this.book.properties.title}`;
  }

  /** Choose a filter view, or none. */
  async filter(view) {
    this.view = view;
    this.rows = await this.visible();
    await this.grid.order(this.rows);
    this.tools.show();
    this.write();
  }

  /** The rows to show: all that nobody hid, or those of the filter view in its order. */
  async visible() {
    const all = Array.from({ length: this.cells.size.rows }, (_, row) => row);
    if (!this.view) return all.filter((row) => !this.lines.hidden[row]);
    const found = await door(`/workspace/view?as=${encodeURIComponent(me)}&fvid=${this.view}&spreadsheet=${place.spreadsheet.id}`);
    const header = all.slice(0, Math.max((found.range.startRowIndex ?? 0) + 1, this.sheet.properties.gridProperties.frozenRowCount ?? 0));
    return [...header, ...found.rows.filter((row) => row >= header.length && !this.lines.hidden[row])];
  }

  // --- live

  /** Something changed in the spreadsheet: read what is looked at anew, once at a time. */
  refresh() {
    this.cells?.outdate();
    this.again = true;
    this.reading ??= this.readAgain().catch(() => {}).finally(() => {
      this.reading = null;
      if (this.again) this.refresh();
    });
  }

  /** Resolves when what is shown is what there is. */
  async settled() {
    while (this.reading) await this.reading;
  }

  async readAgain() {
    await new Promise((later) => setTimeout(later, 40)); // a pass writes more than once
    this.again = false;
    const [cells, old] = [this.cells, this.cells.sheet];
    this.book = await about();
    const sheet = this.book.sheets.find((each) => each.properties.sheetId === old.sheetId);
    if (!sheet) return this.open({ gid: this.book.sheets[0].properties.sheetId });
    if (cells !== this.cells) return undefined;
    this.sheet = sheet;
    cells.sheet = sheet.properties;
    const lines = await cells.lines();
    if (cells !== this.cells || this.grid.editing) return cells.want(this.grid.seen());
    await this.reshape(lines, old);
    this.tabs.show(this.book.sheets, sheet.properties.sheetId);
    this.tools.show();
    return cells.want(this.grid.seen());
  }

  /** Rows or columns came or went, or others are to be shown. */
  async reshape(lines, old) {
    const { rowCount, columnCount, frozenRowCount, frozenColumnCount } = this.sheet.properties.gridProperties;
    const were = old.gridProperties;
    const columns = columnCount !== were.columnCount || frozenRowCount !== were.frozenRowCount || frozenColumnCount !== were.frozenColumnCount
      || JSON.stringify(lines.columns) !== JSON.stringify(this.lines.columns);
    const hidden = JSON.stringify(lines.hidden) !== JSON.stringify(this.lines.hidden);
    if (rowCount !== were.rowCount) this.edits.forget();
    this.lines = lines;
    if (columns) {
      const { scrollTop, scrollLeft } = this.grid.scroller;
      this.rows = await this.visible();
      await this.grid.show(this.cells, lines, this.rows);
      Object.assign(this.grid.scroller, { scrollTop, scrollLeft });
      this.grid.selection.keep();
    } else if (this.view) {
      // Rows that do not fit any more stay until the view is chosen again: whoever works in it does not lose sight.
      const shown = new Set(this.rows);
      const fresh = (await this.visible()).filter((row) => !shown.has(row));
      if (fresh.length || rowCount < were.rowCount) {
        this.rows = [...this.rows.filter((row) => row < rowCount), ...fresh];
        await this.grid.order(this.rows);
      }
    } else if (hidden || rowCount !== were.rowCount) {
      this.rows = await this.visible();
      await this.grid.order(this.rows);
    }
  }

  changed(changes, first, version) {
    this.grid.repaint(changes, !first);
    this.grid.settle(version);
    this.edits.answered(this.sheet.properties.sheetId, first ? [] : changes, version);
    const { active } = this.grid.selection;
    if (!active || !changes.some((each) => each.row === active.row && each.column === active.column)) return;
    this.grid.selection.draw();
    this.selected();
  }

  repaintBox(box) {
    const places = [];
    for (let row = box.row0; row < box.row1; row += 1) for (let column = box.col0; column < box.col1; column += 1) places.push({ row, column });
    this.grid.repaint(places, false);
  }

  // --- the hand

  async enter(rows, columns, values) {
    const taken = await this.edits.enter(rows, columns, values);
    if (taken) this.refresh();
    return taken;
  }

  /** Turn the active cell over where it is a checkbox; false where it is none. */
  toggle() {
    const { row, column } = this.grid.selection.active;
    const cell = this.cells.at(row, column);
    if (kindOf(cell) !== "checkbox") return false;
    this.enter([row], { first: column, count: 1 }, !(cell.userEnteredValue?.boolValue ?? false));
    return true;
  }

  selected() {
    const { active, box } = this.grid.selection;
    const cell = this.cells.at(active.row, active.column);
    if (document.activeElement !== $("name")) $("name").value = nameOf(box);
    if (document.activeElement !== $("formula")) $("formula").value = String(enteredIn(cell));
    this.notes.show(active, cell);
    this.tools.selected();
    this.write();
  }

  /** The address says where we are: it can be sent to others. */
  write() {
    const { box } = this.grid.selection;
    const parts = [`gid=${this.sheet.properties.sheetId}`];
    if (box) parts.push(`range=${nameOf(box)}`);
    if (this.view) parts.push(`fvid=${this.view}`);
    history.replaceState(null, "", `#${parts.join("&")}`);
  }
}

function wanted() {
  return Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
}

const page = new SheetPage();
await page.start();
