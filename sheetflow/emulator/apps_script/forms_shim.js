/**
 * FormApp, as far as scripts that install a form's link or read responses need it. What a form is made of comes from
 * the Forms API; items and responses are read here, not built.
 */
(function (global) {
  "use strict";

  const { host, WorkspaceDate, setOf } = global.shim_;
  delete global.shim_;

  class Item {
    constructor(form, about) { Object.assign(this, { form_: form, about_: about }); }
    getId() { return this.about_.itemId; }
    getTitle() { return this.about_.title; }
    getHelpText() { return this.about_.description; }
    getIndex() { return this.about_.index; }
    getType() { return this.about_.type; }
  }
  /** An item of a known type; only such one has `isRequired` and takes an answer. */
  class TypedItem extends Item {
    isRequired() { return this.about_.required; }
    createResponse(answer) {
      const { choices } = this.about_;
      const foreign = choices && [].concat(answer).find((one) => !choices.includes(one));
      if (foreign !== undefined && foreign !== null) throw new Error(`Invalid response submitted to question: ${foreign}`);
      return new ItemResponse(this, answer);
    }
  }
  const KINDS = {
    Checkbox: "CHECKBOX", CheckboxGrid: "CHECKBOX_GRID", Date: "DATE", DateTime: "DATETIME", Duration: "DURATION",
    Grid: "GRID", Image: "IMAGE", List: "LIST", MultipleChoice: "MULTIPLE_CHOICE", PageBreak: "PAGE_BREAK",
    ParagraphText: "PARAGRAPH_TEXT", Rating: "RATING", Scale: "SCALE", SectionHeader: "SECTION_HEADER", Text: "TEXT",
    Time: "TIME", Video: "VIDEO",
  };
  for (const [name, type] of Object.entries(KINDS)) {
    Item.prototype[`as${name}Item`] = function () {
      if (this.about_.type !== type) throw new Error(`Invalid conversion for item type: ${this.about_.type}.`);
      return new TypedItem(this.form_, this.about_);
    };
  }

  class ItemResponse {
    constructor(item, answer) { Object.assign(this, { item_: item, answer_: answer }); }
    getItem() { return this.item_; }
    getResponse() { return this.answer_; }
  }

  class FormResponse {
    constructor(form, about) { Object.assign(this, { form_: form, about_: about, items_: [] }); }
    getId() { return this.about_ ? this.about_.id : ""; }
    getRespondentEmail() { return this.about_ ? this.about_.email : ""; }
    getTimestamp() { return this.about_ ? new WorkspaceDate(this.about_.submitted) : null; }
    getEditResponseUrl() { return this.about_ ? this.about_.editUrl : ""; }
    getItemResponses() {
      if (!this.about_) return this.items_;
      const items = this.form_.getItems();
      return items
        .filter((item) => item.about_.questionId in this.about_.answers)
        .map((item) => new ItemResponse(item, this.about_.answers[item.about_.questionId]));
    }
    withItemResponse(response) {
      this.items_.push(response);
      return this;
    }
    toPrefilledUrl() {
      const given = this.getItemResponses().map((r) => [r.getItem().about_.questionId, [].concat(r.getResponse())]);
      return host("form.prefilled", this.form_.id_, given.map(([id, values]) => [id, values.map(String)]));
    }
  }

  class Form {
    constructor(id) { this.id_ = id; }
    about_() { return host("form.about", this.id_); }
    set_(values) {
      host("form.set", this.id_, values);
      return this;
    }
    getId() { return this.id_; }
    getTitle() { return this.about_().title; }
    setTitle(title) { return this.set_({ title }); }
    getDescription() { return this.about_().description; }
    setDescription(description) { return this.set_({ description }); }
    getPublishedUrl() { return this.about_().publishedUrl; }
    getEditUrl() { return this.about_().editUrl; }
    getConfirmationMessage() { return this.about_().confirmation; }
    setConfirmationMessage(confirmation) { return this.set_({ confirmation }); }
    canEditResponse() { return this.about_().allowEdits; }
    setAllowResponseEdits(allowEdits) { return this.set_({ allowEdits }); }
    hasLimitOneResponsePerUser() { return this.about_().limitOne; }
    setLimitOneResponsePerUser(limitOne) { return this.set_({ limitOne }); }
    hasRespondAgainLink() { return this.about_().showAnother; }
    setShowLinkToRespondAgain(showAnother) { return this.set_({ showAnother }); }
    collectsEmail() { return this.about_().collectsEmail; }
    setCollectEmail(collectsEmail) { return this.set_({ collectsEmail }); }
    isPublished() { return this.about_().published; }
    isAcceptingResponses() { return this.about_().accepting; }
    setAcceptingResponses(accepting) { return this.set_({ accepting }); }
    getDestinationType() { return this.about_().destination === null ? null : "SPREADSHEET"; }
    getDestinationId() {
      const destination = this.about_().destination;
      if (destination === null) throw new Error("The form currently has no response destination.");
      return destination;
    }
    setDestination(type, id) {
      if (type !== "SPREADSHEET") throw new Error(`Invalid argument: ${type}`);
      host("form.link", this.id_, id);
      return this;
    }
    removeDestination() {
      host("form.unlink", this.id_);
      return this;
    }
    getItems(type) {
      const items = this.about_().items.map((about) => new Item(this, about));
      return type === undefined ? items : items.filter((item) => item.getType() === type);
    }
    getItemById(id) { return this.getItems().find((item) => item.getId() === Number(id)) || null; }
    getResponses(since) {
      const from = since === undefined ? null : since.getTime();
      return host("form.responses", this.id_, from).map((about) => new FormResponse(this, about));
    }
    getResponse(id) { return new FormResponse(this, host("form.response", this.id_, id)); }
    createResponse() { return new FormResponse(this, null); }
  }

  global.FormApp = {
    DestinationType: { SPREADSHEET: "SPREADSHEET" },
    ItemType: setOf(
      "CHECKBOX", "CHECKBOX_GRID", "DATE", "DATETIME", "DURATION", "FILE_UPLOAD", "GRID", "IMAGE", "LIST",
      "MULTIPLE_CHOICE", "PAGE_BREAK", "PARAGRAPH_TEXT", "RATING", "SCALE", "SECTION_HEADER", "TEXT", "TIME", "VIDEO"
    ),
    openById(id) {
      const form = new Form(id);
      form.about_();
      return form;
    },
    // A standalone project is bound to nothing.
    getActiveForm: () => null,
  };

  /** Runs a handler with the event object of a form's response, as a form's own trigger gets it. */
  global.runFormResponse_ = function (handler, event) {
    const source = new Form(event.form);
    global[handler]({ authMode: "FULL", triggerUid: event.triggerUid, source, response: source.getResponse(event.response) });
  };
})(globalThis);
