// Google's paths as the chosen person, and the workspace's doors. A refusal is shown in Google's own words.

import { me } from "./page.js";
import { toast } from "./toast.js";

/** A refusal: `message` in Google's words, `status` the HTTP status, 0 where nothing answered. */
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/**
 * Call one of Google's paths as the chosen person.
 *
 * @param {string} path such as `/v4/spreadsheets/ID`
 * @param {{method?: string, body?: object|BodyInit, headers?: object, as?: string, quiet?: boolean, whole?: boolean}}
 *   how `body`: a plain object is sent as JSON. `quiet`: a refusal is thrown, and not shown.
 *   `whole`: give the Response itself, for content that is not JSON.
 */
export async function api(path, how = {}) {
  const headers = { Authorization: `Bearer local:${how.as ?? me}`, ...how.headers };
  return call(path, { ...how, headers });
}

/** Call a door of the workspace: a GET, or a POST of JSON where there is a body. */
export async function door(path, body, how = {}) {
  return call(path, { ...how, body, method: body === undefined ? "GET" : "POST" });
}

async function call(path, { method, body, headers = {}, quiet = false, whole = false, signal }) {
  try {
    return await answerOf(path, { method, body, headers, whole, signal });
  } catch (error) {
    if (!quiet && error instanceof Refused) toast(error.message, "bad");
    throw error;
  }
}

async function answerOf(path, { method, body, headers, whole, signal }) {
  const plain = body !== undefined && Object.getPrototypeOf(body) === Object.prototype;
  let answer;
  try {
    answer = await fetch(path, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      body: plain ? JSON.stringify(body) : body,
      headers: plain ? { "Content-Type": "application/json", ...headers } : headers,
      credentials: "same-origin",
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(error.message, 0);
  }
  if (!answer.ok) throw new Refused(await reasonOf(answer), answer.status);
  return whole ? answer : answer.status === 204 ? null : answer.json();
}

async function reasonOf(answer) {
  const text = await answer.text();
  try {
    return JSON.parse(text).error.message;
  } catch {
    return `${answer.status} ${answer.statusText}`;
  }
}
