// How a cell looks: the spreadsheet's own formats, and marks for notes, dropdowns and checkboxes.

import { place, make } from "../page.js";
import { kindOf } from "./book.js";

const SHEET = /^https:\/\/docs\.google\.com\/spreadsheets\/d\/([\w-]+)\/edit[^#]*(#.*)$/;
const FILE = /^https:\/\/drive\.google\.com\/(?:file\/d\/|open\?id=|drive\/(folders)\/)([\w-]+)/;

/** Where a link leads: within the workspace where it is of here; "" for what is no web address. */
export function leadsTo(link) {
  const sheet = SHEET.exec(link);
  if (sheet && sheet[1] === place.spreadsheet.id) return `/sheet${sheet[2]}`;
  const file = FILE.exec(link);
  if (file) return `/drive#${file[1] ? "folder" : "file"}=${file[2]}`;
  return /^https?:\/\//i.test(link) ? link : "";
}

/** Draw a CellData into its element; undefined where it has not come yet. */
export function paint(element, cell) {
  element.replaceChildren(contentOf(element, cell));
}

/** Dress a cell's element, and give what is to stand in it. */
export function contentOf(element, cell) {
  element.classList.remove("pending");
  element.classList.toggle("coming", cell === undefined);
  element.classList.toggle("noted", Boolean(cell?.note));
  const format = cell?.effectiveFormat ?? {};
  const kind = kindOf(cell);
  const text = cell?.formattedValue ?? "";
  element.dataset.kind = kind;
  element.classList.toggle("wrap", format.wrapStrategy === "WRAP");
  element.style.textAlign = kind === "checkbox" ? "center" : (format.horizontalAlignment ?? "LEFT").toLowerCase();
  const inside = kind === "checkbox" ? checkbox(text) : kind === "dropdown" ? chip(text, format) : words(text, cell);
  dress(element, kind === "dropdown" ? plainOf(format) : format);
  return inside;
}

function plainOf(format) {
  return { textFormat: { ...format.textFormat, foregroundColor: {} } };
}

function words(text, cell) {
  const target = cell?.hyperlink ? leadsTo(cell.hyperlink) : "";
  if (!target) return make("span", { class: "words", text });
  const outside = !target.startsWith("/");
  return make("a", { class: "words", href: target, tabindex: -1, text: text || target, target: outside ? "_blank" : undefined, rel: outside ? "noopener noreferrer" : undefined });
}

function checkbox(text) {
  const on = /^(true|истина)$/i.test(text);
  return make("span", { class: `check${on ? " on" : ""}`, role: "img", "aria-label": on ? "✓" : "☐" });
}

function chip(text, format) {
  const made = make("span", { class: text ? "chip" : "chip blank", text });
  if (text) dress(made, format);
  return made;
}

/** Colours and the like. Those that say nothing are left to the page, which may be a dark one. */
function dress(element, format) {
  const { textFormat: font = {}, backgroundColor: back } = format;
  const ground = colorOf(back, isWhite);
  const neutral = ground && isNeutral(back);
  element.classList.toggle("neutral", Boolean(neutral));
  element.classList.toggle("painted", Boolean(ground) && !neutral);
  const ink = neutral ? "" : colorOf(font.foregroundColor, isBlack);
  element.classList.toggle("inked", Boolean(ink));
  tint(element, "--ground-given", neutral ? "" : ground);
  // The colour of a pale ground is in its letters, that of a deep one in the ground.
  tint(element, "--hue-given", ground && ink && isPale(back) ? ink : ground);
  tint(element, "--ink-given", ink);
  element.style.fontWeight = font.bold ? "600" : "";
  element.style.fontStyle = font.italic ? "italic" : "";
  element.style.textDecoration = [font.underline && "underline", font.strikethrough && "line-through"].filter(Boolean).join(" ");
}

/** A dark page mixes the given colours with its own: see the style sheet. */
function tint(element, name, color) {
  if (color) element.style.setProperty(name, color);
  else element.style.removeProperty(name);
}

function colorOf(color, saysNothing) {
  if (!color || saysNothing(color)) return "";
  const part = (name) => Math.round((color[name] ?? 0) * 255);
  return `rgb(${part("red")} ${part("green")} ${part("blue")})`;
}

const parts = (color) => [color.red ?? 0, color.green ?? 0, color.blue ?? 0];
const isWhite = (color) => Math.min(...parts(color)) >= 0.999;
const isBlack = (color) => Math.max(...parts(color)) <= 0.001;
const isPale = (color) => Math.min(...parts(color)) > 0.5;
const isNeutral = (color) => Math.min(...parts(color)) > 0.85 && Math.max(...parts(color)) - Math.min(...parts(color)) < 0.05;
