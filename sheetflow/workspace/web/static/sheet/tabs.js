// The sheets at the bottom. Those of the system are hidden; the menu shows them all.

import { icon, make, words } from "../page.js";

export class Tabs {
  /** @param {HTMLElement} holder @param {(gid: number) => void} open */
  constructor(holder, open) {
    this.holder = holder;
    this.open = open;
    this.menu = make("div", { id: "tabs-menu", class: "menu list up", popover: "auto" });
    document.body.append(this.menu);
    this.all = make("button", { type: "button", class: "quiet square", popovertarget: "tabs-menu", "aria-label": words.sheet.all_tabs, title: words.sheet.all_tabs }, icon("tabs"));
    this.list = make("div", { class: "tab-list", role: "tablist", "aria-label": words.sheet.tabs });
    holder.append(this.all, this.list);
    this.list.addEventListener("keydown", (event) => this.step(event));
    this.told = "";
  }

  show(sheets, current) {
    const told = JSON.stringify([current, sheets.map((each) => [each.properties.sheetId, each.properties.title, each.properties.hidden, each.properties.tabColor])]);
    if (told === this.told) return;
    this.told = told;
    const open = ({ hidden, sheetId }) => !hidden || sheetId === current;
    this.list.replaceChildren(...sheets.filter((each) => open(each.properties)).map(({ properties }) => {
      const chosen = properties.sheetId === current;
      const tab = make("button", {
        type: "button", role: "tab", class: "tab", "aria-selected": String(chosen), "aria-controls": "grid", tabindex: chosen ? 0 : -1,
        "data-gid": properties.sheetId, onclick: () => this.open(properties.sheetId),
      }, make("span", { text: properties.title }));
      const color = properties.tabColor;
      if (color) tab.style.setProperty("--tab", `rgb(${["red", "green", "blue"].map((part) => Math.round((color[part] ?? 0) * 255)).join(" ")})`);
      return tab;
    }));
    this.list.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.menu.replaceChildren(...sheets.map(({ properties }) => make("button", {
      type: "button", class: "quiet", "aria-current": properties.sheetId === current ? "true" : undefined,
      onclick: () => {
        this.menu.hidePopover();
        this.open(properties.sheetId);
      },
    }, make("span", { text: properties.title }), properties.hidden ? make("small", { text: words.sheet.system_tab }) : null)));
  }

  step(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const tabs = [...this.list.children];
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    next.focus();
    next.click();
  }
}
