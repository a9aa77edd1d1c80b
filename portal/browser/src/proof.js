// The proof that is part of a credential (W3C Data Integrity, `eddsa-rdfc-2022`).

import { ed25519 } from "@noble/curves/ed25519.js";
import { signedBytes } from "./canonical.js";
import { fromBase58 } from "./multibase.js";
import { isMoment } from "./shape.js";

const OURS = { type: "DataIntegrityProof", cryptosuite: "eddsa-rdfc-2022", proofPurpose: "assertionMethod" };
const NAMES = [...Object.keys(OURS), "created", "verificationMethod", "proofValue"].sort().join();

// Whether `key` has signed the credential as it stands; false for anything malformed.
export async function holds({ proof, ...unsecured }, key) {
  const { proofValue, ...particulars } = proof;
  const isOurs =
    Object.entries(OURS).every(([name, value]) => proof[name] === value) && Object.keys(proof).sort().join() === NAMES;
  const signature = fromBase58(proofValue);
  if (!isOurs || !isMoment(proof.created) || proof.verificationMethod !== key.id || signature?.length !== 64) return false;
  try {
    return ed25519.verify(signature, await signedBytes(unsecured, particulars), key.bytes, { zip215: false });
  } catch {
    return false; // not even canonical: the libraries refuse what no context defines
  }
}
