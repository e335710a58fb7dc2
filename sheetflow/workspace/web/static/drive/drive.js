// The company's files as the chosen person may see them. The folder stands in the address, so that back and
// forward work, and a link leads to a folder (`#folder=ID`) or a file (`#file=ID`).

import { api, door } from "../api.js";
import { blob, fully, isShown, kindOf, look, moment, save, sign, sized } from "../files/files.js";
import { listen } from "../live.js";
import { fill, language, make, me, nameOf, place, words } from "../page.js";
import { toast } from "../toast.js";

const text = words.drive;
const FOLDER = "application/vnd.google-apps.folder";
const FIELDS = "id,name,mimeType,size,modifiedTime,parents,ownedByMe,owners(emailAddress),permissions(id,emailAddress,role,type,displayName),capabilities(canAddChildren,canDownload)";
const at = (id) => document.getElementById(id);
let ahead = Date.parse(place.now) - Date.now();
let here = null; // the folder that is shown; null where it is the first page
let asked = 0;

const path = (id) => `/drive/v3/files/${encodeURIComponent(id)}`;
const where = (id) => (id ? `#folder=${encodeURIComponent(id)}` : "#");

// --- reading

async function read(id) {
  return api(`${path(id)}?fields=${FIELDS}&supportsAllDrives=true`, { quiet: true });
}

async function children(query) {
  const found = [];
  let page = "";
  do {
    const asking = new URLSearchParams({ q: `${query} and trashed = false`, orderBy: "folder,name_natural", pageSize: 200, fields: `nextPageToken,files(${FIELDS})` });
    if (page) asking.set("pageToken", page);
    const answer = await api(`/drive/v3/files?${asking}`, { quiet: true });
    found.push(...answer.files);
    page = answer.nextPageToken;
  } while (page);
  return found;
}

/** The folders above, as far as this person may see them, the outermost first. */
async function above(folder) {
  const chain = [folder];
  while (chain[0].parents?.length) {
    try {
      const parent = await read(chain[0].parents[0]);
      if (!parent.parents?.length && parent.ownedByMe && parent.name === "My Drive") break;
      chain.unshift(parent);
    } catch {
      break; // what lies above is not theirs to see
    }
  }
  return chain;
}

async function show() {
  const mine = (asked += 1);
  const given = new URLSearchParams(location.hash.slice(1));
  const id = given.get("folder");
  try {
    if (given.get("file")) {
      const file = await read(given.get("file"));
      location.replace(where(file.parents?.[0]));
      return open(file);
    }
    const shown = id ? await folder(id) : await first();
    if (mine !== asked) return undefined;
    const had = document.activeElement?.closest("[data-id]")?.dataset.id;
    shown();
    at("inside").querySelector(`[data-id="${had}"] .open`)?.focus({ preventScroll: true });
  } catch (error) {
    if (mine === asked) refused(id ?? given.get("file"), error);
  }
  return undefined;
}

async function first() {
  const [own, shared] = await Promise.all([children("'root' in parents"), children("sharedWithMe = true")]);
  return () => {
    here = null;
    crumbs([]);
    mayPut(false);
    at("barred").hidden = true;
    const parts = [[text.mine, own], [text.shared, shared]].filter(([, files]) => files.length);
    at("inside").replaceChildren(...parts.flatMap(([title, files]) => [make("h2", { text: title }), table(title, files)]));
    if (!parts.length) at("inside").append(make("p", { class: "empty" }, fill(text.empty_home, { name: nameOf(me) })));
  };
}

async function folder(id) {
  const found = await read(id);
  const [chain, files] = await Promise.all([above(found), children(`'${found.id}' in parents`)]);
  return () => {
    here = found;
    crumbs(chain);
    const may = Boolean(found.capabilities?.canAddChildren);
    mayPut(may);
    at("barred").hidden = may;
    at("inside").replaceChildren(files.length ? table(found.name, files) : make("p", { class: "empty" }, may ? text.empty_may : text.empty));
  };
}

