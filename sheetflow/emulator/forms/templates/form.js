// What the page adds where scripts run: problems told while one types, the chosen files, how far they are sent.
// The server judges in any case, and says so at each question; answers that were typed and chosen stay meanwhile.

const MEGABYTE = 1024 * 1024;
let say = {};

const make = (tag, given = {}, text = "") => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
};
const fill = (sentence, facts) => sentence.replace(/\{(\w*)\}/g, (whole, name) => facts[name] ?? whole);

// --- a question: its row, what is answered, what is wrong

const inputs = (row) => [...row.querySelectorAll("input, select, textarea")];
const label = (row) => row.querySelector("legend, label")?.firstChild?.textContent.trim() ?? "";
const control = (row) => row.querySelector("fieldset") ?? row.querySelector("[id][name]");

function answered(row) {
  return inputs(row).some((input) => {
    if (input.type === "file") return input.files.length > 0;
    if (["radio", "checkbox"].includes(input.type)) return input.checked;
    return !input.name.endsWith(".other_option_response") && input.value.trim() !== "";
  });
}

function problemOf(row) {
  for (const input of inputs(row)) {
    if (input.type === "file") {
      const wrong = fileProblem(row, input);
      if (wrong) return wrong;
    } else if (input.validity.badInput) {
      return input.type === "time" ? say.not_a_time : say.not_a_date;
    } else if (input.type === "email" && input.validity.typeMismatch) return say.bad_email;
  }
  return row.hasAttribute("data-required") && !answered(row) ? say.required : "";
}

function fileProblem(row, input) {
  const most = Number(input.dataset.count);
  const kept = row.querySelectorAll("input[type=checkbox]:checked").length;
  if (input.files.length + kept > most) return fill(say.too_many_files, { "": most });
  for (const file of input.files) {
    if (file.size > Number(input.dataset.megabytes) * MEGABYTE) return fill(say.file_too_large, { "": file.name });
    if (!taken(file, input.accept)) return fill(say.wrong_type, { "": file.name });
  }
  return "";
}

function taken(file, accept) {
  const marks = accept.split(",").filter(Boolean);
  return !marks.length || marks.some((mark) => (mark.startsWith(".")
    ? file.name.toLowerCase().endsWith(mark)
    : file.type.startsWith(mark.replace("*", ""))));
}

