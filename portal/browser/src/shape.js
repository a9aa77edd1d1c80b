// Whether a document is, word for word, of a shape that the issuer writes. `shapes.json` is what the models of
// `guildmark.badges.documents` say of themselves as JSON Schema; of that language, what they use is understood here, and a
// word that is not understood is an error, not a pass. What the models check beyond that stands at the end.

import shapes from "./shapes.json";

const SAID_ELSEWHERE = new Set(["$defs", "$ref", "title", "description", "default", "required"]);
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const CONTROL = /[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/u;
const PURPOSES = ["revocation", "suspension", "refresh"];
const NAMED = PURPOSES.slice(0, 2); // others would take a certificate for invalid of which there is merely a newer one
const ENTRIES = 131072;

export const isMoment = (text) => typeof text === "string" && MOMENT.test(text) && !Number.isNaN(Date.parse(text));
export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

const TYPES = {
  string: (value) => typeof value === "string" && value === value.trim() && !CONTROL.test(value),
  boolean: (value) => typeof value === "boolean",
  array: Array.isArray,
  object: isObject,
};

const RULES = {
  type: (value, name) => TYPES[name](value),
  const: (value, only) => value === only,
  enum: (value, all) => all.includes(value),
  pattern: (value, form) => new RegExp(form, "u").test(value),
  minLength: (value, least) => [...value].length >= least,
  maxLength: (value, most) => [...value].length <= most,
  minItems: (value, least) => value.length >= least,
  maxItems: (value, most) => value.length <= most,
  prefixItems: (value, each, root) => each.every((schema, place) => fits(value[place], schema, root)),
  items: (value, schema, root) => value.every((item) => fits(item, schema, root)),
  anyOf: (value, any, root) => any.some((schema) => schema.type !== "null" && fits(value, schema, root)),
  properties: (value, known, root) =>
    Object.keys(value).every((name) => Object.hasOwn(known, name) && fits(value[name], known[name], root)),
  additionalProperties: (_, isAllowed) => !isAllowed,
};

// The models write every name, but those that may be null.
const mayLack = (schema) => Boolean(schema.anyOf?.some(({ type }) => type === "null"));
const hasAll = (value, known) => Object.keys(known).every((name) => Object.hasOwn(value, name) || mayLack(known[name]));

function fits(value, given, root) {
  const schema = given.$ref ? root.$defs[given.$ref.split("/").at(-1)] : given;
  const words = Object.keys(schema).filter((word) => !SAID_ELSEWHERE.has(word));
  words.sort((one, other) => (other === "type") - (one === "type")); // the type first: other rules rely on it
  for (const word of words) {
    if (!Object.hasOwn(RULES, word)) throw new Error(`a shape says ${word}`);
    if (!RULES[word](value, schema[word], root)) return false;
  }
  return !schema.properties || hasAll(value, schema.properties);
}

const areApart = (names) => new Set(names).size === names.length;

// `did:web` of an address, and null of what is none; see `guildmark.badges.did`.
function didOf(url) {
  try {
    const { host, pathname } = new URL(url);
    return ["did:web", host.replace(":", "%3A"), ...pathname.split("/").filter(Boolean)].join(":");
  } catch {
    return null;
  }
}

function placeOn(below, purpose, index) {
  const list = `${below}${purpose}`;
  return { id: `${list}#${index}`, statusPurpose: purpose, statusListIndex: index, statusListCredential: list };
}

// The place on the list of every purpose, those that are not named included.
export function placesOf({
  credentialStatus: [{ statusListCredential: list, statusPurpose: purpose, statusListIndex: index }],
}) {
  return PURPOSES.map((each) => placeOn(list.slice(0, -purpose.length), each, index));
}

function namesItsPlaces({ issuer, credentialStatus }) {
  const [first] = credentialStatus;
  const isOurs = first.statusListCredential.startsWith(`${issuer.url}/status/`) && first.statusPurpose === NAMED[0];
  const places = placesOf({ credentialStatus });
  const isPlace = (place, told) => Object.entries(place).every(([name, value]) => told[name] === value);
  return isOurs && Number(first.statusListIndex) < ENTRIES && credentialStatus.every((told, at) => isPlace(places[at], told));
}

function isConsistent(document) {
  const { id, issuer, validFrom, validUntil, credentialSubject, evidence } = document;
  const { tag, alignment, resultDescription } = credentialSubject.achievement;
  const described = resultDescription.map((description) => description.id);
  return (
    didOf(issuer.url) === issuer.id &&
    id === `${issuer.url}/certificates/${identifierIn({ id })}/credential.json` &&
    [tag, alignment.map(({ targetCode }) => targetCode), described, evidence.map(({ name }) => name)].every(areApart) &&
    described.join("\n") === credentialSubject.result.map((result) => result.resultDescription).join("\n") &&
    namesItsPlaces(document) &&
    [validFrom, validUntil].every(isMoment) &&
    validFrom < validUntil
  );
}

// What a certificate is called: the part of its address before `credential.json`.
export const identifierIn = ({ id }) => id.split("/").at(-2);

export const isOpenBadge = (document) => fits(document, shapes.openBadge, shapes.openBadge) && isConsistent(document);

function namesItsList({ id, issuer, credentialSubject: list, validFrom, validUntil }) {
  const [portal, place] = id.split("/status/");
  const isOurs = didOf(portal) === issuer.id && place?.endsWith(`/${list.statusPurpose}`);
  return isOurs && list.id === `${id}#list` && [validFrom, validUntil].every(isMoment);
}

export const isStatusList = (document) => fits(document, shapes.statusList, shapes.statusList) && namesItsList(document);

// How the holder's identity was checked, and whether it is a demonstration: said in sentences of the evidence.
export function evidenceIn({ evidence }) {
  const sentences = evidence.map(({ narrative }) => narrative);
  const [level = null] = Object.entries(shapes.identity).find(([, sentence]) => sentences.includes(sentence)) ?? [];
  return { identity_check: level, demonstration: sentences.includes(shapes.demonstration) };
}
