// One mail as the API has it: its headers, its text, its files; and a new one, ready to be sent.

import { words } from "../page.js";

/** @param {object} mail a Message of format full or metadata */
export function header(mail, name) {
  const wanted = name.toLowerCase();
  return mail.payload?.headers?.find((each) => each.name.toLowerCase() === wanted)?.value ?? "";
}

/** Addresses of a header: [{name, address}]. */
export function addresses(text) {
  const found = text.match(/(?:"(?:\\.|[^"])*"|<[^>]*>|[^,"<])+/g) ?? [];
  return found.map((one) => {
    const [, name, address] = /^(.*)<([^>]*)>\s*$/s.exec(one.trim()) ?? [null, "", one.trim()];
    return { name: name.trim().replace(/^"|"$/g, "").replace(/\\(.)/g, "$1"), address: address.trim() };
  }).filter((one) => one.address);
}

/** What somebody is called: their name, else what stands before the @. */
export function called({ name, address }) {
  return name || address;
}

export function subjectOf(mail) {
  return header(mail, "Subject").trim() || words.mail.no_subject;
}

function* leaves(part) {
  if (part.parts?.length) for (const one of part.parts) yield* leaves(one);
  else yield part;
}

/** What a mail holds: `html` whether there is any, `text` the plain text, `files` [{name, type, size, part, token}]. */
export function contents(mail) {
  const parts = [...leaves(mail.payload)];
  const said = (type) => parts.find((part) => part.mimeType === type && !part.filename);
  return {
    html: Boolean(said("text/html")?.body.data),
    text: said("text/plain")?.body.data ? decoded(said("text/plain").body.data) : "",
    files: parts.filter((part) => part.filename && part.body.attachmentId).map((part) => ({
      name: part.filename,
      type: part.mimeType,
      size: part.body.size,
      part: part.partId,
      token: part.body.attachmentId,
    })),
  };
}

/** The bytes of the API's base64. */
export function bytes(data) {
  return Uint8Array.from(atob(data.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
}

/** The text of the API's base64, which is always UTF-8. */
export function decoded(data) {
  return new TextDecoder().decode(bytes(data)).replace(/\r\n/g, "\n");
}

/** A snippet, which the API escapes for HTML. */
export function unescaped(text) {
  return new DOMParser().parseFromString(text, "text/html").documentElement.textContent;
}

function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function encoded(text) {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const pieces = Array.from(text).reduce((all, one) => {
    if ((all.at(-1) + one).length > 12) all.push("");
    all[all.length - 1] += one;
    return all;
  }, [""]);
  return pieces.map((piece) => `=?UTF-8?B?${base64(piece)}?=`).join("\r\n ");
}

/** An answer to a mail, as the API takes it. `to`: a bare address. */
export function answer(mail, { to, subject, text }) {
  const id = header(mail, "Message-ID");
  const known = `${header(mail, "References")} ${id}`.trim().replace(/\s+/g, "\r\n ");
  const head = [`To: ${to}`, `Subject: ${encoded(subject)}`, "MIME-Version: 1.0"];
  if (id) head.push(`In-Reply-To: ${id}`, `References: ${known}`);
  head.push('Content-Type: text/plain; charset="UTF-8"', "Content-Transfer-Encoding: base64");
  const body = base64(text.replace(/\r?\n/g, "\r\n")).replace(/.{76}/g, "$&\r\n");
  const raw = `${head.join("\r\n")}\r\n\r\n${body}\r\n`;
  return { raw: btoa(raw).replace(/\+/g, "-").replace(/\//g, "_"), threadId: mail.threadId };
}
