// JSON in which every name stands once: of two, readers could take the one or the other.

import { unreadable } from "./verdict.js";

const DEEPEST = 64;
const TOKEN = /"(?:[^"\\]|\\[^])*(?:"|\\?$)|[{}[\],]/g; // a text that does not end is one as well: each sign is read once

// A half of a surrogate pair, which cannot be written as UTF-8, stands as an escape in what JSON.stringify writes.
const HALF = /(?<!\\)(?:\\\\)*\\ud[89a-f]/i;

// Whether the first value in `text` ends before it does.
function goesOn(text) {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token === "{" || token === "[") depth += 1;
    if (token === "}" || token === "]") depth -= 1;
    if (depth === 0 && index > 0) return index + 1 < text.trimEnd().length;
  }
  return false;
}

function checkNames(text) {
  const open = [];
  for (const [token] of text.matchAll(TOKEN)) {
    const innermost = open.at(-1);
    if (token === "{" || token === "[") {
      open.push(token === "{" ? { names: new Set(), isName: true } : null);
      if (open.length > DEEPEST) throw unreadable("broken");
    } else if (token === "}" || token === "]") open.pop();
    else if (token === ",") {
      if (innermost) innermost.isName = true;
    } else if (innermost?.isName) {
      const name = JSON.parse(token);
      if (innermost.names.has(name)) throw unreadable("says_twice");
      innermost.names.add(name);
      innermost.isName = false;
    }
  }
}

// The object in `text`.
export function objectIn(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw unreadable(goesOn(text) ? "trailing" : "broken");
  }
  if (HALF.test(JSON.stringify(value))) throw unreadable("broken");
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw unreadable("unknown_kind");
  checkNames(text);
  return value;
}

export function textOf(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unreadable("broken");
  }
}
