// What a foreign verifier meets: a clock that stands still at the given time, and a network on which there is one folder and
// nothing else. Loaded before any library, so that none keeps the real ones.
//
// A folder holds what the issuer publishes: `did.json`, and `status/*.json`, each at the address that it names as its own `id`.

import { readFileSync, readdirSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";

const [, , , folder, now] = process.argv;

// Addresses that a library asked for and that nothing here answers. The tests hold this list against what is known.
export const refused = [];

const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length ? given : [now]));
  }

  static now() {
    return new RealDate(now).getTime();
  }
};

const read = (...path) => JSON.parse(readFileSync(join(folder, ...path), "utf8"));

export const didDocument = read("did.json");

// did:web:host%3Aport is at https://host:port/.well-known/did.json.
const didAddress = `https://${decodeURIComponent(didDocument.id.split(":")[2])}/.well-known/did.json`;

export const published = new Map([[didAddress, didDocument]]);
for (const name of readdirSync(join(folder, "status"))) {
  const list = read("status", name);
  published.set(list.id, list);
}

// One of the libraries writes what it could not fetch where the answers go.
console.log = console.error;

globalThis.fetch = async (asked) => {
  const address = typeof asked === "string" ? asked : (asked.url ?? String(asked));
  if (published.has(address)) return Response.json(published.get(address));
  refused.push(address);
  return new Response("not found", { status: 404 });
};

net.Socket.prototype.connect = (...given) => {
  refused.push(`a connection to ${JSON.stringify(given[0])}`);
  throw new Error("there is no network here");
};