// --- showing

function crumbs(chain) {
  const all = [{ id: "", name: text.home }, ...chain];
  at("crumbs").replaceChildren(...all.map((one, index) => make("li", {},
    index === all.length - 1 ? make("span", { "aria-current": "page" }, one.name) : make("a", { href: where(one.id) }, one.name))));
  document.title = `${all.at(-1).name} · ${words.shell.product}`;
}

function mayPut(may) {
  at("put").hidden = !may;
}

function table(title, files) {
  const head = (name, label) => make("th", { scope: "col", class: name }, label);
  return make("table", { class: "files-table", "aria-label": title },
    make("thead", {}, make("tr", {}, head("name", text.name), head("access", text.access), head("changed", text.changed), head("size", text.size), make("td", {}))),
    make("tbody", {}, ...files.map(row)));
}

function row(file) {
  const date = new Date(file.modifiedTime);
  const kept = file.capabilities?.canDownload && !file.mimeType.startsWith("application/vnd.google-apps.");
  const keep = make("button", { type: "button", class: "quiet square", "aria-label": fill(text.download, { name: file.name }), title: words.files.download }, sign("download"));
  keep.addEventListener("click", () => save(file.name, () => content(file)));
  return make("tr", { "data-id": file.id },
    make("td", { class: "name" }, opener(file)),
    make("td", { class: "access" }, access(file)),
    make("td", { class: "changed" }, make("time", { datetime: file.modifiedTime, title: fully(date) }, moment(date, new Date(Date.now() + ahead)))),
    make("td", { class: "size" }, sized(file.size)),
    make("td", { class: "do" }, kept ? keep : null));
}

function opener(file) {
  const inside = [sign(kindOf(file.mimeType)), make("span", { text: file.name || words.files.unnamed })];
  if (file.mimeType === FOLDER) return make("a", { class: "open", href: where(file.id) }, ...inside);
  if (file.id === place.spreadsheet.id) return make("a", { class: "open", href: "/sheet" }, ...inside);
  if (file.id === place.form.id) return make("a", { class: "open", href: "/form" }, ...inside);
  if (!isShown(file.mimeType) && !file.capabilities?.canDownload) return make("span", { class: "open" }, ...inside);
  const label = fill(isShown(file.mimeType) ? text.look : text.download, { name: file.name });
  return make("button", { type: "button", class: "quiet open", "aria-label": label, onclick: () => open(file) }, ...inside);
}

function open(file) {
  if (!isShown(file.mimeType)) return save(file.name, () => content(file));
  return look({
    name: file.name,
    type: file.mimeType,
    path: `/workspace/drive/${encodeURIComponent(me)}/${encodeURIComponent(file.id)}`,
    bytes: () => content(file),
  });
}

function content(file) {
  return blob(`${path(file.id)}?alt=media&supportsAllDrives=true`);
}

function who(one) {
  if (one.type === "anyone") return text.everyone;
  const address = (one.emailAddress ?? "").toLowerCase();
  if (address === place.owner || address === place.service_account) return address === place.owner ? nameOf(address) : address.split("@")[0];
  return nameOf(address) || one.displayName || one.type;
}

