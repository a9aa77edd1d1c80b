// DER, as far as certificates and signatures need it: values within values, each `{ tag, content, whole }` in bytes.

export const SEQUENCE = 0x30;
export const SET = 0x31;

// The value at the beginning of `bytes`. Throws a RangeError for what is none, or is cut short.
export function valueIn(bytes) {
  const [tag, first] = bytes;
  const isLong = first >= 0x80;
  const lengthBytes = isLong ? first - 0x80 : 0;
  if (first === undefined || lengthBytes > 4 || first === 0x80) throw new RangeError("no DER");
  const length = isLong ? [...bytes.subarray(2, 2 + lengthBytes)].reduce((number, byte) => number * 256 + byte, 0) : first;
  const begin = 2 + lengthBytes;
  if (begin + length > bytes.length) throw new RangeError("no DER");
  return { tag, content: bytes.subarray(begin, begin + length), whole: bytes.subarray(0, begin + length) };
}

// The values that stand in another, which has to have the tag `tag`.
export function partsOf(value, tag = SEQUENCE) {
  if (value?.tag !== tag) throw new RangeError("another value");
  const parts = [];
  for (let rest = value.content; rest.length; rest = rest.subarray(parts.at(-1).whole.length)) parts.push(valueIn(rest));
  return parts;
}

export const isSame = (one, other) => one.length === other.length && one.every((byte, place) => other[place] === byte);

// Whether a value is the object identifier with these bytes, in hex.
export const isNamed = (value, hex) =>
  value?.tag === 0x06 && [...value.content].map((byte) => byte.toString(16).padStart(2, "0")).join("") === hex;
