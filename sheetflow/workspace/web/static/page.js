// What the server told this page: who is here, who I am, its words.

export const page = JSON.parse(document.getElementById("page").textContent);
export const { place, people, words, language } = page;

/** The e-mail address of the person who was chosen. */
export const me = page.me;

/** Somebody's name by address; the address where they are nobody of the company. */
export function nameOf(email) {
  return people.find((each) => each.email === email)?.name ?? email;
}

/** Put facts into a sentence. */
export function fill(sentence, facts = {}) {
  return sentence.replace(/\{([a-z_]+)\}/g, (whole, name) => facts[name] ?? whole);
}

/** An element: `make("p", {class: "hint", onclick: …}, "text", child)`. Texts are never read as HTML. */
export function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "text") element.textContent = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((each) => each !== null && each !== undefined));
  return element;
}

/** One of the icons of shell/icons.svg. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `/workspace/static/shell/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

const COOKIE = "; Path=/; SameSite=Strict; Max-Age=31536000";

/** Remember a choice: the server reads the cookie when it makes the next page. */
export function remember(name, value) {
  document.cookie = `${name}=${value}${COOKIE}`;
  try {
    localStorage.setItem(name, value);
  } catch {
    // A browser that keeps nothing still has the cookie.
  }
}
