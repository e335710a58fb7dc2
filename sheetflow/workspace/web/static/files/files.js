// Files wherever they are shown: what kind they are, how large, and a look at those that browsers show.

import { api } from "../api.js";
import { language, make, page, words } from "../page.js";

const KINDS = [
  [/^application\/vnd\.google-apps\.folder$/, "folder"],
  [/^application\/vnd\.google-apps\.form$/, "form"],
  [/spreadsheet|csv|excel/, "table"],
  [/^application\/pdf$/, "pdf"],
  [/^image\//, "image"],
  [/zip|compressed/, "archive"],
];
const SHOWN = ["application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp"];
const SPACE = "http://www.w3.org/2000/svg";

/** One of the icons of files/icons.svg. */
export function sign(name) {
  const svg = document.createElementNS(SPACE, "svg");
  svg.setAttribute("class", `icon kind-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SPACE, "use");
  use.setAttribute("href", `/workspace/static/files/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** What a type of file is: folder, form, table, pdf, image, archive or text. */
export function kindOf(type) {
  return KINDS.find(([pattern]) => pattern.test(type))?.[1] ?? "text";
}

/** Whether browsers show files of a type, and can do nothing else with them. */
export function isShown(type) {
  return SHOWN.includes(type);
}

/** Bytes for people; "" where nobody knows. */
export function sized(bytes) {
  if (bytes === undefined || bytes === null || bytes === "") return "";
  const [unit, one] = bytes < 1e6 ? ["kilobyte", 1024] : ["megabyte", 1024 * 1024];
  const style = { style: "unit", unit, maximumFractionDigits: unit === "megabyte" ? 1 : 0 };
  return new Intl.NumberFormat(language, style).format(Math.max(bytes / one, 1));
}

/** A moment as mail programs tell it: the hour of today, the day of this year, else the date. */
export function moment(date, now = date) {
  const zone = { timeZone: page.place.time_zone };
  const day = (one) => new Intl.DateTimeFormat("sv", zone).format(one);
  const style = day(date) === day(now)
    ? { hour: "2-digit", minute: "2-digit", hour12: false }
    : { day: "numeric", month: "short", ...(day(date).slice(0, 4) === day(now).slice(0, 4) ? {} : { year: "numeric" }) };
  return new Intl.DateTimeFormat(language, { ...zone, ...style }).format(date);
}

/** A moment in full. */
export function fully(date) {
  const style = { timeZone: page.place.time_zone, dateStyle: "long", timeStyle: "short" };
  return new Intl.DateTimeFormat(language, style).format(date);
}

/** Keep a file on the reader's disk. */
export async function save(name, bytes) {
  const link = make("a", { href: URL.createObjectURL(await bytes()), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** The bytes at one of Google's paths. */
export async function blob(path, how = {}) {
  return (await api(path, { ...how, whole: true })).blob();
}

/**
 * Look at a file, in a dialog over the page.
 *
 * @param {{name: string, type: string, path: string, bytes: () => Promise<Blob>}} file
 *   `path`: where the server shows it, `bytes`: its content, for who wants to keep it.
 */
export function look({ name, type, path, bytes }) {
  const text = words.files;
  const close = make("button", { type: "button", class: "quiet", text: words.shell.close });
  const keep = make("button", { type: "button", class: "quiet", "aria-label": text.download, title: text.download }, sign("download"));
  const title = make("h2", { id: "look-title" }, name);
  const shown = type === "application/pdf"
    ? make("iframe", { src: `${path}#navpanes=0&view=FitH`, title: name })
    : make("div", { class: "picture" }, make("img", { src: path, alt: name }));
  const dialog = make("dialog", { class: "look", "aria-labelledby": "look-title" },
    make("header", {}, sign(kindOf(type)), title, keep,
      make("a", { class: "button quiet", href: path, target: "_blank", rel: "noopener", "aria-label": text.alone, title: text.alone }, sign("out")),
      close),
    shown);
  close.addEventListener("click", () => dialog.close());
  keep.addEventListener("click", () => save(name, bytes));
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
  return dialog;
}
