/**
 * The form of a payment registry, as far as no API reaches: its link to the spreadsheet, its trigger, and its address
 * with answers filled in. One program with trigger.js, whose head names the script properties.
 */

/** The handler of the form's trigger. The event is not looked at: the function reads the answer from the form. */
function onRegistryFormSubmit() {
  const settings = readSettings_();
  nudge_(Utilities.getUuid(), settings.formEndpoint, settings);
}

/**
 * What no API does for the form: its answers go to the registry's spreadsheet, may be edited, and are told of at once;
 * and its address with answers filled in is written down, for only FormApp knows the numbers of its fields.
 * Run once by the project's owner, who may edit the form; running it again changes nothing.
 */
function setUpForm() {
  const settings = readSettings_();
  const form = FormApp.openById(settings.form);
  form.setAllowResponseEdits(true);
  if (settings.formConfirmation) form.setConfirmationMessage(settings.formConfirmation);
  if (destinationOf_(form) !== settings.spreadsheet) {
    form.setDestination(FormApp.DestinationType.SPREADSHEET, settings.spreadsheet);
  }
  installOne_("onRegistryFormSubmit", (builder) => builder.onFormSubmit());
  if (settings.formPrefill) keepPrefilled_(prefilledUrl_(form, settings.formPrefill.marks), settings);
}

/** The form's address with each answer's mark in its field; questions that are gone, or take no such text, are left out. */
function prefilledUrl_(form, marks) {
  const response = form.createResponse();
  for (const [id, text] of Object.entries(marks)) {
    try {
      const item = form.getItemById(Number(id));
      const isParagraph = item.getType() === FormApp.ItemType.PARAGRAPH_TEXT;
      response.withItemResponse((isParagraph ? item.asParagraphTextItem() : item.asTextItem()).createResponse(text));
    } catch (error) {
      console.warn(`The question for ${text} is not filled in: ${error}`);
    }
  }
  return response.toPrefilledUrl();
}

/** Writes the address to its row of the Settings. Where the script may not, it says what a person has to paste where. */
function keepPrefilled_(url, settings) {
  const { settings: id, names } = settings.formPrefill;
  const sheets = SpreadsheetApp.openById(settings.spreadsheet).getSheets();
  const sheet = sheets.find((s) => s.getSheetId() === id);
  const rows = sheet ? sheet.getRange(1, 1, Math.max(1, sheet.getLastRow()), 2).getValues() : [];
  const row = rows.findIndex(([name]) => names.includes(String(name).trim()));
  if (row >= 0 && rows[row][1] === url) return;
  try {
    if (row < 0) throw new Error("there is no such setting");
    sheet.getRange(row + 1, 2, 1, 1).setValues([[url]]);
    SpreadsheetApp.flush();
  } catch (error) {
    console.warn(`Settings, ${names.join(" / ")}: paste ${url} there by hand (${error})`);
  }
}

/** The spreadsheet that a form's answers go to, "" for none: Google throws then. */
function destinationOf_(form) {
  try {
    return form.getDestinationId();
  } catch (error) {
    return "";
  }
}
