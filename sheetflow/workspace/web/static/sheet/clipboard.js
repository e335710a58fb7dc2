// Copying and pasting ranges, as tab-separated text: what spreadsheets and offices exchange.

import { make } from "../page.js";

/** Rows of texts as tab-separated text. */
export function toText(rows) {
  const field = (text) => (/[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((line) => line.map(field).join("\t")).join("\n");
}

/** Rows of texts as a table, for documents and mails. */
export function toHtml(rows) {
  const line = (texts) => make("tr", {}, ...texts.map((text) => make("td", { text })));
  return make("table", {}, make("tbody", {}, ...rows.map(line))).outerHTML;
}

/** Tab-separated text as rows of texts, each as long as the longest. */
export function fromText(text) {
  const rows = [[]];
  let field = "";
  let quoted = false;
  const source = text.replaceAll("\r\n", "\n").replace(/\n$/, "");
  for (let at = 0; at < source.length; at += 1) {
    const letter = source[at];
    if (quoted) {
      if (letter !== '"') field += letter;
      else if (source[at + 1] === '"') field += source[(at += 1)];
      else quoted = false;
    } else if (letter === '"' && field === "") quoted = true;
    else if (letter === "\t" || letter === "\n") {
      rows.at(-1).push(field);
      field = "";
      if (letter === "\n") rows.push([]);
    } else field += letter;
  }
  rows.at(-1).push(field);
  const width = Math.max(...rows.map((line) => line.length));
  return rows.map((line) => [...line, ...Array(width - line.length).fill("")]);
}
