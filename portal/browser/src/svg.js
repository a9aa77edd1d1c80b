// The credential in a baked SVG: the one element `openbadges:credential` in its root, signed JSON as its text or a VC-JWT in
// its attribute `verify`. A parsed document runs nothing and loads nothing; what could is refused all the same.

import { textOf } from "./json.js";
import { unreadable } from "./verdict.js";

const SVG = "http://www.w3.org/2000/svg";
const OPENBADGES = "https://purl.imsglobal.org/ob/v3p0";
const DEEPEST = 64;

function parsed(text) {
  if (/<!DOCTYPE|<!ENTITY/i.test(text)) throw unreadable("forbidden");
  const document = new DOMParser().parseFromString(text, "image/svg+xml");
  const end = text.lastIndexOf("</svg>") + "</svg>".length;
  if (document.getElementsByTagName("parsererror").length) throw unreadable(text.slice(end).trim() ? "trailing" : "broken");
  return document;
}

function checkElements(root) {
  for (let [level, depth] = [[root], 0]; level.length; depth += 1) {
    if (depth >= DEEPEST) throw unreadable("forbidden");
    if (level.some(({ localName }) => ["script", "foreignObject"].includes(localName))) throw unreadable("forbidden");
    level = level.flatMap(({ children }) => [...children]);
  }
}

export function credentialInSvg(bytes) {
  const document = parsed(textOf(bytes));
  const root = document.documentElement;
  if (root.namespaceURI !== SVG || root.localName !== "svg") throw unreadable("unknown_kind");
  const others = document.createTreeWalker(document, NodeFilter.SHOW_PROCESSING_INSTRUCTION);
  if (others.nextNode()) throw unreadable("forbidden");
  checkElements(root);
  const found = [...document.getElementsByTagNameNS(OPENBADGES, "credential")];
  if (found.length !== 1) throw unreadable(found.length ? "several" : "none_inside");
  const [element] = found;
  if (element.parentNode !== root || element.children.length) throw unreadable("forbidden");
  const [attribute, text] = [(element.getAttribute("verify") ?? "").trim(), element.textContent.trim()];
  if (attribute && text) throw unreadable("several");
  if (!attribute && !text) throw unreadable("none_inside");
  return attribute || text;
}
