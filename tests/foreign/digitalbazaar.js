// Digital Bazaar's libraries, put together as their documentation says.

import * as vc from "@digitalbazaar/vc";
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { cryptosuite } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import { checkStatus as statuses } from "@digitalbazaar/vc-bitstring-status-list";
import { contexts } from "./contexts.js";
import { didDocument, published, refused } from "./surroundings.js";

const suite = new DataIntegrityProof({ cryptosuite });
const MULTIKEY_CONTEXT = "https://w3id.org/security/multikey/v1";

// A key of the DID document, by its id, is a document of its own, as the Multikey library wants it.
function didPart(address) {
  if (address === didDocument.id) return didDocument;
  const method = didDocument.verificationMethod.find(({ id }) => id === address);
  return method && { "@context": MULTIKEY_CONTEXT, ...method };
}

async function documentLoader(address) {
  const document = contexts.get(address) ?? didPart(address) ?? published.get(address);
  if (document) return { contextUrl: null, documentUrl: address, document };
  refused.push(address);
  throw new Error(`nothing is at ${address}`);
}

// The library says the bit of every list that the credential names, and leaves it to the caller what a bit means. A list must
// itself be signed, by the issuer of the credential.
async function checkStatus({ credential }) {
  const result = await statuses({ credential, documentLoader, suite });
  if (!result.verified) return result;
  const set = result.results.filter(({ status }) => status).map(({ credentialStatus }) => credentialStatus.statusPurpose);
  return set.length ? { ...result, verified: false, error: new Error(`the credential's status: ${set}`) } : result;
}

const said = (error) => (error?.errors ?? [error]).map((one) => one?.message ?? "not verified");

function answer(result, checks) {
  if (result.verified) return { verified: true, checks };
  const statusError = result.statusResult?.error;
  return { verified: false, why: said(result.error ?? statusError).concat(statusError?.cause ? said(statusError.cause) : []) };
}

export async function embeddedProof(credential) {
  const result = await vc.verifyCredential({ credential, suite, documentLoader, checkStatus });
  return answer(result, ["proof", "form and dates", "status"]);
}

export async function insideJwt(credential) {
  vc._checkCredential({ credential });
  return answer(await checkStatus({ credential }), ["form and dates", "status"]);
}
