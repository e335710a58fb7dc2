// The spreadsheet as the chosen person sees it, read from Google's own path: what sheets there are, and the cells
// of one of them, a block of rows at a time and only where somebody looks.

import { api } from "../api.js";
import { place } from "../page.js";
import { fullName, letters } from "./a1.js";

export const BLOCK = 50; // rows that are fetched together
const ID = place.spreadsheet.id;
const PATH = `/v4/spreadsheets/${ID}`;
const FORMAT =
  "backgroundColor,horizontalAlignment,verticalAlignment,wrapStrategy,numberFormat.type," +
  "textFormat(foregroundColor,bold,italic,strikethrough,underline)";
const CELL = `formattedValue,userEnteredValue,effectiveFormat(${FORMAT}),hyperlink,note,dataValidation`;
const ABOUT =
  "properties(title,locale,timeZone)," +
  "sheets(properties,filterViews,protectedRanges(range,warningOnly,requestingUserCanEdit,unprotectedRanges))";
const LINES = "sheets.data(rowMetadata(hiddenByUser,hiddenByFilter),columnMetadata(pixelSize,hiddenByUser))";

/** What there is: {properties, sheets}. */
export function about() {
  return api(`${PATH}?fields=${ABOUT}`);
}

/** Change the spreadsheet as the person, with the requests of batchUpdate. */
export function change(...requests) {
  return api(`${PATH}:batchUpdate`, { body: { requests } });
}

/** The texts that a range shows, as a list of rows. */
export async function texts(range) {
  return (await api(`${PATH}/values/${encodeURIComponent(range)}`)).values ?? [];
}

/** The cells of one sheet. Blocks come when they are asked for, and are read anew once they are out of date. */
export class Cells {
  /**
   * @param {object} sheet its SheetProperties
   * @param {(changes: {row: number, column: number, before: object, after: object}[], first: boolean, version: number)
   *   => void} told of cells that came, or that are not what they were
   */
  constructor(sheet, told) {
    this.sheet = sheet;
    this.told = told;
    this.blocks = new Map(); // number -> {rows, stale}
    this.coming = new Map(); // number -> the promise of it
    this.version = 0; // grows with each change that we hear of
    this.gone = false;
  }

  /** How many rows and columns there are. */
  get size() {
    const { rowCount, columnCount } = this.sheet.gridProperties;
    return { rows: rowCount, columns: columnCount };
  }

  /** A CellData; {} for one that is blank, undefined for one that has not come yet. */
  at(row, column) {
    const block = this.blocks.get(Math.floor(row / BLOCK));
    return block && (block.rows[row % BLOCK]?.values?.[column] ?? {});
  }

  /** See to it that some rows are here and up to date; resolves when they are. */
  async want(rows) {
    const numbers = new Set(rows.map((row) => Math.floor(row / BLOCK)));
    await Promise.all([...numbers].filter((each) => !(this.blocks.get(each)?.version >= this.version)).map((each) => this.fetch(each)));
  }

  /** Everything that we have may be out of date. */
  outdate() {
    this.version += 1;
  }

  fetch(number) {
    const running = this.coming.get(number);
    if (running) return running.version >= this.version ? running.promise : running.promise.then(() => this.fetch(number));
    const version = this.version;
    const promise = this.read(number, version).finally(() => this.coming.delete(number));
    this.coming.set(number, { version, promise });
    return promise;
  }

  async read(number, version) {
    const { rows, columns } = this.size;
    const first = number * BLOCK;
    const box = { row0: first, row1: Math.min(first + BLOCK, rows), col0: 0, col1: columns };
    if (box.row0 >= box.row1) return;
    const range = encodeURIComponent(fullName(this.sheet.title, box));
    const answer = await api(`${PATH}?ranges=${range}&fields=sheets.data.rowData.values(${CELL})`);
    if (this.gone) return;
    const fresh = answer.sheets?.[0]?.data?.[0]?.rowData ?? [];
    const old = this.blocks.get(number);
    this.blocks.set(number, { rows: fresh, version });
    this.told(differences(old?.rows ?? [], fresh, box), !old, version);
  }

  /** Which rows and columns are hidden, and how wide the columns are. */
  async lines() {
    const { rows, columns } = this.size;
    const whole = { row0: 0, row1: rows, col0: 0, col1: columns };
    const answer = await api(`${PATH}?ranges=${encodeURIComponent(fullName(this.sheet.title, whole))}&fields=${LINES}`);
    const found = answer.sheets?.[0]?.data?.[0] ?? {};
    const hidden = (found.rowMetadata ?? []).map((line) => Boolean(line.hiddenByUser || line.hiddenByFilter));
    return { hidden, columns: found.columnMetadata ?? [] };
  }
}

function differences(old, fresh, box) {
  const found = [];
  for (let line = 0; line < box.row1 - box.row0; line += 1) {
    const [were, are] = [old[line]?.values ?? [], fresh[line]?.values ?? []];
    for (let column = 0; column < Math.max(were.length, are.length); column += 1) {
      const [before, after] = [were[column] ?? {}, are[column] ?? {}];
      if (JSON.stringify(before) !== JSON.stringify(after)) found.push({ row: box.row0 + line, column, before, after });
    }
  }
  return found;
}

/** What would have to be typed for a cell to hold what it holds now. */
export function enteredIn(cell) {
  const value = cell?.userEnteredValue ?? {};
  if ("formulaValue" in value) return value.formulaValue;
  if ("boolValue" in value) return value.boolValue;
  if ("numberValue" in value) return isDate(cell) ? cell.formattedValue : value.numberValue;
  const text = value.stringValue ?? "";
  const typed = cell?.effectiveFormat?.numberFormat?.type === "TEXT";
  return typed || !/^[=+'\-\d.,(%$€₽]|^(true|false|истина|ложь)$/i.test(text) ? text : `'${text}`;
}

/** Whether a cell is one for a date. */
export function isDate(cell) {
  return ["DATE", "DATE_TIME"].includes(cell?.effectiveFormat?.numberFormat?.type);
}

/** The choices of a cell's dropdown; null for a cell without one. */
export async function choicesOf(cell) {
  const condition = cell?.dataValidation?.condition;
  const given = (condition?.values ?? []).map((each) => each.userEnteredValue ?? "");
  if (condition?.type === "ONE_OF_LIST") return given;
  if (condition?.type !== "ONE_OF_RANGE") return null;
  const rows = await texts(given[0].replace(/^=/, ""));
  return rows.flat().filter((text) => text !== "");
}

/** Whether a cell has a dropdown, or is a checkbox. */
export function kindOf(cell) {
  const type = cell?.dataValidation?.condition?.type;
  if (type === "ONE_OF_LIST" || type === "ONE_OF_RANGE") return "dropdown";
  return type === "BOOLEAN" ? "checkbox" : isDate(cell) ? "date" : "text";
}

/** A column's letters and its first cell's text, as a screen reader is told of it. */
export function titleOf(cells, column) {
  const head = cells.at(0, column)?.formattedValue;
  return head ? `${letters(column)}, ${head}` : letters(column);
}
