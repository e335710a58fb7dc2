// google-spreadsheet against the emulator: the address, and which of its versions. What is wrong ends it with 1.
//
// Its addresses are fixed. Version 5 calls `fetch`, version 4 axios: each is told by its own means where Google is.
import assert from "node:assert/strict";

const [rootUrl, version] = process.argv.slice(2);
const root = rootUrl.replace(/\/$/, "");
const here = (url) => url.replace(/^https:\/\/(sheets|www|docs)\.(googleapis|google)\.com/, root);

async function point() {
  if (version === "5") {
    const fetched = globalThis.fetch;
    globalThis.fetch = (what, options) =>
      fetched(what instanceof Request ? new Request(here(what.url), what) : here(String(what)), options);
    return (await import("google-spreadsheet")).GoogleSpreadsheet;
  }
  const axios = (await import("axios")).default;
  const create = axios.create.bind(axios);
  axios.create = (config) => create({ ...config, baseURL: here(config.baseURL) });
  axios.interceptors.request.use((config) => ({ ...config, url: here(config.url) }));
  return (await import("google-spreadsheet-4")).GoogleSpreadsheet;
}

const GoogleSpreadsheet = await point();
const anna = { token: "local:anna@example.com" };
const doc = await GoogleSpreadsheet.createNewSpreadsheetDocument(anna, { title: `Version ${version}` });

const sheet = await doc.addSheet({ title: "Costs", headerValues: ["item", "sum", "paid"] });
await sheet.addRows([
  { item: "Rent", sum: 900, paid: true },
  { item: "Food", sum: 250, paid: false },
]);
await sheet.addRow(["Total", "=SUM(B2:B3)", ""]);
const rows = await sheet.getRows();
assert.deepEqual(rows.map((row) => row.get("item")), ["Rent", "Food", "Total"]);
assert.equal(rows[2].get("sum"), "1150");
rows[1].set("sum", 300);
await rows[1].save();
await rows[0].delete();

await sheet.loadCells("A1:C4");
assert.equal(sheet.getCellByA1("B3").formula, "=SUM(B2:B2)");
assert.equal(sheet.getCellByA1("B3").value, 300);
const head = sheet.getCell(0, 0);
head.textFormat = { bold: true };
head.backgroundColor = { red: 1, green: 0.9, blue: 0.5 };
head.note = "what it was for";
const broken = sheet.getCellByA1("C4");
broken.formula = "=1/0";
await sheet.saveUpdatedCells();
assert.equal(head.effectiveFormat.textFormat.bold, true);
assert.equal(broken.errorValue.type, "DIVIDE_BY_ZERO");
await sheet.mergeCells({ startRowIndex: 5, endRowIndex: 7, startColumnIndex: 0, endColumnIndex: 2 });
await sheet.resize({ rowCount: 40, columnCount: 6 });
await sheet.updateProperties({ title: "Spent", gridProperties: { frozenRowCount: 1 } });
await sheet.insertDimension("ROWS", { startIndex: 1, endIndex: 3 });
await sheet.setDataValidation(
  { startRowIndex: 1, endRowIndex: 9, startColumnIndex: 2, endColumnIndex: 3 },
  { condition: { type: "BOOLEAN" }, strict: true },
);
const copy = await sheet.duplicate({ title: "Copy" });
assert.equal(copy.title, "Copy");
await copy.delete();
await sheet.copyToSpreadsheet(doc.spreadsheetId);
// Version 4 sends a named range in a shape that Google refuses as well.
if (version === "5") await doc.addNamedRange("sums", { sheetId: sheet.sheetId, startRowIndex: 1, endRowIndex: 4 });
await doc.updateProperties({ title: "All that was spent" });

const again = new GoogleSpreadsheet(doc.spreadsheetId, anna);
await again.loadInfo();
assert.equal(again.title, "All that was spent");
assert.deepEqual(Object.keys(again.sheetsByTitle).sort(), ["Copy of Spent", "Sheet1", "Spent"]);
const spent = again.sheetsByTitle.Spent;
assert.deepEqual([spent.rowCount, spent.columnCount, spent.gridProperties.frozenRowCount], [42, 6, 1]);
await spent.loadCells("A1:C1");
assert.equal(spent.getCell(0, 0).note, "what it was for");
await spent.clearRows();
assert.deepEqual(await spent.getRows(), []);

await doc.share("boris@example.com", { role: "reader", emailMessage: false });
const roles = Object.fromEntries((await doc.listPermissions()).map((one) => [one.emailAddress, one.role]));
assert.deepEqual(roles, { "anna@example.com": "owner", "boris@example.com": "reader" });
const his = new GoogleSpreadsheet(doc.spreadsheetId, { token: "local:boris@example.com" });
await his.loadInfo();
await assert.rejects(his.addSheet({ title: "Mine" }), /\[403\]/);
await doc.delete();
await assert.rejects(again.loadInfo(), /\[404\]/);
console.log("ok");
