// What a document says, as canonical N-Quads (RDFC-1.0), by Digital Bazaar's libraries. Contexts come with this program: no
// address is ever fetched. `safe` refuses what a context does not define, which JSON-LD would leave out in silence.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import "./set_immediate.js";
import jsonld from "jsonld";
import { canonize } from "rdf-canonize";
import credentials from "../../../kit/src/guildmark/badges/contexts/credentials-v2.json";
import openBadges from "../../../kit/src/guildmark/badges/contexts/open-badges-3.0.3.json";

const CREDENTIALS = "https://www.w3.org/ns/credentials/v2";
const OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
const CONTEXTS = new Map([
  [CREDENTIALS, credentials],
  [OPEN_BADGES, openBadges],
]);

async function documentLoader(url) {
  if (!CONTEXTS.has(url)) throw new Error(`unknown context ${url}`);
  return { contextUrl: null, documentUrl: url, document: CONTEXTS.get(url) };
}

// Browsers have SHA-256 of their own only on pages that came over TLS.
class Digest {
  content = "";

  update(text) {
    this.content += text;
  }

  async digest() {
    return bytesToHex(sha256(utf8ToBytes(this.content)));
  }
}

async function canonical(document) {
  const dataset = await jsonld.toRDF(document, { documentLoader, safe: true, base: null, rdfDirection: "i18n-datatype" });
  return canonize(dataset, { algorithm: "RDFC-1.0", format: "application/n-quads", createMessageDigest: () => new Digest() });
}

// The 64 bytes that are signed for a document without proof and the particulars of the proof without its value (eddsa-
// rdfc-2022).
export async function signedBytes(unsecured, particulars) {
  const options = { "@context": unsecured["@context"], ...particulars };
  const texts = await Promise.all([canonical(options), canonical(unsecured)]);
  return concatBytes(...texts.map((text) => sha256(utf8ToBytes(text))));
}
