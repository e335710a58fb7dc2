/**
 * The part of Apps Script's services that standalone projects here need, over one function of the host.
 *
 * Every call crosses to the host as JSON and comes back as {ok} or {error}; an error becomes an exception, as a script
 * at Google would see it. Coordinates are Apps Script's: from 1. Dates cross as {"date": milliseconds}.
 */
(function (global) {
  "use strict";

  const call = global.call_python;
  const NativeDate = global.Date;
  // What the interpreter brings besides the language is no business of scripts.
  for (const name of ["call_python", "require", "process", "dukpy", "module", "exports"]) delete global[name];

  function host(name, ...args) {
    const answer = call("host", name, args);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.ok;
  }

  /** Time is the workspace's, also for a script. */
  class WorkspaceDate extends NativeDate {
    constructor(...args) {
      if (args.length === 0) super(host("now"));
      else super(...args);
    }
    static now() {
      return host("now");
    }
  }
  global.Date = WorkspaceDate;

  const fromHost = (v) => (v !== null && typeof v === "object" ? new WorkspaceDate(v.date) : v === null ? "" : v);
  const toHost = (v) => (v instanceof NativeDate ? { date: v.getTime() } : v === undefined ? null : v);
  const bytesOf = (v) => (typeof v === "string" ? v : Array.from(v));

  class Range {
    constructor(sheet, row, column, rows, columns) {
      Object.assign(this, { sheet_: sheet, row_: row, column_: column, rows_: rows, columns_: columns });
    }
    at_() {
      return [this.sheet_.spreadsheet_.id_, this.sheet_.id_, this.row_, this.column_, this.rows_, this.columns_];
    }
    getSheet() { return this.sheet_; }
    getRow() { return this.row_; }
    getColumn() { return this.column_; }
    getNumRows() { return this.rows_; }
    getNumColumns() { return this.columns_; }
    getHeight() { return this.rows_; }
    getWidth() { return this.columns_; }
    getLastRow() { return this.row_ + this.rows_ - 1; }
    getLastColumn() { return this.column_ + this.columns_ - 1; }
    getA1Notation() { return host("range.name", ...this.at_()); }
    getCell(row, column) { return new Range(this.sheet_, this.row_ + row - 1, this.column_ + column - 1, 1, 1); }
    getValues() { return host("range.values", ...this.at_()).map((line) => line.map(fromHost)); }
    getValue() { return this.getCell(1, 1).getValues()[0][0]; }
    getDisplayValues() { return host("range.texts", ...this.at_()); }
    getDisplayValue() { return this.getCell(1, 1).getDisplayValues()[0][0]; }
    getFormulas() { return host("range.formulas", ...this.at_()); }
    getFormula() { return this.getCell(1, 1).getFormulas()[0][0]; }
    isBlank() { return this.getValues().every((line) => line.every((v) => v === "")); }
    setValues(values) {
      const fits = values.length === this.rows_ && values.every((line) => line.length === this.columns_);
      if (!fits) throw new Error("The number of rows or columns in the data does not match the range.");
      host("range.write", ...this.at_(), values.map((line) => line.map(toHost)));
      return this;
    }
    setValue(value) {
      return this.setValues(Array.from({ length: this.rows_ }, () => new Array(this.columns_).fill(value)));
    }
    setFormula(formula) { return this.setValue(formula); }
    clearContent() { return this.setValue(""); }
    setNumberFormat(pattern) {
      host("range.format", ...this.at_(), pattern);
      return this;
    }
  }

  class Sheet {
    constructor(spreadsheet, id) {
      this.spreadsheet_ = spreadsheet;
      this.id_ = id;
    }
    about_() { return host("sheet.about", this.spreadsheet_.id_, this.id_); }
    getSheetId() { return this.id_; }
    getName() { return this.about_().title; }
    getIndex() { return this.about_().index + 1; }
    getParent() { return this.spreadsheet_; }
    getMaxRows() { return this.about_().maxRows; }
    getMaxColumns() { return this.about_().maxColumns; }
    getLastRow() { return this.about_().lastRow; }
    getLastColumn() { return this.about_().lastColumn; }
    getDataRange() {
      const about = this.about_();
      return new Range(this, 1, 1, Math.max(1, about.lastRow), Math.max(1, about.lastColumn));
    }
    getRange(row, column, rows, columns) {
      if (typeof row === "string") {
        const found = host("sheet.range", this.spreadsheet_.id_, this.id_, row);
        return new Range(this, ...found);
      }
      const box = [row, column, rows === undefined ? 1 : rows, columns === undefined ? 1 : columns];
      if (!box.every((n) => Number.isInteger(n) && n >= 1)) {
        throw new Error("The starting row, column or size of the range is too small.");
      }
      const range = new Range(this, ...box);
      host("range.check", ...range.at_());
      return range;
    }
    appendRow(values) {
      host("sheet.append", this.spreadsheet_.id_, this.id_, values.map(toHost));
      return this;
    }
  }

  class Spreadsheet {
    constructor(id) { this.id_ = id; }
    about_() { return host("spreadsheet.about", this.id_); }
    getId() { return this.id_; }
    getName() { return this.about_().title; }
    getSpreadsheetTimeZone() { return this.about_().timeZone; }
    getSpreadsheetLocale() { return this.about_().locale; }
    getSheets() { return this.about_().sheets.map((s) => new Sheet(this, s.id)); }
    getSheetByName(name) {
      const found = this.about_().sheets.find((s) => s.title === name);
      return found ? new Sheet(this, found.id) : null;
    }
    getSheetById(id) {
      const found = this.about_().sheets.find((s) => s.id === id);
      return found ? new Sheet(this, found.id) : null;
    }
    getActiveSheet() { return this.getSheets()[0]; }
    getRange(a1) {
      const [sheetId, ...box] = host("spreadsheet.range", this.id_, a1);
      return new Range(new Sheet(this, sheetId), ...box);
    }
  }

  global.SpreadsheetApp = {
    openById(id) {
      const spreadsheet = new Spreadsheet(id);
      spreadsheet.about_();
      return spreadsheet;
    },
    // A standalone project is bound to nothing.
    getActiveSpreadsheet: () => null,
    getActive: () => null,
    getActiveSheet: () => null,
    flush() {},
  };

  class HttpResponse {
    constructor(answer) { this.answer_ = answer; }
    getResponseCode() { return this.answer_.code; }
    getContentText() { return this.answer_.text; }
    getHeaders() { return this.answer_.headers; }
    getAllHeaders() { return this.answer_.headers; }
  }

  global.UrlFetchApp = {
    fetch(url, options = {}) {
      let payload = options.payload;
      let contentType = options.contentType;
      if (payload !== undefined && payload !== null && typeof payload === "object") {
        payload = Object.entries(payload).map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
      }
      if (payload !== undefined && contentType === undefined) contentType = "application/x-www-form-urlencoded";
      const request = {
        url,
        method: (options.method || (payload === undefined ? "get" : "post")).toUpperCase(),
        headers: options.headers || {},
        contentType: contentType || null,
        payload: payload === undefined ? null : String(payload),
        followRedirects: options.followRedirects !== false,
      };
      const answer = host("url.fetch", request);
      if (answer.code >= 400 && !options.muteHttpExceptions) {
        const shown = answer.text.slice(0, 200);
        throw new Error(`Request failed for ${url} returned code ${answer.code}. Truncated server response: ${shown}`);
      }
      return new HttpResponse(answer);
    },
  };

  class Trigger {
    constructor(about) { this.about_ = about; }
    getUniqueId() { return this.about_.id; }
    getHandlerFunction() { return this.about_.handler; }
    getEventType() { return this.about_.event; }
    getTriggerSource() { return host("form.is", this.about_.spreadsheet) ? "FORMS" : "SPREADSHEETS"; }
    getTriggerSourceId() { return this.about_.spreadsheet; }
  }

  global.ScriptApp = {
    EventType: { ON_EDIT: "ON_EDIT", ON_CHANGE: "ON_CHANGE", ON_FORM_SUBMIT: "ON_FORM_SUBMIT", ON_OPEN: "ON_OPEN" },
    AuthMode: { NONE: "NONE", LIMITED: "LIMITED", FULL: "FULL" },
    getIdentityToken: () => host("script.identityToken"),
    getScriptId: () => host("script.id"),
    getProjectTriggers: () => host("script.triggers").map((about) => new Trigger(about)),
    deleteTrigger(trigger) { host("script.deleteTrigger", trigger.getUniqueId()); },
    newTrigger(handler) {
      const forSpreadsheet = (spreadsheet) => {
        const id = typeof spreadsheet === "string" ? spreadsheet : spreadsheet.getId();
        const builder = (event) => () => ({
          create: () => new Trigger(host("script.createTrigger", handler, event, id)),
        });
        return { onEdit: builder("ON_EDIT"), onFormSubmit: builder("ON_FORM_SUBMIT"), onChange: builder("ON_CHANGE") };
      };
      const forForm = (form) => ({ onFormSubmit: forSpreadsheet(form).onFormSubmit });
      return { forSpreadsheet, forForm };
    },
  };

  const setOf = (...names) => Object.fromEntries(names.map((name) => [name, name]));

  global.Utilities = {
    DigestAlgorithm: setOf("MD5", "SHA_1", "SHA_256", "SHA_384", "SHA_512"),
    Charset: { US_ASCII: "US_ASCII", UTF_8: "UTF_8" },
    getUuid: () => host("util.uuid"),
    // Without a charset Apps Script reads text as US-ASCII, and so does this.
    computeDigest: (algorithm, value, charset) => host("util.digest", algorithm, bytesOf(value), charset || "US_ASCII"),
    computeHmacSha256Signature: (value, key, charset) =>
      host("util.hmac", bytesOf(value), bytesOf(key), charset || "US_ASCII"),
    base64Encode: (value) => host("util.base64", bytesOf(value), false),
    base64EncodeWebSafe: (value) => host("util.base64", bytesOf(value), true),
    base64Decode: (text) => host("util.unbase64", String(text), false),
    base64DecodeWebSafe: (text) => host("util.unbase64", String(text), true),
    newBlob: (data) => ({ getBytes: () => bytesOf(data), getDataAsString: () => host("util.text", bytesOf(data)) }),
    formatDate: (date, zone, pattern) => host("util.formatDate", date.getTime(), zone, pattern),
    sleep(ms) { host("util.sleep", ms); },
  };

  const properties = {
    getProperty: (name) => { const all = host("properties.all"); return name in all ? all[name] : null; },
    getProperties: () => host("properties.all"),
    getKeys: () => Object.keys(host("properties.all")),
    setProperty(name, value) { host("properties.set", { [name]: String(value) }); return properties; },
    setProperties(values) {
      host("properties.set", Object.fromEntries(Object.entries(values).map(([k, v]) => [k, String(v)])));
      return properties;
    },
    deleteProperty(name) { host("properties.delete", name); return properties; },
  };
  global.PropertiesService = { getScriptProperties: () => properties };

  const lock = {
    tryLock: (ms) => host("lock.take", ms),
    waitLock(ms) {
      if (!host("lock.take", ms)) throw new Error("Lock timeout: another process was holding the lock for too long.");
    },
    hasLock: () => host("lock.held"),
    releaseLock() { host("lock.release"); },
  };
  global.LockService = { getScriptLock: () => lock };

  const person = (email) => ({ getEmail: () => email, getUserLoginId: () => email, toString: () => email });
  global.Session = {
    getEffectiveUser: () => person(host("script.owner")),
    getActiveUser: () => person(host("script.owner")),
    getScriptTimeZone: () => host("script.timeZone"),
  };

  const say = (level) => (...parts) => {
    const text = parts.map((p) => (typeof p === "object" && !(p instanceof Error) ? JSON.stringify(p) : String(p)));
    host("log", level, text.join(" "));
  };
  global.console = { log: say("INFO"), info: say("INFO"), warn: say("WARNING"), error: say("ERROR") };
  global.Logger = { log: say("INFO") };

  /** Runs a handler with the event object of an edit; the host calls this after the project's source is loaded. */
  global.runEdit_ = function (handler, event) {
    const [sheetId, ...box] = event.range;
    const source = new Spreadsheet(event.spreadsheet);
    const e = {
      authMode: "FULL",
      triggerUid: event.triggerUid,
      source,
      range: new Range(new Sheet(source, sheetId), ...box),
      user: person(event.user),
    };
    // Google tells values as text, a blank one not at all, and none for what was pasted.
    const text = (v) => (typeof v === "boolean" ? String(v).toUpperCase() : String(v));
    if (event.value !== null) e.value = text(event.value);
    if (event.oldValue !== null) e.oldValue = text(event.oldValue);
    global[handler](e);
  };

  /** Runs a handler with the event object of a form's response in a linked spreadsheet. */
  global.runFormRow_ = function (handler, event) {
    const [sheetId, ...box] = event.range;
    const range = new Range(new Sheet(new Spreadsheet(event.spreadsheet), sheetId), ...box);
    const { triggerUid, values, namedValues } = event;
    global[handler]({ authMode: "FULL", triggerUid, range, values, namedValues });
  };

  // For the parts of the shim that follow; each takes it away from scripts.
  global.shim_ = { host, WorkspaceDate, setOf };
})(globalThis);
