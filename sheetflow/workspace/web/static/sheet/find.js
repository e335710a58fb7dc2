// Looking for a text in the sheet that is shown, through all of its rows.

import { fill, words } from "../page.js";
import { fullName } from "./a1.js";
import { texts } from "./book.js";

const $ = (id) => document.getElementById(id);

export class Find {
  constructor(page) {
    this.page = page;
    this.found = [];
    this.at = -1;
    this.waits = 0;
    $("find-text").addEventListener("input", () => {
      clearTimeout(this.waits);
      this.waits = setTimeout(() => this.search(), 150);
    });
    $("find-text").addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.step(event.shiftKey ? -1 : 1);
    });
    $("find-next").addEventListener("click", () => this.step(1));
    $("find-previous").addEventListener("click", () => this.step(-1));
    $("find-close").addEventListener("click", () => this.close());
  }

  open() {
    $("find").hidden = false;
    $("find-text").focus();
    $("find-text").select();
    if ($("find-text").value) this.search();
  }

  close() {
    $("find").hidden = true;
    this.page.grid.focus();
  }

  async search() {
    const wanted = $("find-text").value.toLowerCase();
    this.found = [];
    this.at = -1;
    if (wanted) {
      const { cells, sheet } = this.page;
      const whole = { row0: 0, row1: cells.size.rows, col0: 0, col1: cells.size.columns };
      const rows = await texts(fullName(sheet.properties.title, whole));
      if (wanted !== $("find-text").value.toLowerCase()) return;
      const shown = new Set(this.page.rows);
      rows.forEach((line, row) => line.forEach((text, column) => {
        if (shown.has(row) && String(text).toLowerCase().includes(wanted)) this.found.push({ row, column });
      }));
      this.step(1);
    }
    this.tell();
  }

  step(by) {
    if (!this.found.length) return;
    this.at = (this.at + by + this.found.length) % this.found.length;
    const { row, column } = this.found[this.at];
    this.page.grid.selection.to({ row, column }, { row, column }, { middle: true });
    this.tell();
  }

  tell() {
    const { length } = this.found;
    $("find-count").textContent = !$("find-text").value ? "" : length
      ? fill(words.sheet.found, { at: String(this.at + 1), count: String(length) }) : words.sheet.not_found;
  }
}
