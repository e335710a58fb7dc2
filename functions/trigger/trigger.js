/**
 * The triggers of a payment registry: what a person's hand just did becomes one signed row of the Inbox tab,
 * an answered form becomes nothing but a nudge, and the function that decides is told to look. Nothing is
 * decided here.
 *
 * A standalone project, never bound to the spreadsheet: whoever may edit a spreadsheet may edit a script
 * bound to it, and could then sign edits in somebody else's name. Its owner is a service user that has no
 * role in the registry, and may write to the Inbox tab and the ID column.
 *
 * Script properties:
 *   SF_SPREADSHEET  the spreadsheet's id
 *   SF_LAYOUT       JSON {"registry": sheetId, "inbox": sheetId, "id": [headers that name the ID column],
 *                   "prefix": "PR-", "watched": [sheetIds whose edits are recorded, the registry among them]}
 *   SF_SECRET       key of the signature, known to the function too
 *   SF_ENDPOINT     URL of the function that handles edits
 *   SF_LAST_ID      the highest number given so far; kept by the script itself
 * and, where there is a form that requests are asked for in:
 *   SF_FORM               its id
 *   SF_FORM_ENDPOINT      URL of the function that takes its answers
 *   SF_FORM_CONFIRMATION  what respondents read when they have answered
 *   SF_FORM_PREFILL       JSON {"marks": {item's id: what stands for its answer}, "settings": sheetId of the Settings,
 *                         "names": [what the setting is called that the prefilled address is written to]}
 */

/** A cell holds 50,000 characters; a body stays clear of that. */
const BODY_LIMIT = 40000;

/** Longer texts are recorded by their hash: the Inbox needs to recognise a value, not to store it. */
const TEXT_LIMIT = 1000;

/** A new row waits this long for another run that is giving ids. */
const LOCK_WAIT_MS = 20000;

/** Day 0 of a spreadsheet's serial numbers. */
const EPOCH_MS = Date.UTC(1899, 11, 30);
const DAY_MS = 24 * 60 * 60 * 1000;

/** The handler of the installable edit trigger. */
function onSheetEdit(e) {
  const settings = readSettings_();
  if (!e || !e.range || !e.source || e.source.getId() !== settings.spreadsheet) return;
  const sheet = e.range.getSheet();
  const sheetId = sheet.getSheetId();
  if (sheetId === settings.layout.inbox || !settings.layout.watched.includes(sheetId)) return;

  const at = new Date().toISOString();
  const exact = isExact_(e);
  const rows = describeRows_(e, sheet, exact, settings);
  if (rows.length === 0) return;
  const last = record_(e.source, { at, user: userOf_(e), sheetId, exact, rows }, settings);
  nudge_(last, settings.endpoint, settings);
}

/** Creates the trigger. Run once by the project's owner; running it again changes nothing. */
function install() {
  installOne_("onSheetEdit", (builder) => builder.onEdit());
}

function installOne_(handler, kind) {
  const spreadsheet = readSettings_().spreadsheet;
  ScriptApp.getProjectTriggers()
    .filter((t) => t.getHandlerFunction() === handler && t.getTriggerSourceId() === spreadsheet)
    .forEach((t) => ScriptApp.deleteTrigger(t));
  kind(ScriptApp.newTrigger(handler).forSpreadsheet(spreadsheet)).create();
}

function readSettings_() {
  const properties = PropertiesService.getScriptProperties().getProperties();
  return {
    spreadsheet: properties.SF_SPREADSHEET,
    layout: JSON.parse(properties.SF_LAYOUT),
    secret: properties.SF_SECRET,
    endpoint: properties.SF_ENDPOINT,
    form: properties.SF_FORM,
    formEndpoint: properties.SF_FORM_ENDPOINT,
    formConfirmation: properties.SF_FORM_CONFIRMATION,
    formPrefill: properties.SF_FORM_PREFILL ? JSON.parse(properties.SF_FORM_PREFILL) : null,
  };
}

/**
 * Whether the event itself says what the cell held and holds. Only typing into one cell, or clearing one, does:
 * pasting gives neither value, even into one cell.
 */
function isExact_(e) {
  const single = e.range.getNumRows() === 1 && e.range.getNumColumns() === 1;
  return single && (e.value !== undefined || e.oldValue !== undefined);
}

/** The editor's address, or "" where Google does not name the editor: then nobody is credited. */
function userOf_(e) {
  const email = e.user && e.user.getEmail ? String(e.user.getEmail() || "").toLowerCase() : "";
  // The address stands in a cell of its own: what a spreadsheet could take for a formula is nobody's address.
  return /^[a-z0-9_]/.test(email) ? email : "";
}

/**
 * The touched rows as [{id, new?, cells: [[header, old, new], …]}]. Row 1 of a tab is its header: its id is "", and
 * its cells are named by their column letters, since the edit may have changed the very names.
 */
