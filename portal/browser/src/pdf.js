// The PDF of a certificate: whether the issuer signed all of it, and the credential that is attached to it. The file is not
// shown, and nothing in it is run. Only once its signature holds is it searched for embedded files, which PDF keeps as streams
// of their own.

import { inflated } from "./inflate.js";
import { textOf } from "./json.js";
import { signedAt, signerOf } from "./pdf_signature.js";
import { unreadable } from "./verdict.js";

const LONGEST_CREDENTIAL = 256 * 1024;
const MOST_FILES = 64;
const LONGEST_DICTIONARY = 2048;
const BRACE = 0x7b;

export const isPdf = (bytes) => [0x25, 0x50, 0x44, 0x46, 0x2d].every((byte, place) => bytes[place] === byte);

// One character for every byte.
function latin1(bytes) {
  let text = "";
  for (let place = 0; place < bytes.length; place += 8192) text += String.fromCharCode(...bytes.subarray(place, place + 8192));
  return text;
}

// Where the contents of embedded files stand, and whether they are packed.
function* embeddedFiles(pdf, text) {
  let count = 0;
  for (const { index } of text.matchAll(/\/Type\s*\/EmbeddedFile\b/g)) {
    count += 1;
    if (count > MOST_FILES) throw unreadable("broken");
    const object = text.lastIndexOf(" obj", index);
    const stream = text.indexOf("stream", index);
    if (object < 0 || stream < 0 || stream - object > LONGEST_DICTIONARY) continue;
    const dictionary = text.slice(object, stream);
    const begin = stream + "stream".length + (text[stream + 6] === "\r" ? 2 : 1);
    const told = /\/Length\s+(\d+)(?!\d*\s+\d+\s+R)/.exec(dictionary);
    const end = told ? begin + Number(told[1]) : text.indexOf("endstream", begin);
    if (end > begin && end <= pdf.length)
      yield { isPacked: dictionary.includes("/FlateDecode"), content: pdf.subarray(begin, end) };
  }
}

// The credential in `pdf`, if a published certificate of the issuer signed the whole file.
export async function credentialInPdf(pdf, issuer) {
  const text = latin1(pdf);
  const key = signerOf(pdf, text, issuer.pdfKeys);
  const found = [];
  for (const { isPacked, content } of embeddedFiles(pdf, text)) {
    const bytes = isPacked ? await inflated(content, "deflate", LONGEST_CREDENTIAL) : content;
    if (bytes && bytes.length <= LONGEST_CREDENTIAL && bytes[0] === BRACE) found.push(textOf(bytes));
  }
  if (found.length !== 1) throw unreadable(found.length ? "several" : "none_inside");
  issuer.requireInUse(key, signedAt(text));
  return found[0];
}
