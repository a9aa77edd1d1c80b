// The Digital Credentials Consortium's libraries. A credential with an embedded proof goes to `verifier-core`, what their
// public verifier runs on, as it is: with its own loader of contexts, its own resolver of did:web and its own HTTP client,
// which all find the given folder in place of the network.

import { checkStatus as statuses } from "@digitalcredentials/vc-bitstring-status-list";
import { DataIntegrityProof } from "@digitalcredentials/data-integrity";
import { cryptosuite } from "@digitalcredentials/eddsa-rdfc-2022-cryptosuite";
import { securityLoader } from "@digitalcredentials/security-document-loader";
import * as vc from "@digitalcredentials/vc";
import { verifyCredential } from "@digitalcredentials/verifier-core";

const suite = new DataIntegrityProof({ cryptosuite });
const documentLoader = securityLoader({ fetchRemoteContexts: true }).build();

// Whether the issuer stands in a register of the consortium's is asked of no register, and no matter of the credential.
const OUTSIDE = "registered_issuer";

export async function embeddedProof(credential) {
  const { errors, log = [] } = await verifyCredential({ credential, knownDIDRegistries: [] });
  const steps = log.filter(({ id }) => id !== OUTSIDE);
  const failed = steps.filter(({ valid }) => !valid).map(({ id, error }) => (error ? `${id}: ${error.message}` : id));
  const why = (errors ?? []).map(({ name, message }) => `${name}: ${message}`).concat(failed);
  if (why.length || !steps.length) return { verified: false, why };
  return { verified: true, checks: steps.map(({ id }) => id) };
}

export async function insideJwt(credential) {
  vc._checkCredential({ credential });
  const { verified, results = [], error } = await statuses({ credential, documentLoader, suite });
  if (verified) return { verified: true, checks: ["form and dates", "status"] };
  const set = results
    .filter((one) => !one.verified)
    .map(({ credentialStatus }) => `the credential's status: ${credentialStatus.statusPurpose}`);
  return { verified: false, why: error ? [error.message] : set };
}