function describeRows_(e, sheet, exact, settings) {
  const isRegistry = sheet.getSheetId() === settings.layout.registry;
  const area = areaOf_(e.range, sheet);
  const headers = sheet.getRange(1, 1, 1, area.width).getValues()[0].map((v) => String(v).trim());
  const idIndex = isRegistry ? headers.findIndex((h) => settings.layout.id.includes(h)) : 0;

  let block = readBlock_(sheet, area);
  let given = {};
  if (isRegistry && idIndex >= 0 && rowsWithoutId_(block, area, idIndex).length > 0) {
    ({ block, given } = giveIds_(sheet, area, idIndex, settings));
  }

  const zone = e.source.getSpreadsheetTimeZone();
  const rows = [];
  for (let i = 0; i < area.height; i++) {
    const isHeader = area.row + i === 1;
    const id = isHeader || idIndex < 0 ? "" : String(block.values[i][idIndex]).trim();
    const cells = [];
    for (let c = area.first; c <= area.last; c++) {
      const now = block.formulas[i][c] || canonical_(block.values[i][c], zone);
      const header = isHeader ? "" : headers[c];
      cells.push([
        header || columnLetters_(c),
        shorten_(exact ? canonical_(e.oldValue, zone) : null),
        shorten_(exact && !block.formulas[i][c] ? canonical_(e.value, zone) : now),
      ]);
    }
    const blank = id === "" && !hasContent_(block.values[i], -1) && !(exact && cells[0][1] !== "");
    if (!isHeader && blank) continue;
    rows.push(given[area.row + i] ? { id, new: true, cells } : { id, cells });
  }
  return rows;
}

/** The touched part of the sheet: rows from `row`, as many as `height`; zero-based columns `first` to `last`. */
function areaOf_(range, sheet) {
  const row = range.getRow();
  const first = range.getColumn() - 1;
  const last = first + range.getNumColumns() - 1;
  // A whole column may be selected: what lies below the last row is blank and belongs to no request.
  const height = Math.max(1, Math.min(range.getNumRows(), sheet.getLastRow() - row + 1));
  return { row, height, first, last, width: Math.max(sheet.getLastColumn(), last + 1) };
}

function readBlock_(sheet, area) {
  const range = sheet.getRange(area.row, 1, area.height, area.width);
  return { values: range.getValues(), formulas: range.getFormulas() };
}

/** Whether anything stands in the row, besides the column `except`. An unticked checkbox is nothing. */
function hasContent_(values, except) {
  return values.some((v, c) => c !== except && v !== "" && v !== false);
}

/** Sheet rows (from 1) of the block that hold something and have no id. */
function rowsWithoutId_(block, area, idIndex) {
  const rows = [];
  block.values.forEach((values, i) => {
    const isHeader = area.row + i === 1;
    if (!isHeader && String(values[idIndex]).trim() === "" && hasContent_(values, idIndex)) rows.push(area.row + i);
  });
  return rows;
}

/**
 * Gives ids to the block's rows that have none, and returns the block as it then is, and {row: true} of what was given.
 *
 * One run at a time, and everything is read again under the lock: another run may have given the ids meanwhile.
 * Where the lock is not to be had, the rows stay without id, and the function gives them one.
 */
function giveIds_(sheet, area, idIndex, settings) {
  const lock = LockService.getScriptLock();
  const locked = lock.tryLock(LOCK_WAIT_MS);
  try {
    const block = readBlock_(sheet, area);
    const given = {};
    const rows = locked ? rowsWithoutId_(block, area, idIndex) : [];
    let number = rows.length > 0 ? highestNumber_(sheet, idIndex, settings.layout.prefix) : 0;
    for (const row of rows) {
      // Even numbers are this script's, odd ones the function's: the two can never give the same.
      number += number % 2 === 0 ? 2 : 1;
      block.values[row - area.row][idIndex] = settings.layout.prefix + String(number).padStart(6, "0");
      given[row] = true;
    }
    if (rows.length > 0) {
      PropertiesService.getScriptProperties().setProperty("SF_LAST_ID", String(number));
      writeIds_(sheet, idIndex, rows, (row) => block.values[row - area.row][idIndex]);
    }
    return { block, given };
  } finally {
    if (locked) lock.releaseLock();
  }
}

/** The highest number in use: in the column, or given before and deleted since. */
function highestNumber_(sheet, idIndex, prefix) {
  const column = sheet.getRange(1, idIndex + 1, Math.max(1, sheet.getLastRow()), 1).getValues();
  const kept = Number(PropertiesService.getScriptProperties().getProperty("SF_LAST_ID") || 0);
  return column.reduce((highest, [value]) => {
    const id = String(value).trim();
    const digits = id.startsWith(prefix) ? id.slice(prefix.length) : "";
    // Twelve digits at most: a number typed by a prankster must not push the counter where doubles have gaps.
    return /^\d{1,12}$/.test(digits) ? Math.max(highest, Number(digits)) : highest;
  }, kept);
}

