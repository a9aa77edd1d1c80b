// node verify.js FAMILY FOLDER NOW FILE…
//
// Says as JSON, for each file, whether the FAMILY of libraries (digitalbazaar, dcc) verifies it at NOW with what the issuer
// publishes in FOLDER, what was checked or why not, and which addresses were asked for in vain.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { refused } from "./surroundings.js";
import { credentialOf } from "./jwt.js";
import { credentialText } from "./unbake.js";

const [, , family, , , ...files] = process.argv;
const { embeddedProof, insideJwt } = await import(`./${family}.js`);

async function verdict(file) {
  try {
    const text = credentialText(file, readFileSync(file));
    if (text.startsWith("{")) return await embeddedProof(JSON.parse(text));
    const answer = await insideJwt(await credentialOf(text));
    return answer.verified ? { ...answer, checks: ["signature", ...answer.checks] } : answer;
  } catch (error) {
    return { verified: false, why: [error.message] };
  }
}

const verdicts = {};
for (const file of files) {
  const answer = await verdict(file);
  verdicts[basename(file)] = { ...answer, refused: refused.splice(0) };
}
process.stdout.write(JSON.stringify(verdicts));
