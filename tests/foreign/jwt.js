// A VC-JWT (W3C's "Securing Verifiable Credentials using JOSE and COSE") with `jose`: the signature, by a key that the DID
// document names for assertions, and the claims beside the credential. Neither family of libraries reads JWTs; the credential
// inside goes to them afterwards.

import { importJWK, jwtVerify } from "jose";
import { didDocument } from "./surroundings.js";

async function publishedKey({ kid }) {
  if (!didDocument.assertionMethod.includes(kid)) throw new Error(`the issuer publishes no key ${kid} for assertions`);
  return importJWK(didDocument.verificationMethod.find(({ id }) => id === kid).publicKeyJwk, "ES256");
}

export async function credentialOf(jwt) {
  const demands = { algorithms: ["ES256"], typ: "vc+jwt", issuer: didDocument.id };
  const { payload } = await jwtVerify(jwt, publishedKey, demands);
  if ((payload.issuer?.id ?? payload.issuer) !== didDocument.id) throw new Error("the credential names another issuer");
  return payload;
}
