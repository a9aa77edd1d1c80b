// Whether the issuer signed what a file says: the three forms that it signs, each held against its published keys. A key counts
// by its name in the issuer's own document alone; what a file says of keys or algorithms is compared with that, and never
// followed.

import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { objectIn, textOf } from "./json.js";
import { fromBase64url } from "./multibase.js";
import { holds } from "./proof.js";
import { evidenceIn, identifierIn, isMoment, isObject, isOpenBadge, isStatusList, placesOf } from "./shape.js";
import { Doubt, altered, notOurs, unreadable } from "./verdict.js";

const BRINGS_A_KEY = ["jwk", "jku", "x5c", "x5u", "x5t", "x5t#S256"];
const HEADER = "alg,kid,typ";

const signedAt = (text) => (isMoment(text) ? Date.parse(text) : NaN);

function requireIssuer(document, issuer) {
  if (!Object.hasOwn(document, "credentialSubject")) throw unreadable("unknown_kind");
  const named = isObject(document.issuer) ? document.issuer.id : document.issuer;
  if (named !== issuer.did) throw new Doubt("not_ours", "issuer", "other_issuer");
}

function claimsOf(badge) {
  return {
    identifier: identifierIn(badge),
    url: badge.id.slice(0, -"credential.json".length),
    holder: badge.credentialSubject.identifier[0].identityHash,
    title: badge.name,
    issuer: badge.issuer.name,
    issued: badge.validFrom,
    expires: badge.validUntil,
    ...evidenceIn(badge),
    places: placesOf(badge),
  };
}

// What a credential says that carries its own proof.
export async function embedded(signed, issuer) {
  const { proof, ...unsecured } = signed;
  requireIssuer(unsecured, issuer);
  if (proof === undefined || proof === null) throw notOurs("unsigned", "signature");
  if (!isObject(proof)) throw altered("terms");
  if (typeof proof.verificationMethod !== "string") throw notOurs("own_key");
  if (proof.cryptosuite !== "eddsa-rdfc-2022") throw notOurs("other_algorithm", "signature");
  const key = issuer.keyFor(proof.verificationMethod, "eddsa", signedAt(proof.created));
  if (isStatusList(unsecured)) throw unreadable("unknown_kind");
  if (!isOpenBadge(unsecured)) throw altered("terms", "terms");
  if (!(await holds(signed, key))) throw altered("signature");
  return claimsOf(unsecured);
}

function unpacked(part) {
  const bytes = fromBase64url(part);
  if (!bytes) throw unreadable("broken");
  return bytes;
}

// The claims that stand beside the credential say nothing else than it does.
function saysTheSame({ iss, jti, nbf, exp }, { issuer, id, validFrom, validUntil }) {
  return iss === issuer.id && jti === id && nbf === Date.parse(validFrom) / 1000 && exp === Date.parse(validUntil) / 1000;
}

// What a VC-JWT says (W3C's "Securing Verifiable Credentials using JOSE and COSE", ES256).
export function token(text, issuer) {
  const parts = text.split(".");
  if (parts.length !== 3) throw unreadable("broken");
  const [header, payload] = parts.slice(0, 2).map((part) => objectIn(textOf(unpacked(part))));
  if (BRINGS_A_KEY.some((name) => Object.hasOwn(header, name))) throw notOurs("own_key");
  if (header.alg !== "ES256") throw notOurs("other_algorithm", "signature");
  requireIssuer(payload, issuer);
  const key = issuer.keyFor(header.kid, "es256", signedAt(payload.validFrom));
  const { iss, jti, nbf, exp, ...badge } = payload;
  const isOurs = header.typ === "vc+jwt" && Object.keys(header).sort().join() === HEADER;
  if (!isOurs || !isOpenBadge(badge) || !saysTheSame({ iss, jti, nbf, exp }, badge)) throw altered("terms", "terms");
  const [signature, signed] = [fromBase64url(parts[2]), sha256(utf8ToBytes(`${parts[0]}.${parts[1]}`))];
  if (signature?.length !== 64) throw altered("terms", "terms");
  if (!p256.verify(signature, signed, key.bytes, { prehash: false, lowS: false })) throw altered("signature");
  return claimsOf(badge);
}

// Whether it is signed in the form that came before Open Badges (`guildmark.signing`).
export const isOlder = (document) =>
  ["signature", "key_id"].every((name) => Object.hasOwn(document, name)) && !Object.hasOwn(document, "@context");

// JSON with its names in order and without spaces, as RFC 8785 has it for what these documents hold.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join()}}`;
}

function isSigned({ signature, ...document }, { key_id: id, public_key: publicKey }) {
  try {
    const bytes = hexToBytes(publicKey);
    const isNamed = bytesToHex(sha256(bytes)).slice(0, 16) === id;
    return isNamed && ed25519.verify(hexToBytes(signature), utf8ToBytes(canonical(document)), bytes, { zip215: false });
  } catch {
    return false;
  }
}

// What a document of the older form says: valid from the beginning of its first day to the end of its last, in UTC.
export function older(document, issuer) {
  const key = issuer.receiptKeys.find(({ key_id: id }) => id === document.key_id);
  if (!key) throw notOurs("unknown_key");
  const issued = `${document.issued_on}T00:00:00Z`;
  if (key.retired_at && !(Date.parse(issued) <= Date.parse(key.retired_at))) throw notOurs("key_retired");
  if (!isSigned(document, key)) throw altered("signature");
  const {
    identifier,
    url,
    holder,
    exam_title: title,
    issuer: named,
    identity_check: level = null,
    demonstration = false,
  } = document;
  const expires = `${document.expires_on}T23:59:59Z`;
  return { identifier, url, holder, title, issuer: named, issued, expires, identity_check: level, demonstration, places: [] };
}