function show(row, problem) {
  const id = row.id.replace(/-row$/, "-problem");
  const at = control(row);
  const described = (at.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
  document.getElementById(id)?.remove();
  row.classList.toggle("wrong", problem !== "");
  if (problem) {
    row.append(make("p", { class: "problem", id }, problem));
    at.setAttribute("aria-invalid", "true");
    described.push(id);
  } else at.removeAttribute("aria-invalid");
  if (described.length) at.setAttribute("aria-describedby", described.join(" "));
  else at.removeAttribute("aria-describedby");
}

// --- the form

class Answers {
  constructor(form) {
    this.form = form;
    this.rows = [...form.querySelectorAll(".row[id]")];
    this.button = form.querySelector("button[type=submit]");
    this.summary = form.querySelector(".summary");
    for (const row of this.rows) {
      row.addEventListener("input", () => this.changed(row));
      row.addEventListener("focusout", (event) => this.left(row, event));
      for (const input of row.querySelectorAll("input[type=file]")) new Files(row, input, () => this.changed(row));
      const own = row.querySelector("[name$='.other_option_response']");
      own?.addEventListener("input", () => {
        row.querySelector("[value=__other_option__]").checked = own.value !== "";
        this.changed(row);
      });
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.count();
  }

  changed(row) {
    if (row.classList.contains("wrong")) show(row, problemOf(row));
    this.count();
  }

  left(row, event) {
    const stays = row.contains(event.relatedTarget) || event.target.type === "file" || !event.relatedTarget;
    if (!stays && !row.querySelector("[type=radio]")) show(row, problemOf(row));
  }

  count() {
    const asked = this.rows.filter((row) => row.hasAttribute("data-required"));
    const done = asked.filter(answered).length;
    const box = this.form.querySelector(".progress");
    box.hidden = asked.length === 0;
    const told = fill(say.progress, { done, all: asked.length });
    box.querySelector("span").textContent = told;
    box.querySelector("span").setAttribute("aria-hidden", "true");
    const bar = box.querySelector("progress");
    bar.max = asked.length || 1;
    bar.value = done;
    bar.setAttribute("aria-label", told);
  }

  /** Tell what is wrong, above all and at each; the first of it gets the focus. */
  complain() {
    const wrong = this.rows.filter((row) => row.classList.contains("wrong"));
    const links = wrong.map((row) => {
      const item = make("li");
      item.append(make("a", { href: `#${row.id}` }, label(row)));
      return item;
    });
    this.summary.replaceChildren();
    this.summary.hidden = wrong.length === 0;
    if (!wrong.length) return;
    const list = make("ul");
    list.append(...links);
    this.summary.append(make("p", {}, say.errors), list);
    const first = control(wrong[0]);
    (first.tagName === "FIELDSET" ? first.querySelector("input") : first).focus({ preventScroll: true });
    wrong[0].scrollIntoView({ block: "center" });
  }

  send() {
    for (const row of this.rows) show(row, problemOf(row));
    if (this.rows.some((row) => row.classList.contains("wrong"))) return this.complain();
    this.summary.hidden = true;
    const words = this.button.textContent;
    const call = new XMLHttpRequest();
    const files = [...this.form.querySelectorAll("input[type=file]")].some((input) => input.files.length);
    this.button.disabled = true;
    if (files) {
      call.upload.addEventListener("progress", (event) => {
        const percent = event.total ? Math.round((100 * event.loaded) / event.total) : 0;
        this.button.textContent = fill(say.sending, { percent });
      });
    }
    call.addEventListener("loadend", () => {
      this.button.disabled = false;
      this.button.textContent = words;
      if (call.status) this.answered(new DOMParser().parseFromString(call.responseText, "text/html"));
      else this.lost();
    });
    call.open("POST", this.form.action);
    call.send(new FormData(this.form));
    return undefined;
  }

  lost() {
    this.summary.replaceChildren(make("p", {}, say.not_sent));
    this.summary.hidden = false;
    this.summary.scrollIntoView({ block: "center" });
  }

  /** The server's answer: the same form with its problems, or a page to be shown in this one's place. */
  answered(page) {
    if (page.querySelector("form.answers")) {
      for (const row of this.rows) {
        const id = row.id.replace(/-row$/, "-problem");
        show(row, page.getElementById(id)?.textContent ?? "");
      }
      return this.complain();
    }
    document.title = page.title;
    document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
    scrollTo(0, 0);
    document.querySelector("h1").focus();
    return undefined;
  }
}

/** The files of one question: chosen by and by, each with its size, each can be taken back. */
class Files {
  constructor(row, input, changed) {
    Object.assign(this, { row, input, changed, files: [] });
    this.list = row.querySelector(".chosen");
    input.addEventListener("change", () => this.add([...input.files]));
    const drop = row.querySelector(".drop");
    for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, () => drop.classList.add("over"));
    for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
    if (input.files.length) this.add([...input.files]);
  }

  add(fresh) {
    const known = (file) => this.files.some((old) => old.name === file.name && old.size === file.size);
    this.keep(this.input.multiple ? [...this.files, ...fresh.filter((file) => !known(file))] : fresh.slice(0, 1));
  }

  keep(files) {
    this.files = files;
    const carrier = new DataTransfer();
    for (const file of files) carrier.items.add(file);
    this.input.files = carrier.files;
    this.list.replaceChildren(...files.map((file) => this.shown(file)));
    show(this.row, files.length ? fileProblem(this.row, this.input) : "");
    this.changed();
  }

  shown(file) {
    const item = make("li");
    const drop = make("button", { type: "button", "aria-label": fill(say.remove, { name: file.name }) }, "×");
    drop.addEventListener("click", () => {
      this.keep(this.files.filter((one) => one !== file));
      this.input.focus();
    });
    item.append(make("span", { class: "name" }, file.name), make("span", { class: "size" }, size(file.size)), drop);
    return item;
  }
}

function size(bytes) {
  const format = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  if (bytes < MEGABYTE) return fill(say.size_small, { size: format.format(Math.max(1, Math.round(bytes / 1024))) });
  return fill(say.size, { size: format.format(bytes / MEGABYTE) });
}

const form = document.querySelector("form.answers");
if (form) {
  const answer = await fetch(`/forms/static/words.json?hl=${document.documentElement.lang}`);
  say = await answer.json();
  document.documentElement.classList.add("scripted");
  new Answers(form);
}
