// A conversation: its mails one below the other, and an answer to the last of them.

import { api } from "../api.js";
import { blob, fully, isShown, kindOf, look, moment, save, sign, sized } from "../files/files.js";
import { fill, make, nameOf, people, words } from "../page.js";
import { toast } from "../toast.js";
import { addresses, answer, bytes, called, contents, decoded, header, subjectOf } from "./letter.js";

const text = words.mail;
const LINK = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g;
// Nothing in a mail runs, and it belongs to no origin; its links open beside the page.
const SANDBOX = "allow-popups allow-popups-to-escape-sandbox";

/** How the page writes an address: by the name that stands in the mail, else a colleague's, else as it is. */
export function named(one) {
  return one.name || nameOf(one.address.toLowerCase());
}

export function face(one) {
  const known = people.find((each) => each.email === one.address.toLowerCase());
  const letters = known?.initials ?? (called(one).match(/[\p{L}\p{N}]/u)?.[0] ?? "?").toUpperCase();
  const color = known?.color ?? Array.from(one.address).reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 8;
  return make("span", { class: `avatar color-${color}`, "aria-hidden": "true" }, letters);
}

/** The conversation that is open. */
export class Reading {
  /**
   * @param {HTMLElement} place where it is shown
   * @param {{box: string, id: string, back: string, now: () => Date}} about `back`: where the list is
   */
  constructor(place, about) {
    Object.assign(this, { place, ...about, shown: new Map(), last: null });
  }

  /** Read it, show it, and mark it as read; gives whether anything was unread. */
  async open() {
    const thread = await this.ask();
    this.head = make("div", { class: "reading-head" },
      make("a", { class: "button quiet square back", href: this.back, "aria-label": text.back }, sign("back")),
      make("h2", { text: subjectOf(thread.messages[0]) }),
      this.button("unread", text.mark_unread, () => this.markUnread()),
    );
    this.letters = make("div", { class: "letters" });
    this.answer = make("div", { class: "answer" });
    this.place.replaceChildren(this.head, this.letters, this.answer);
    this.add(thread.messages);
    this.offer();
    this.place.scrollTop = 0;
    return this.read(thread.messages);
  }

  /** Mails that came meanwhile are put below; what is being written stays. */
  async refresh() {
    const { messages } = await this.ask();
    this.add(messages.filter((mail) => !this.shown.has(mail.id)));
    return this.read(messages);
  }

  ask() {
    return api(`/gmail/v1/users/me/threads/${this.id}?format=full`, { as: this.box });
  }

  async read(messages) {
    if (!messages.some((mail) => mail.labelIds?.includes("UNREAD"))) return false;
    await this.label({ removeLabelIds: ["UNREAD"] });
    return true;
  }

  async markUnread() {
    await this.label({ addLabelIds: ["UNREAD"] });
    location.hash = this.back;
  }

  label(body) {
    return api(`/gmail/v1/users/me/threads/${this.id}/modify`, { as: this.box, body });
  }

  add(messages) {
    for (const [index, mail] of messages.entries()) {
      const open = index === messages.length - 1 || mail.labelIds?.includes("UNREAD");
      const letter = this.letter(mail, open);
      this.shown.set(mail.id, letter);
      this.letters.append(letter);
      this.last = mail;
    }
  }

  button(icon, label, onclick, shown = false) {
    const inside = shown ? [sign(icon), label] : [sign(icon)];
    const about = { type: "button", class: shown ? "" : "quiet square", onclick };
    return make("button", shown ? about : { ...about, "aria-label": label, title: label }, ...inside);
  }

  letter(mail, open) {
    const [from = { name: "", address: "?" }] = addresses(header(mail, "From"));
    const to = addresses(`${header(mail, "To")}, ${header(mail, "Cc")}`);
    const date = new Date(Number(mail.internalDate));
    const reader = (one) => (one.address.toLowerCase() === this.box ? text.me : named(one));
    const name = named(from);
    const head = make("button", { type: "button", class: "quiet letter-head", "aria-expanded": "false", "aria-label": fill(text.open, { name }) },
      face(from),
      make("span", { class: "who" },
        make("span", {}, make("strong", {}, name), " ", make("small", { text: name === from.address ? "" : from.address })),
        make("small", { class: "to" }, fill(text.to, { names: to.map(reader).join(", ") })),
        make("small", { class: "snippet", text: contents(mail).text.replace(/[-_=\s]+/g, " ").slice(0, 140) })),
      make("time", { datetime: date.toISOString(), title: fully(date) }, moment(date, this.now())));
    const article = make("article", { class: "letter" }, head);
    const toggle = () => {
      const opens = head.getAttribute("aria-expanded") !== "true";
      head.setAttribute("aria-expanded", String(opens));
      article.classList.toggle("open", opens);
      if (opens && article.children.length === 1) article.append(this.inside(mail, name));
    };
    head.addEventListener("click", toggle);
    if (open) toggle();
    return article;
  }