/** Who has access: the people, from a button; just the owner, where Google tells this person no more. */
function access(file) {
  if ((file.permissions?.length ?? 0) < 2) {
    const owner = file.owners?.[0] ?? file.permissions?.[0];
    return owner ? make("span", { text: fill(text.owner_only, { name: who(owner) }) }) : null;
  }
  const order = ["owner", "organizer", "fileOrganizer", "writer", "commenter", "reader"];
  const all = [...file.permissions].sort((a, b) => order.indexOf(a.role) - order.indexOf(b.role) || who(a).localeCompare(who(b), language));
  const id = `access-${file.id}`;
  const list = make("div", { id, popover: true, class: "menu access-list" },
    make("p", { text: fill(text.show_people, { name: file.name }) }),
    make("ul", {}, ...all.map((one) => make("li", {}, make("span", { text: who(one) }), make("small", { text: text[one.role] ?? one.role })))));
  const count = fill(text.people, { n: all.length });
  const label = `${fill(text.show_people, { name: file.name })}: ${count}`;
  const button = make("button", { type: "button", class: "quiet people", popovertarget: id, title: all.map(who).join(", "), "aria-label": label }, sign("people"), count);
  list.addEventListener("beforetoggle", () => {
    const box = button.getBoundingClientRect();
    list.style.top = `${Math.min(box.bottom + 4, innerHeight - 280)}px`;
    list.style.left = `${Math.max(8, Math.min(box.left, innerWidth - 348))}px`;
  });
  return make("span", {}, button, list);
}

function refused(id, error) {
  here = null;
  crumbs([]);
  mayPut(false);
  at("barred").hidden = true;
  const ask = make("button", { type: "button", class: "main", text: text.ask });
  ask.addEventListener("click", async () => {
    ask.disabled = true;
    await door("/workspace/ask", { as: me, file: id });
    toast(text.asked, "good");
  });
  const away = [403, 404].includes(error.status);
  at("inside").replaceChildren(make("div", { class: "empty no-access", role: "alert" },
    sign("lock"),
    away ? make("h2", { text: text.no_access }) : null,
    away ? make("p", { text: fill(text.no_access_why, { name: nameOf(me) }) }) : null,
    make("p", { class: "hint" }, fill(text.google_says, { message: error.message })),
    make("div", { class: "row" }, away ? ask : null, make("a", { class: "button", href: "#", text: text.to_home }))));
}

// --- putting in

async function put(files) {
  const target = here;
  for (const file of files) {
    toast(fill(text.uploading, { name: file.name }));
    const about = { name: file.name, mimeType: file.type || "application/octet-stream", parents: [target.id] };
    const mark = `sheetflow-${crypto.randomUUID()}`;
    const head = `--${mark}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n${JSON.stringify(about)}\r\n--${mark}\r\nContent-Type: ${about.mimeType}\r\n\r\n`;
    await api("/upload/drive/v3/files?uploadType=multipart&supportsAllDrives=true&fields=id", {
      body: new Blob([head, file, `\r\n--${mark}--`]),
      headers: { "Content-Type": `multipart/related; boundary=${mark}` },
    });
    toast(fill(text.uploaded, { name: file.name }), "good");
  }
  await show();
}

at("upload").addEventListener("click", () => at("chosen").click());
at("chosen").addEventListener("change", async (event) => {
  const files = [...event.target.files];
  event.target.value = "";
  await put(files);
});

const may = () => here?.capabilities?.canAddChildren;
let inside = 0; // dragenter and dragleave come for every element on the way
function over(change) {
  inside = change === 0 ? 0 : Math.max(0, inside + change);
  at("drive").classList.toggle("over", inside > 0 && Boolean(may()));
  at("dropping").textContent = here ? fill(text.drop, { name: here.name }) : "";
}
const brings = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
addEventListener("dragenter", (event) => brings(event) && over(1));
addEventListener("dragleave", (event) => brings(event) && over(-1));
addEventListener("dragover", (event) => {
  if (!brings(event)) return;
  event.preventDefault(); // else the browser would leave the page for the file
  event.dataTransfer.dropEffect = may() ? "copy" : "none";
});
addEventListener("drop", (event) => {
  if (!brings(event)) return;
  event.preventDefault();
  over(0);
  if (may()) put([...event.dataTransfer.files]);
});

// --- live

let soon = 0;
listen("drive reset", () => {
  clearTimeout(soon);
  soon = setTimeout(() => {
    if (!document.querySelector(".access-list:popover-open")) show();
  }, 250);
});
listen("clock", (event) => {
  ahead = Date.parse(event.now) - Date.now();
});
addEventListener("hashchange", show);
await show();
