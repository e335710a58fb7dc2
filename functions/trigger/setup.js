/**
 * Sets the project up: what its owner runs once, in the editor. The values stand in settings.js, which
 * `sheetflow trigger` writes; the secret stands in neither.
 */

/** A shorter secret is none: the function refuses it too. */
const SECRET_LENGTH = 32;

/**
 * Writes the properties of settings.js and installs the triggers. Running it again is harmless, and is what a new
 * settings.js needs.
 */
function setUp() {
  const properties = PropertiesService.getScriptProperties();
  const secret = String(properties.getProperty("SF_SECRET") || "").trim();
  if (secret.length < SECRET_LENGTH) {
    throw new Error(
      "SF_SECRET is not set. Open Project settings, Script properties, add SF_SECRET, and paste what this prints: " +
        SECRET_COMMAND + " . Then run setUp again.",
    );
  }
  properties.setProperties({ ...SETTINGS, SF_SECRET: secret });
  install();
  if (SETTINGS.SF_FORM) setUpForm();
}

/** Logs the client id that this project's tokens are made for: the setting SHEETFLOW_AUDIENCE. */
function showAudience() {
  const claims = ScriptApp.getIdentityToken().split(".")[1];
  const text = Utilities.newBlob(Utilities.base64DecodeWebSafe(claims)).getDataAsString();
  console.log("SHEETFLOW_AUDIENCE=" + JSON.parse(text).aud);
}
