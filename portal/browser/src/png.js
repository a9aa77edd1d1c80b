// The credential in a baked PNG: the text of its one uncompressed iTXt chunk `openbadgecredential` (Open Badges 3.0, section
// 5.3).

import { textOf } from "./json.js";
import { unreadable } from "./verdict.js";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const KEYWORD = "openbadgecredential";
const AROUND = 12; // the bytes of a chunk around its data: length, name and checksum

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function checksum(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

const ascii = (bytes) => String.fromCharCode(...bytes);

function* chunks(png) {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  let place = SIGNATURE.length;
  let name = "";
  while (name !== "IEND") {
    if (place + AROUND > png.length) throw unreadable("broken");
    const end = place + AROUND + view.getUint32(place);
    const isFirst = name === "";
    name = ascii(png.subarray(place + 4, place + 8));
    if (end > png.length || (name === "IHDR") !== isFirst) throw unreadable("broken");
    if (checksum(png.subarray(place + 4, end - 4)) !== view.getUint32(end - 4)) throw unreadable("broken");
    yield { name, data: png.subarray(place + 8, end - 4) };
    place = end;
  }
  if (place !== png.length) throw unreadable("trailing");
}

export const isPng = (bytes) => SIGNATURE.every((byte, place) => bytes[place] === byte);

export function credentialInPng(png) {
  const found = [...chunks(png)].filter(
    ({ name, data }) =>
      ["iTXt", "tEXt", "zTXt"].includes(name) && ascii(data.subarray(0, KEYWORD.length + 1)) === `${KEYWORD}\0`,
  );
  if (found.length !== 1) throw unreadable(found.length ? "several" : "none_inside");
  const [{ name, data }] = found;
  const rest = data.subarray(KEYWORD.length + 1);
  if (name !== "iTXt" || rest[0] !== 0 || rest[1] !== 0) throw unreadable("forbidden");
  const languageEnd = rest.indexOf(0, 2);
  const translatedEnd = languageEnd < 0 ? -1 : rest.indexOf(0, languageEnd + 1);
  if (translatedEnd < 0) throw unreadable("broken");
  return textOf(rest.subarray(translatedEnd + 1));
}
