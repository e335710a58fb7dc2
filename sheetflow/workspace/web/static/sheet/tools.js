// The toolbar and the menus: filter views, sorting, rows and columns. Changes to the sheet's shape go over Google's
// API as the person, whose rights it knows.

import { icon, language, make, words } from "../page.js";
import { toast } from "../toast.js";
import { boxOf, letters, nameOf } from "./a1.js";
import { change, kindOf } from "./book.js";

const $ = (id) => document.getElementById(id);
const text = words.sheet;

export class Tools {
  constructor(page) {
    this.page = page;
    $("undo").addEventListener("click", () => page.edits.undo());
    $("redo").addEventListener("click", () => page.edits.redo());
    $("find-open").addEventListener("click", () => page.find.open());
    $("name").addEventListener("keydown", (event) => event.key === "Enter" && this.jump());
    $("formula").addEventListener("keydown", (event) => this.typed(event));
    this.context = make("div", { id: "cell-menu", class: "menu list", popover: "auto" });
    document.body.append(this.context);
    this.fill($("rows-menu"));
    this.fill(this.context);
  }

  // --- the bar

  jump() {
    const { rows, columns } = this.page.cells.size;
    const box = boxOf($("name").value, rows, columns);
    if (!box) return toast(text.no_range, "bad");
    this.page.grid.selection.cover(box, { middle: true });
    return this.page.grid.focus();
  }

  typed(event) {
    if (event.key === "Escape") {
      this.page.grid.focus();
      this.page.selected();
    }
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    const { row, column } = this.page.grid.selection.active;
    this.page.enter([row], { first: column, count: 1 }, $("formula").value);
    this.page.grid.focus();
  }

  /** Another sheet or filter view is shown. */
  show() {
    const views = this.page.sheet.filterViews ?? [];
    const current = views.find((each) => String(each.filterViewId) === this.page.view);
    $("views").hidden = !views.length;
    $("views").classList.toggle("on", Boolean(current));
    $("views-name").textContent = current?.title ?? text.filter_views;
    $("view-bar").hidden = !current;
    $("view-title").textContent = current?.title ?? "";
    const item = (title, view) => make("button", {
      type: "button", class: "quiet", "aria-current": view === this.page.view ? "true" : undefined,
      onclick: () => {
        $("views-menu").hidePopover();
        this.page.filter(view);
      },
    }, make("span", { text: title }));
    $("views-menu").replaceChildren(item(text.no_view, null), ...views.map((each) => item(each.title, String(each.filterViewId))));
    $("view-close").onclick = () => this.page.filter(null);
    $("view-again").onclick = () => this.page.filter(this.page.view);
  }

  selected() {
    $("sum").textContent = this.page.grid.selection.single ? "" : this.sum();
  }

  /** The sum of the numbers that are selected; "" for fewer than two. */
  sum() {
    const { rows, columns } = this.page.grid.selection;
    const cells = rows.flatMap((row) => columns.map((column) => this.page.cells.at(row, column)));
    const numbers = cells.filter((cell) => kindOf(cell) === "text").map((cell) => cell?.userEnteredValue?.numberValue).filter((each) => each !== undefined);
    const total = numbers.reduce((sum, each) => sum + each, 0);
    return numbers.length > 1 ? text.sum.replace("{sum}", total.toLocaleString(language, { maximumFractionDigits: 2 })) : "";
  }

  // --- rows and columns

  fill(menu) {
    const items = [
      ["rows", text.insert_above, (box) => this.insert(box, false)],
      ["rows", text.insert_below, (box) => this.insert(box, true)],
      ["close", text.delete_rows, (box) => this.remove(box)],
      ["sort-up", text.sort_up, (box) => this.sort(box, "ASCENDING")],
      ["sort-down", text.sort_down, (box) => this.sort(box, "DESCENDING")],
      ["plus", text.add_column, () => this.addColumn()],
      ["link", text.copy_link, (box) => this.copyLink(box)],
    ];
    menu.replaceChildren(...items.map(([mark, title, work]) => make("button", {
      type: "button", class: "quiet",
      onclick: () => {
        menu.hidePopover();
        this.page.grid.focus();
        if (this.page.grid.selection.box) work(this.page.grid.selection.box);
      },
    }, icon(mark), make("span", { text: title }))));
  }

  /** The menu at the pointer, or at the active cell. */
  menu(event) {
    const { row, column } = this.page.grid.selection.active;
    const cell = this.page.grid.element(row, column)?.getBoundingClientRect();
    const [left, top] = event ? [event.clientX, event.clientY] : [cell?.left ?? 0, cell?.bottom ?? 0];
    this.context.showPopover();
    this.context.style.left = `${Math.min(left, innerWidth - this.context.offsetWidth - 4)}px`;
    this.context.style.top = `${Math.min(top, innerHeight - this.context.offsetHeight - 4)}px`;
    this.context.querySelector("button").focus();
  }

  async change(...requests) {
    try {
      await change(...requests);
    } catch {
      return false; // said already
    }
    this.page.edits.forget();
    this.page.refresh();
    return true;
  }

  range(start, end) {
    return { sheetId: this.page.sheet.properties.sheetId, dimension: "ROWS", startIndex: start, endIndex: end };
  }

  insert(box, below) {
    const count = box.row1 - box.row0;
    const start = below ? box.row1 : box.row0;
    return this.change({ insertDimension: { range: this.range(start, start + count), inheritFromBefore: start > 0 } });
  }

  remove(box) {
    return this.change({ deleteDimension: { range: this.range(box.row0, box.row1) } });
  }

  /** Sort a range by its first column; a single cell stands for all rows below the frozen ones. */
  sort(box, sortOrder) {
    const { rows, columns } = this.page.cells.size;
    const frozen = this.page.sheet.properties.gridProperties.frozenRowCount ?? 0;
    const single = box.row1 - box.row0 === 1;
    const range = single
      ? { startRowIndex: frozen, endRowIndex: rows, startColumnIndex: 0, endColumnIndex: columns }
      : { startRowIndex: Math.max(box.row0, frozen), endRowIndex: box.row1, startColumnIndex: box.col0, endColumnIndex: box.col1 };
    const sheetId = this.page.sheet.properties.sheetId;
    return this.change({ sortRange: { range: { sheetId, ...range }, sortSpecs: [{ dimensionIndex: box.col0, sortOrder }] } });
  }

  async addColumn() {
    const { columns } = this.page.cells.size;
    const sheetId = this.page.sheet.properties.sheetId;
    if (!(await this.change({ appendDimension: { sheetId, dimension: "COLUMNS", length: 1 } }))) return;
    await this.page.settled();
    toast(text.column_added.replace("{column}", letters(columns)), "good");
    this.page.grid.selection.cover({ row0: 0, row1: 1, col0: columns, col1: columns + 1 });
  }

  copyLink(box) {
    const { origin } = location;
    const view = this.page.view ? `&fvid=${this.page.view}` : "";
    const link = `${origin}/sheet#gid=${this.page.sheet.properties.sheetId}&range=${nameOf(box)}${view}`;
    navigator.clipboard.writeText(link).then(() => toast(text.link_copied, "good"), () => toast(link));
  }
}

