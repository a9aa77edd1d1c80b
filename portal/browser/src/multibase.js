// Bytes as text that says its own alphabet: `z` base58 (Bitcoin's), `u` base64url without padding.

const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const LONGEST_BASE58 = 128;

// Null for what is none.
export function fromBase58(text) {
  if (typeof text !== "string" || !text.startsWith("z") || text.length > LONGEST_BASE58) return null;
  const digits = text.slice(1);
  let number = 0n;
  for (const character of digits) {
    const value = BASE58.indexOf(character);
    if (value < 0) return null;
    number = number * 58n + BigInt(value);
  }
  const bytes = [];
  for (; number; number >>= 8n) bytes.unshift(Number(number & 255n));
  const leading = digits.length - digits.replace(/^1+/, "").length;
  return Uint8Array.from([...new Array(leading).fill(0), ...bytes]);
}

// Null for padding, other characters, and bits left over.
export function fromBase64url(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return null;
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    if (btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "") !== text) return null;
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
