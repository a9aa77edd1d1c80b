// Takes the credential out of a baked badge, as section 5.3 of Open Badges 3.0 has it, with nothing of the code that bakes: a PNG
// holds it in one uncompressed iTXt chunk with the keyword `openbadgecredential`, an SVG in one element `openbadges:credential`,
// as text of the element where there is an embedded proof, in its attribute `verify` where it is a JWT.

import { crc32 } from "./crc32.js";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
const KEYWORD = "openbadgecredential";
const NAMESPACE = "https://purl.imsglobal.org/ob/v3p0";

function chunks(png) {
  if (!png.subarray(0, 8).equals(SIGNATURE)) throw new Error("not a PNG");
  const found = [];
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const end = at + 8 + length;
    const [type, data] = [png.toString("latin1", at + 4, at + 8), png.subarray(at + 8, end)];
    if (png.readUInt32BE(end) !== crc32(png.subarray(at + 4, end))) throw new Error(`the chunk ${type} is damaged`);
    found.push({ type, data });
    at = end + 4;
  }
  return found;
}

// keyword 0, compression flag, compression method, language 0, translated keyword 0, text
function internationalText(data) {
  const keywordEnd = data.indexOf(0);
  const languageEnd = data.indexOf(0, keywordEnd + 3);
  const translatedEnd = data.indexOf(0, languageEnd + 1);
  const keyword = data.toString("latin1", 0, keywordEnd);
  return { keyword, compressed: data[keywordEnd + 1] !== 0, text: data.toString("utf8", translatedEnd + 1) };
}

function fromPng(png) {
  const texts = chunks(png)
    .filter(({ type }) => type === "iTXt")
    .map(({ data }) => internationalText(data));
  const baked = texts.filter(({ keyword }) => keyword === KEYWORD);
  if (baked.length !== 1) throw new Error(`${baked.length} credentials in the PNG`);
  if (baked[0].compressed) throw new Error("the text of the chunk is compressed, which the specification forbids");
  return baked[0].text;
}

const ENTITIES = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
const unescaped = (text) => text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => ENTITIES[name]);

function fromSvg(svg) {
  const elements = [...svg.matchAll(/<openbadges:credential\b([^>]*?)(?:\/>|>([\s\S]*?)<\/openbadges:credential>)/g)];
  if (elements.length !== 1) throw new Error(`${elements.length} credentials in the SVG`);
  if (!svg.includes(`xmlns:openbadges="${NAMESPACE}"`))
    throw new Error("the prefix openbadges is bound to no or another namespace");
  const [, attributes, text] = elements[0];
  const verify = /\bverify="([^"]+)"/.exec(attributes);
  if (verify) return unescaped(verify[1]);
  const cdata = /^\s*<!\[CDATA\[([\s\S]*)\]\]>\s*$/.exec(text);
  return (cdata ? cdata[1] : unescaped(text)).trim();
}

// What stands in the file of that name: the text of a JSON credential or of a JWT.
export function credentialText(name, content) {
  if (name.endsWith(".png")) return fromPng(content);
  if (name.endsWith(".svg")) return fromSvg(content.toString("utf8"));
  return content.toString("utf8").trim();
}
