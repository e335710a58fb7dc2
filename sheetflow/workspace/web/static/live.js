// What happens in the workspace, as it happens. One tab of a browser listens to the server for all of them:
// a browser opens six connections to a server at most, and each tab that held one would block the others.

import { words } from "./page.js";
import { toast } from "./toast.js";

const channel = new BroadcastChannel("sheetflow-events");
const listeners = new Map();
let last = "";
let away = false;

/**
 * Hear of events. `reset` comes where some may have been missed: read everything anew then.
 *
 * @param {string} kinds one or more, with spaces between: spreadsheet mail drive form pass clock edit reset
 * @param {(event: object) => void} told
 */
export function listen(kinds, told) {
  for (const kind of kinds.split(" ")) listeners.set(kind, [...(listeners.get(kind) ?? []), told]);
}

function heard({ id, event }) {
  last = id || last;
  for (const told of listeners.get(event.kind) ?? []) told(event);
}

function open(release) {
  const source = new EventSource(`/workspace/events?after=${encodeURIComponent(last)}`);
  source.onmessage = (message) => {
    const news = { id: message.lastEventId, event: JSON.parse(message.data) };
    channel.postMessage(news);
    heard(news);
  };
  source.onopen = () => {
    if (away) toast(words.shell.online, "good");
    away = false;
  };
  source.onerror = () => {
    if (!away && !document.hidden) toast(words.shell.offline);
    away = true;
    if (source.readyState === EventSource.CLOSED) setTimeout(() => open(release), 2000);
  };
  addEventListener("pagehide", () => {
    source.close();
    release();
  });
}

channel.onmessage = (message) => heard(message.data);
// The lock is held as long as this tab lives; then the next tab in the queue listens for all.
navigator.locks.request("sheetflow-events", () => new Promise((release) => open(release)));
