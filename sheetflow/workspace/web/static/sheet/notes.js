// Notes at cells: a corner says that there is one; it is shown beside the cell that is active, or pointed at.

import { make } from "../page.js";

export class Notes {
  constructor(holder, grid) {
    this.holder = holder;
    this.grid = grid;
    this.box = make("div", { id: "note", class: "note", role: "tooltip", popover: "manual" });
    document.body.append(this.box);
    holder.addEventListener("pointerover", (event) => {
      const element = event.target.closest(".tabulator-cell.noted");
      if (event.pointerType === "mouse" && element) this.beside(element);
      else if (event.pointerType === "mouse") this.back();
    });
    holder.addEventListener("scroll", () => this.hide(), true);
  }

  /** The active cell's note, if it has one. */
  show(active, cell) {
    this.active = cell?.note ? this.grid.element(active.row, active.column) : null;
    this.note = cell?.note ?? "";
    this.back();
  }

  back() {
    if (this.active?.isConnected) this.beside(this.active, this.note);
    else this.hide();
  }

  beside(element, note = this.noteOf(element)) {
    if (!note) return;
    this.box.textContent = note;
    this.box.showPopover();
    const cell = element.getBoundingClientRect();
    const right = cell.right + this.box.offsetWidth + 6 < innerWidth;
    this.box.style.left = `${right ? cell.right + 4 : Math.max(4, Math.min(cell.left, innerWidth - this.box.offsetWidth - 4))}px`;
    const top = right ? cell.top : cell.bottom + 4;
    this.box.style.top = `${Math.max(4, Math.min(top, innerHeight - this.box.offsetHeight - 4))}px`;
  }

  noteOf(element) {
    const [row, column] = element.dataset.at.split(":").map(Number);
    return this.grid.cells.at(row, column)?.note ?? "";
  }

  hide() {
    if (this.box.matches(":popover-open")) this.box.hidePopover();
  }
}