  /** The text and the files; made when the mail is opened for the first time. */
  inside(mail, name) {
    const found = contents(mail);
    const body = make("div", { class: "letter-body" });
    const title = fill(text.body, { name });
    const formatted = () => make("iframe", { sandbox: SANDBOX, referrerpolicy: "no-referrer", title, src: this.path(mail, "html") });
    const plain = () => make("pre", { class: "plain", tabindex: "0", "aria-label": title }, ...linked(found.text || text.nothing));
    const tools = make("div", { class: "letter-tools" });
    body.append(found.html ? formatted() : plain());
    if (found.html && found.text) {
      const swap = make("button", { type: "button", class: "quiet small", "aria-pressed": "false", text: text.plain });
      swap.addEventListener("click", () => {
        const turns = swap.getAttribute("aria-pressed") !== "true";
        swap.setAttribute("aria-pressed", String(turns));
        body.replaceChildren(turns ? plain() : formatted());
      });
      tools.append(swap);
    }
    tools.append(make("button", { type: "button", class: "quiet small", onclick: () => this.source(mail), text: text.source }));
    return make("div", { class: "letter-inside" }, this.files(mail, found.files), body, tools);
  }

  path(mail, rest) {
    return `/workspace/mail/${encodeURIComponent(this.box)}/${mail.id}/${rest}`;
  }

  files(mail, files) {
    if (!files.length) return null;
    return make("ul", { class: "files", "aria-label": fill(text.attached, { n: files.length }) }, ...files.map((file) => {
      const content = async () => {
        const path = `/gmail/v1/users/me/messages/${mail.id}/attachments/${file.token}`;
        return new Blob([bytes((await api(path, { as: this.box })).data)], { type: file.type });
      };
      const keep = this.button("download", fill(text.keep, { name: file.name }), () => save(file.name, content));
      if (!isShown(file.type)) {
        return make("li", {}, make("span", { class: "file" }, sign(kindOf(file.type)), make("span", { class: "name" }, file.name), make("small", { text: sized(file.size) })), keep);
      }
      const path = this.path(mail, `files/${file.part}`);
      const open = make("button", { type: "button", class: "quiet file", "aria-label": fill(text.look, { name: file.name }) },
        sign(kindOf(file.type)), make("span", { class: "name" }, file.name), make("small", { text: sized(file.size) }));
      open.addEventListener("click", () => look({ ...file, path, bytes: content }));
      return make("li", {}, open, keep);
    }));
  }

  async source(mail) {
    const path = `/gmail/v1/users/me/messages/${mail.id}?format=raw`;
    const { raw } = await api(path, { as: this.box });
    const close = make("button", { type: "button", class: "quiet", text: words.shell.close });
    const keep = this.button("download", words.files.download, () => save("mail.eml", async () => new Blob([bytes(raw)], { type: "message/rfc822" })));
    const dialog = make("dialog", { class: "look", "aria-labelledby": "look-title" },
      make("header", {}, make("h2", { id: "look-title" }, fill(text.source_of, { subject: subjectOf(mail) })), keep, close),
      make("pre", { tabindex: "0" }, decoded(raw)));
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  // --- the answer

  offer() {
    this.answer.replaceChildren(this.button("reply", text.reply, () => this.write(), true));
  }

  write() {
    const mine = addresses(header(this.last, "From"))[0]?.address.toLowerCase() === this.box;
    const whom = mine ? header(this.last, "To") : header(this.last, "Reply-To") || header(this.last, "From");
    const subject = subjectOf(this.last);
    const to = make("input", { type: "email", name: "to", required: true, multiple: true });
    to.value = addresses(whom).map((one) => one.address).join(", "); // Chromium drops the attribute of such a field
    const about = make("input", { type: "text", name: "subject", value: /^re:/i.test(subject) ? subject : `Re: ${subject}` });
    const said = make("textarea", { name: "text", rows: 6, required: true });
    const cancel = make("button", { type: "button", class: "quiet", text: text.cancel, onclick: () => this.offer() });
    const form = make("form", { "aria-label": fill(text.reply_as, { name: nameOf(this.box) }) },
      make("p", { class: "hint", text: fill(text.reply_as, { name: nameOf(this.box) }) }),
      make("label", {}, make("span", { text: text.recipient }), to),
      make("label", {}, make("span", { text: text.subject }), about),
      make("label", {}, make("span", { text: text.text }), said),
      make("div", { class: "row" }, make("button", { class: "main" }, sign("send"), text.send), cancel));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send(form, { to: to.value, subject: about.value, text: said.value });
    });
    this.answer.replaceChildren(form);
    said.focus();
    form.scrollIntoView({ block: "nearest" });
  }

  async send(form, given) {
    const button = form.querySelector("button.main");
    button.disabled = true;
    try {
      await api("/gmail/v1/users/me/messages/send", { as: this.box, body: answer(this.last, given) });
      toast(fill(text.was_sent, { to: given.to }), "good");
      this.offer();
      await this.refresh();
    } finally {
      button.disabled = false;
    }
  }
}

/** A text with its links as links. */
function linked(whole) {
  const pieces = [];
  let from = 0;
  for (const match of whole.matchAll(LINK)) {
    pieces.push(whole.slice(from, match.index), make("a", { href: match[0], target: "_blank", rel: "noopener noreferrer" }, match[0]));
    from = match.index + match[0].length;
  }
  return [...pieces, whole.slice(from)];
}
