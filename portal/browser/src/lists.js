// Looking a credential up on the issuer's status lists (W3C Bitstring Status List): what is not known for certain is never
// taken for fine. A list counts only if it is the one that the credential names, signed by a key that vouches, and of today.

import { inflated } from "./inflate.js";
import { fromBase64url } from "./multibase.js";
import { holds } from "./proof.js";
import { isObject, isStatusList } from "./shape.js";

const BYTES = 131072 / 8;
const LISTED = { revocation: "revoked", suspension: "suspended", refresh: "superseded" };

async function isGenuine(list, purpose, issuer) {
  const { proof, ...unsecured } = list;
  const key = isObject(proof) ? issuer.keys.get(proof.verificationMethod) : undefined;
  if (!key?.asserts || key.kind !== "eddsa" || !isStatusList(unsecured) || list.issuer.id !== issuer.did) return false;
  return list.credentialSubject.statusPurpose === purpose && holds(list, key);
}

// The bytes of a list, or why it cannot be relied on.
async function bitsOf({ statusListCredential: address, statusPurpose: purpose }, issuer, now) {
  const found = issuer.listsAt(address);
  if (!found.length) return "list_missing";
  const [list] = found;
  if (found.length > 1 || !(await isGenuine(list, purpose, issuer))) return "list_not_genuine";
  if (now < Date.parse(list.validFrom) || now > Date.parse(list.validUntil)) return "list_out_of_date";
  const bits = await inflated(fromBase64url(list.credentialSubject.encodedList.slice(1)) ?? [], "gzip", BYTES);
  return bits?.length === BYTES ? bits : "list_not_genuine";
}

// The check of one place in a list; not done where it cannot be told.
export async function lookedUp(place, issuer, now) {
  const subject = place.statusPurpose;
  const bits = await bitsOf(place, issuer, now);
  if (typeof bits === "string") return { subject, outcome: "not_done", reason: bits };
  const index = Number(place.statusListIndex);
  const isSet = bits[index >> 3] & (0x80 >> (index & 7));
  return isSet ? { subject, outcome: "failed", reason: LISTED[subject] } : { subject, outcome: "ok", reason: null };
}
