// Cells and ranges by name and by number. Indexes count from 0; a box is {row0, row1, col0, col1}, half open.

/** 0 -> "A", 27 -> "AB". */
export function letters(column) {
  let name = "";
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    name = String.fromCharCode(65 + ((rest - 1) % 26)) + name;
  }
  return name;
}

/** "AB" -> 27. */
export function columnOf(name) {
  return [...name.toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/** A box's name without its sheet: "B5", "A1:C3". */
export function nameOf(box) {
  const first = letters(box.col0) + (box.row0 + 1);
  const last = letters(box.col1 - 1) + box.row1;
  return first === last ? first : `${first}:${last}`;
}

/** A box's name with its sheet's title, quoted. */
export function fullName(title, box) {
  return `'${title.replaceAll("'", "''")}'!${nameOf(box)}`;
}

/** A name such as "b5", "A1:C3", "3:4" or "A:B" as a box within a grid; null where it is none. */
export function boxOf(name, rows, columns) {
  const found = /^\$?([a-z]{1,3})?\$?(\d{1,7})?(?::\$?([a-z]{1,3})?\$?(\d{1,7})?)?$/i.exec(name.trim());
  if (!found || (!found[1] && !found[2])) return null;
  const [, left, top, right, bottom] = found;
  const open = name.includes(":");
  const cols = [left ? columnOf(left) : 0, right ? columnOf(right) : open || !left ? columns - 1 : columnOf(left)];
  const lines = [top ? Number(top) - 1 : 0, bottom ? Number(bottom) - 1 : open || !top ? rows - 1 : Number(top) - 1];
  cols.sort((a, b) => a - b);
  lines.sort((a, b) => a - b);
  const box = { row0: lines[0], row1: Math.min(lines[1] + 1, rows), col0: cols[0], col1: Math.min(cols[1] + 1, columns) };
  return box.row0 < box.row1 && box.col0 < box.col1 ? box : null;
}

/** Whether a GridRange of the API holds a cell. */
export function holds(range, row, column) {
  return (
    row >= (range.startRowIndex ?? 0) && row < (range.endRowIndex ?? Infinity) &&
    column >= (range.startColumnIndex ?? 0) && column < (range.endColumnIndex ?? Infinity)
  );
}

/** Whether a GridRange touches a box. */
export function touches(range, box) {
  return (
    box.row1 > (range.startRowIndex ?? 0) && box.row0 < (range.endRowIndex ?? Infinity) &&
    box.col1 > (range.startColumnIndex ?? 0) && box.col0 < (range.endColumnIndex ?? Infinity)
  );
}