/** Writes ids as text, one call for each run of neighbouring rows. */
function writeIds_(sheet, idIndex, rows, idOf) {
  let start = 0;
  for (let i = 1; i <= rows.length; i++) {
    if (i < rows.length && rows[i] === rows[i - 1] + 1) continue;
    const run = rows.slice(start, i);
    sheet
      .getRange(run[0], idIndex + 1, run.length, 1)
      .setNumberFormat("@")
      .setValues(run.map((row) => [idOf(row)]));
    start = i;
  }
  SpreadsheetApp.flush(); // before the lock is released, or the next run would not see them
}

/**
 * A value as the text that the function compares: strings as they are, numbers as JavaScript writes them, TRUE or
 * FALSE, dates as serial days in the spreadsheet's time zone, blank as "".
 */
function canonical_(value, zone) {
  if (value === undefined || value === null) return "";
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (value instanceof Date) return String(serialDays_(value, zone));
  return typeof value === "object" ? "" : String(value);
}

function serialDays_(date, zone) {
  const [year, month, day, hour, minute, second, ms] = Utilities.formatDate(date, zone, "yyyy,MM,dd,HH,mm,ss,SSS")
    .split(",")
    .map(Number);
  return (Date.UTC(year, month - 1, day, hour, minute, second, ms) - EPOCH_MS) / DAY_MS;
}

function shorten_(text) {
  if (text === null || text.length <= TEXT_LIMIT) return text;
  return "sha256:" + hex_(Utilities.computeDigest(Utilities.DigestAlgorithm.SHA_256, text, Utilities.Charset.UTF_8));
}

/** Bytes as Apps Script gives them (-128 to 127) in hexadecimal. */
function hex_(bytes) {
  return bytes.map((b) => ((b + 256) % 256).toString(16).padStart(2, "0")).join("");
}

/** A column's letters, from a zero-based index. */
function columnLetters_(index) {
  let letters = "";
  for (let n = index + 1; n > 0; n = Math.floor((n - 1) / 26)) {
    letters = String.fromCharCode(65 + ((n - 1) % 26)) + letters;
  }
  return letters;
}

/**
 * Appends the edit to the Inbox, one row a chunk, and returns the last row's uuid. appendRow is atomic, so edits made
 * at once do not overwrite each other; and once it returns, no failure can lose the edit.
 */
function record_(spreadsheet, edit, settings) {
  const inbox = spreadsheet.getSheets().find((s) => s.getSheetId() === settings.layout.inbox);
  let uuid = "";
  for (const body of bodies_(edit)) {
    uuid = Utilities.getUuid();
    const signed = [uuid, edit.at, edit.user, settings.spreadsheet, edit.sheetId, body].join("\n");
    const signature = Utilities.computeHmacSha256Signature(signed, settings.secret, Utilities.Charset.UTF_8);
    // A cell written by a script is parsed like one typed: what people typed stands inside the JSON only.
    inbox.appendRow([uuid, edit.at, edit.user, edit.sheetId, body, hex_(signature), ""]);
  }
  return uuid;
}

/** The edit's rows as JSON bodies below the limit. A row is split only where it alone would be too long. */
function bodies_(edit) {
  const open = `{"exact":${edit.exact},"rows":[`;
  const room = BODY_LIMIT - open.length - 2;
  const bodies = [];
  let parts = [];
  let size = 0;
  for (const part of edit.rows.flatMap((row) => rowParts_(row, room)).map((row) => JSON.stringify(row))) {
    if (parts.length > 0 && size + part.length + 1 > room) {
      bodies.push(open + parts.join(",") + "]}");
      parts = [];
      size = 0;
    }
    parts.push(part);
    size += part.length + 1;
  }
  bodies.push(open + parts.join(",") + "]}");
  return bodies;
}

function rowParts_(row, room) {
  if (row.cells.length < 2 || JSON.stringify(row).length < room) return [row];
  const half = Math.floor(row.cells.length / 2);
  return [row.cells.slice(0, half), row.cells.slice(half)].flatMap((cells) => rowParts_({ ...row, cells }, room));
}

/** Tells a function that an event waits. Inbox or form have it already: a dead function must not fail anybody. */
function nudge_(uuid, endpoint, settings) {
  try {
    const answer = UrlFetchApp.fetch(endpoint, {
      method: "post",
      contentType: "application/json",
      headers: { Authorization: "Bearer " + ScriptApp.getIdentityToken() },
      payload: JSON.stringify({ spreadsheet: settings.spreadsheet, event: uuid }),
      muteHttpExceptions: true,
    });
    if (answer.getResponseCode() >= 300) console.warn(`Event ${uuid} was not taken: ${answer.getResponseCode()}`);
  } catch (error) {
    console.warn(`Event ${uuid} waits for the schedule: ${error}`);
  }
}
