// What is at hand of the issuer: its published keys and status lists, `issuer.json`. The file is the anchor of all trust; what
// the lists in it say still counts for nothing until one of the keys in it has signed them.

import { fromBase58, fromBase64url } from "./multibase.js";
import { notOurs } from "./verdict.js";

const ED25519 = [0xed, 0x01];

function ed25519Bytes(multikey) {
  const bytes = fromBase58(multikey);
  return bytes?.length === 34 && ED25519.every((byte, place) => bytes[place] === byte) ? bytes.subarray(2) : null;
}

function pointOf({ kty, crv, x, y }) {
  const [across, up] = [x, y].map((coordinate) => fromBase64url(String(coordinate)));
  return kty === "EC" && crv === "P-256" && across?.length === 32 && up?.length === 32
    ? Uint8Array.from([4, ...across, ...up])
    : null;
}

// `{ kind, bytes }` of a verification method, with the certificate (DER) of a key that signs PDFs; null for what cannot be
// read.
function materialOf({ type, publicKeyMultibase, publicKeyJwk }) {
  if (type === "Multikey") return { kind: "eddsa", bytes: ed25519Bytes(publicKeyMultibase) };
  if (type !== "JsonWebKey" || !publicKeyJwk) return { bytes: null };
  const bytes = pointOf(publicKeyJwk);
  if (!publicKeyJwk.x5c) return { kind: "es256", bytes };
  const certificate = Uint8Array.from(atob(publicKeyJwk.x5c[0]), (character) => character.charCodeAt(0));
  return { kind: "pdf", bytes, certificate };
}

const momentOf = (text) => (text === undefined ? null : Date.parse(text));

export class Issuer {
  // Throws a TypeError for what is no issuer's file.
  constructor({
    format = 1,
    did_document: published,
    receipt_keys: receiptKeys,
    retired = {},
    status_lists: lists,
    written_at: writtenAt,
  }) {
    const isKnown = format === 1 && typeof published?.id === "string" && Array.isArray(published.assertionMethod);
    if (!isKnown || !Array.isArray(lists) || !Array.isArray(receiptKeys)) throw new TypeError("no issuer.json");
    Object.assign(this, { did: published.id, lists, receiptKeys, writtenAt, keys: new Map() });
    for (const method of published.verificationMethod) this.#take(method, retired[method.id], published.assertionMethod);
  }

  #take({ id, controller, revoked, ...method }, retired, asserting) {
    if (this.keys.has(id) || controller !== this.did || !id.startsWith(`${this.did}#`)) throw new TypeError("no issuer.json");
    const times = { retiredAt: momentOf(retired), revokedAt: momentOf(revoked) };
    this.keys.set(id, { id, ...materialOf(method), ...times, asserts: asserting.includes(id) });
  }

  // The key of that name and kind, if it vouches for what was signed at `signedAt` (milliseconds; NaN where that is not told).
  keyFor(id, kind, signedAt) {
    const key = this.keys.get(id);
    if (!key?.bytes || key.kind !== kind) throw notOurs("unknown_key");
    this.requireInUse(key, signedAt);
    if (!key.asserts) throw notOurs("unknown_key");
    return key;
  }

  requireInUse({ revokedAt, retiredAt }, signedAt) {
    if (revokedAt !== null) throw notOurs("key_compromised");
    if (retiredAt !== null && !(signedAt <= retiredAt)) throw notOurs("key_retired");
  }

  get pdfKeys() {
    return [...this.keys.values()].filter(({ kind, bytes }) => kind === "pdf" && bytes);
  }

  // The lists that say that they are the one at `address`.
  listsAt(address) {
    return this.lists.filter((list) => list?.id === address);
  }
}
