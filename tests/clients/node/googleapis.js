// Google's Node client against the emulator. The address is the only argument; what is wrong ends it with 1.
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { google } from "googleapis";

const [rootUrl] = process.argv.slice(2);

function as(email) {
  const auth = new google.auth.OAuth2();
  auth.setCredentials({ access_token: `local:${email}` });
  return { auth, rootUrl };
}

const anna = as("anna@example.com");
const boris = as("boris@example.com");

async function sheets() {
  const api = google.sheets({ version: "v4", ...anna });
  const made = await api.spreadsheets.create({ requestBody: { properties: { title: "From Node" } } });
  const spreadsheetId = made.data.spreadsheetId;
  await api.spreadsheets.values.update({
    spreadsheetId,
    range: "Sheet1!A1",
    valueInputOption: "USER_ENTERED",
    requestBody: { values: [["item", "sum"], ["Rent", 900], ["Food", 250], ["Total", "=SUM(B2:B3)"]] },
  });
  await api.spreadsheets.values.append({
    spreadsheetId,
    range: "Sheet1!A1",
    valueInputOption: "RAW",
    insertDataOption: "INSERT_ROWS",
    requestBody: { values: [["Gas", "=not a formula"]] },
  });
  const read = await api.spreadsheets.values.get({ spreadsheetId, range: "Sheet1!A4:B5" });
  assert.deepEqual(read.data.values, [["Total", "1150"], ["Gas", "=not a formula"]]);
  const header = { sheetId: 0, startRowIndex: 0, endRowIndex: 1 };
  const look = { userEnteredFormat: { textFormat: { bold: true } } };
  await api.spreadsheets.batchUpdate({
    spreadsheetId,
    requestBody: {
      requests: [
        { repeatCell: { range: header, cell: look, fields: "userEnteredFormat.textFormat.bold" } },
        { addProtectedRange: { protectedRange: { range: header, editors: { users: ["anna@example.com"] } } } },
      ],
    },
  });
  const whole = await api.spreadsheets.get({ spreadsheetId, ranges: ["Sheet1!A1"], includeGridData: true });
  const [cell] = whole.data.sheets[0].data[0].rowData[0].values;
  assert.equal(cell.formattedValue, "item");
  assert.equal(cell.effectiveFormat.textFormat.bold, true);
  return spreadsheetId;
}

async function drive(spreadsheetId) {
  const api = google.drive({ version: "v3", ...anna });
  const body = Buffer.alloc(300_000, "invoice ");
  const wanted = {
    requestBody: { name: "invoice.pdf", appProperties: { origin: "node" } },
    media: { mimeType: "application/pdf", body: Readable.from([body]) },
    fields: "id,size,mimeType",
  };
  const made = await api.files.create(wanted, { rootUrl }); // an upload looks for the root here alone
  assert.equal(made.data.size, String(body.length));
  const found = await api.files.list({ q: "appProperties has { key='origin' and value='node' }", fields: "files(id)" });
  assert.deepEqual(found.data.files, [{ id: made.data.id }]);
  const content = await api.files.get({ fileId: made.data.id, alt: "media" }, { responseType: "arraybuffer" });
  assert.equal(Buffer.compare(Buffer.from(content.data), body), 0);
  const permission = { type: "user", role: "reader", emailAddress: "boris@example.com" };
  await api.permissions.create({ fileId: spreadsheetId, requestBody: permission, sendNotificationEmail: false });
  const his = google.sheets({ version: "v4", ...boris });
  const read = await his.spreadsheets.values.get({ spreadsheetId, range: "A2:B2" });
  assert.deepEqual(read.data.values, [["Rent", "900"]]);
  const write = his.spreadsheets.values.clear({ spreadsheetId, range: "A2" });
  await assert.rejects(write, (error) => error.status === 403 && /does not have permission/.test(error.message));
  const csv = await api.files.export({ fileId: spreadsheetId, mimeType: "text/csv" }, { responseType: "text" });
  assert.equal(csv.data.split("\r\n")[0], "item,sum");
}

async function gmail() {
  const api = google.gmail({ version: "v1", ...anna });
  const text = ["To: boris@example.com", "Subject: From Node", "", "Hello"].join("\r\n");
  const raw = Buffer.from(text).toString("base64url");
  const sent = await api.users.messages.send({ userId: "me", requestBody: { raw } });
  assert.deepEqual(sent.data.labelIds, ["SENT"]);
  const found = await google
    .gmail({ version: "v1", ...boris })
    .users.messages.list({ userId: "me", q: 'subject:"From Node" in:inbox' });
  assert.equal(found.data.messages.length, 1);
}

async function forms() {
  const api = google.forms({ version: "v1", ...anna });
  const made = await api.forms.create({ requestBody: { info: { title: "From Node" } } });
  const item = { title: "How much?", questionItem: { question: { textQuestion: {} } } };
  await api.forms.batchUpdate({
    formId: made.data.formId,
    requestBody: { requests: [{ createItem: { item, location: { index: 0 } } }] },
  });
  const read = await api.forms.get({ formId: made.data.formId });
  assert.equal(read.data.items[0].title, "How much?");
}

await drive(await sheets());
await gmail();
await forms();
console.log("ok");
