// Whether a file is a certificate of the issuer's, and what it is worth: in a browser alone, by what lies beside the page. The
// same questions in the same order as `guildmark.badges.verification`, whose verdicts these are in form and words.

import { Issuer } from "./issuer.js";
import { objectIn, textOf } from "./json.js";
import { lookedUp } from "./lists.js";
import { credentialInPdf, isPdf } from "./pdf.js";
import { credentialInPng, isPng } from "./png.js";
import { embedded, isOlder, older, token } from "./signatures.js";
import { credentialInSvg } from "./svg.js";
import { Doubt, unreadable } from "./verdict.js";

const KIB = 1024;
const LONGEST = { png: 8 * KIB * KIB, svg: 8 * KIB * KIB, pdf: 16 * KIB * KIB };
const LONGEST_CREDENTIAL = 128 * KIB;
const GENUINE = ["form", "issuer", "key", "signature", "terms"];
const OF_LISTS = ["revocation", "suspension", "refresh"];
const WORST_FIRST = ["revoked", "suspended", "expired", "not_yet_valid"];
const TOKEN = /^\s*[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)+\s*$/;

const ok = (subject) => ({ subject, outcome: "ok", reason: null });

function kindOf(bytes) {
  if (isPng(bytes)) return "png";
  if (isPdf(bytes)) return "pdf";
  const start = new TextDecoder().decode(bytes.subarray(0, KIB)).trimStart();
  if (start.startsWith("{")) return "credential";
  if (start.startsWith("<")) return "svg";
  return TOKEN.test(new TextDecoder().decode(bytes.subarray(0, LONGEST_CREDENTIAL))) ? "token" : "unknown";
}

// The text of the credential or JWT that a file is, or has in it.
async function credentialText(kind, bytes, issuer) {
  if (bytes.length > (LONGEST[kind] ?? LONGEST_CREDENTIAL)) throw unreadable("too_long");
  if (kind === "png") return credentialInPng(bytes);
  if (kind === "svg") return credentialInSvg(bytes);
  if (kind === "pdf") return credentialInPdf(bytes, issuer);
  return textOf(bytes);
}

// What a file says, once it is known to be the issuer's, and of which kind it is.
async function read(kind, bytes, issuer) {
  const text = (await credentialText(kind, bytes, issuer)).trim();
  if (text.length > LONGEST_CREDENTIAL) throw unreadable("too_long");
  if (TOKEN.test(text)) return { kind, claims: token(text, issuer) };
  if (!text.startsWith("{")) throw unreadable("unknown_kind");
  const document = objectIn(text);
  if (kind === "credential" && isOlder(document)) return { kind: "document", claims: older(document, issuer) };
  return { kind, claims: await embedded(document, issuer) };
}

function inTime({ issued, expires }, now) {
  const second = Math.floor(now / 1000) * 1000;
  if (second > Date.parse(expires)) return { subject: "dates", outcome: "failed", reason: "expired" };
  if (second < Date.parse(issued)) return { subject: "dates", outcome: "failed", reason: "not_yet_valid" };
  return ok("dates");
}

const passed = (kind) => [...GENUINE, ...(kind === "pdf" ? ["file"] : [])].map(ok);

function ofPicture(kind) {
  return kind === "png" || kind === "svg" ? [{ subject: "picture", outcome: "not_done", reason: "picture_not_signed" }] : [];
}

function listChecks({ places }, issuer, now) {
  if (!places.length) return [{ subject: "revocation", outcome: "not_done", reason: "names_no_list" }];
  return Promise.all(places.map((place) => lookedUp(place, issuer, now)));
}

// The worst that was found; a list that could not be looked at weighs more than everything that is fine.
function standingOf(checks) {
  const failed = checks.filter(({ outcome }) => outcome === "failed").map(({ reason }) => reason);
  const worst = WORST_FIRST.find((reason) => failed.includes(reason));
  if (worst) return worst;
  if (checks.some(({ outcome, subject }) => outcome === "not_done" && OF_LISTS.includes(subject))) return "status_unknown";
  return failed.includes("superseded") ? "superseded" : "valid";
}

// How `bytes`, a file of any kind, stands at `now` (milliseconds since 1970) by `issuerFile`, which is the issuer's issuer.json
// as parsed JSON. Throws a TypeError for what is no issuer.json, and for nothing that a file may hold.
export async function verify(bytes, issuerFile, now = Date.now()) {
  const issuer = new Issuer(issuerFile);
  const told = { checked_at: new Date(now).toISOString(), issuer_file_of: issuer.writtenAt };
  const looksLike = kindOf(bytes);
  try {
    const { kind, claims } = await read(looksLike, bytes, issuer);
    const lists = await listChecks(claims, issuer, now);
    const checks = [...passed(kind), inTime(claims, now), ...lists, ...ofPicture(kind)];
    const { places, ...said } = claims;
    const standsOn = new Set(lists.filter(({ outcome }) => outcome === "failed").map(({ subject }) => subject));
    const addresses = places.filter((place) => standsOn.has(place.statusPurpose)).map((place) => place.statusListCredential);
    return { standing: standingOf(checks), kind, checks, ...told, ...said, lists: addresses };
  } catch (error) {
    if (!(error instanceof Doubt)) throw error;
    const { standing, subject, reason } = error;
    return { standing, kind: looksLike, checks: [{ subject, outcome: "failed", reason }], ...told };
  }
}
