// The signature of a PDF: by a published certificate of the issuer, over every byte of the file but the digits of the signature
// itself. Up to then the file is a row of bytes; the certificates in it count for nothing. As `guildmark.badges.pdf` has it,
// with the one digest that the issuer uses, SHA-256.

import { p256 } from "@noble/curves/nist.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import { SEQUENCE, SET, isNamed, isSame, partsOf, valueIn } from "./der.js";
import { altered, notOurs } from "./verdict.js";

const RANGE = /\/ByteRange\s{0,8}\[\s{0,8}(\d{1,9})\s{1,8}(\d{1,9})\s{1,8}(\d{1,9})\s{1,8}(\d{1,9})\s{0,8}\]/g;
const MOST_SIGNATURES = 8;
const LONGEST_SIGNATURE = 256 * 1024;
const SIGNED_DATA = "2a864886f70d010702";
const DATA = "2a864886f70d010701";
const SHA256 = "608648016503040201";
const CONTENT_TYPE = "2a864886f70d010903";
const MESSAGE_DIGEST = "2a864886f70d010904";
const SIGNING_CERTIFICATE = "2a864886f70d010910022f";
const SIGNED_ATTRIBUTES = 0xa0;
const EXPLICIT_0 = 0xa0;

// Serial number and issuer of an X.509 certificate.
function nameOf(certificate) {
  const [signed] = partsOf(valueIn(certificate));
  const parts = partsOf(signed);
  const [serial, , issuer] = parts[0].tag === EXPLICIT_0 ? parts.slice(1) : parts;
  return { serial, issuer };
}

// The one signer of a CMS message, behind which there may be nothing but zeros.
function signerIn(padded) {
  const message = valueIn(padded);
  if (padded.subarray(message.whole.length).some((byte) => byte)) throw new RangeError("something behind it");
  const [type, explicit] = partsOf(message);
  if (!isNamed(type, SIGNED_DATA)) throw new RangeError("no signed data");
  const signers = partsOf(partsOf(partsOf(explicit, EXPLICIT_0)[0]).at(-1), SET);
  if (signers.length !== 1) throw new RangeError("several signers");
  const [, sid, digest, attributes, , signature] = partsOf(signers[0]);
  if (attributes.tag !== SIGNED_ATTRIBUTES || signature?.tag !== 0x04) throw new RangeError("no signature");
  return { sid, digest: partsOf(digest)[0], attributes, signature: signature.content };
}

function names(sid, certificate) {
  if (sid.tag !== SEQUENCE) return false;
  const [issuer, serial] = partsOf(sid);
  const own = nameOf(certificate);
  return isSame(issuer.whole, own.issuer.whole) && isSame(serial.whole, own.serial.whole);
}

// The one value of an attribute.
function attribute(attributes, name) {
  const found = partsOf(attributes, SIGNED_ATTRIBUTES)
    .map((one) => partsOf(one))
    .filter(([type]) => isNamed(type, name));
  const values = found.length === 1 ? partsOf(found[0][1], SET) : [];
  if (values.length !== 1) throw new RangeError("no such attribute");
  return values[0];
}

// Whether the signer says that it is this certificate that the signature is to be checked with (RFC 5035, by its SHA-256).
function isMeant(attributes, certificate) {
  const [first] = partsOf(partsOf(attribute(attributes, SIGNING_CERTIFICATE))[0]);
  const digest = partsOf(first).find(({ tag }) => tag === 0x04);
  return Boolean(digest) && isSame(digest.content, sha256(certificate));
}

// Whether `key` signed what `covered` says.
function isSignedBy({ attributes, signature }, covered, key) {
  if (!isNamed(attribute(attributes, CONTENT_TYPE), DATA)) return false;
  if (!isSame(attribute(attributes, MESSAGE_DIGEST).content, sha256(covered))) return false;
  // What is signed is the attributes as a set, not as the field of the message in which they stand.
  const signed = concatBytes(Uint8Array.of(SET), attributes.whole.subarray(1));
  return p256.verify(p256.Signature.fromDER(signature), sha256(signed), key.bytes, { prehash: false, lowS: false });
}

// Every byte range with a signature in its gap, the last ones first.
function* candidates(pdf, text) {
  for (const found of [...text.matchAll(RANGE)].slice(-MOST_SIGNATURES).reverse()) {
    const [start, length, behind, rest] = found.slice(1).map(Number);
    const end = behind + rest;
    const isRange = start === 0 && length > 0 && length < behind && behind < end && end <= pdf.length;
    if (!isRange || behind - length > LONGEST_SIGNATURE) continue;
    const digits = /^<((?:[0-9A-Fa-f]{2})+)>$/.exec(text.slice(length, behind));
    if (digits)
      yield {
        padded: hexToBytes(digits[1]),
        covered: [pdf.subarray(0, length), pdf.subarray(behind, end)],
        isWhole: end === pdf.length,
      };
  }
}

function tried({ padded, covered, isWhole }, keys) {
  let message;
  try {
    message = signerIn(padded);
  } catch {
    return null;
  }
  for (const key of keys) {
    try {
      if (!isNamed(message.digest, SHA256) || !names(message.sid, key.certificate)) continue;
      if (!isMeant(message.attributes, key.certificate)) continue;
      if (!isSignedBy(message, concatBytes(...covered), key)) return { doubt: altered("signature") };
    } catch {
      return { doubt: altered("signature") };
    }
    return isWhole ? { key } : { doubt: altered("edited", "file") };
  }
  return { doubt: notOurs("unknown_key") };
}

// The key, one of `keys`, that signed the whole of `pdf`, which `text` is byte by byte.
export function signerOf(pdf, text, keys) {
  const found = [...candidates(pdf, text)].map((candidate) => tried(candidate, keys)).filter(Boolean);
  if (!found.length) throw notOurs("unsigned", "signature");
  const held = found.find(({ key }) => key);
  if (held) return held.key;
  throw (found.find(({ doubt }) => doubt.standing === "altered") ?? found[0]).doubt;
}

// When it was signed, in the signer's own words, in milliseconds; NaN where that is not told. To be asked of a signature that
// holds.
export function signedAt(text) {
  const plain = text.replaceAll(/\\([0-7]{3})/g, (_escape, octal) => String.fromCharCode(parseInt(octal, 8)));
  const times = [...plain.matchAll(/\/M\s*\(D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:Z|\+00'00'?|Z00'00'?)\)/g)];
  return Math.max(
    ...(times.length ? times : [[]]).map(([, ...of]) => (of.length ? Date.UTC(of[0], of[1] - 1, ...of.slice(2)) : NaN)),
  );
}
