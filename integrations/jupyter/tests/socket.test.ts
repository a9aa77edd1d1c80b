/** A socket that breaks is opened again; one that does not open is said to be shut. */

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { LabSocket } from "../src/socket";

class Fake {
  static readonly OPEN = 1;
  static made: Fake[] = [];
  readyState = 0;
  sent: unknown[] = [];
  onopen = () => undefined as void;
  onclose = () => undefined as void;
  onmessage = (_event: { data: string }) => undefined as void;

  constructor() {
    Fake.made.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.readyState = 3;
  }
  opens(): void {
    this.readyState = 1;
    this.onopen();
  }
  fails(): void {
    this.readyState = 3;
    this.onclose();
  }
}
(globalThis as Record<string, unknown>)["WebSocket"] = Fake;

let told: string[];
let socket: LabSocket;
const newest = () => Fake.made.at(-1) as Fake;
const tell = (what: string) => () => void told.push(what);

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  Fake.made = [];
  told = [];
  socket = new LabSocket("ws://lab/guildmark/bridge", tell("lost"), tell("shut"), tell("back"));
});

test("a socket that never opens is said to be shut from the second failure on, and tried on", () => {
  newest().fails();
  assert.deepEqual(told, []);
  mock.timers.tick(500);
  newest().fails();
  mock.timers.tick(1_000);
  newest().fails();
  assert.deepEqual(told, ["shut", "shut"]);
  mock.timers.tick(2_000);
  assert.equal(Fake.made.length, 4);
});

test("what was asked before it was said to be shut does not go out long afterwards", () => {
  socket.send({ id: 1 });
  newest().fails();
  mock.timers.tick(500);
  newest().fails();
  socket.send({ id: 2 });
  mock.timers.tick(1_000);
  newest().opens();
  assert.deepEqual(newest().sent, [{ id: 2 }]);
  assert.deepEqual(told, ["shut", "back"]);
});

test("an open socket that breaks is lost, then shut where it does not come back, then back", () => {
  newest().opens();
  newest().fails();
  assert.deepEqual(told, ["lost"]);
  mock.timers.tick(500);
  newest().fails();
  assert.deepEqual(told, ["lost", "shut"]);
  mock.timers.tick(1_000);
  newest().opens();
  assert.deepEqual(told, ["lost", "shut", "back"]);
});

test("a socket that is closed each time before it says anything is shut as well", () => {
  newest().opens();
  newest().fails();
  mock.timers.tick(500);
  newest().opens();
  newest().fails();
  assert.deepEqual(told, ["lost", "back", "shut"]);
  mock.timers.tick(1_000);
  newest().opens();
  newest().onmessage({ data: "{}" });
  newest().fails();
  assert.deepEqual(told.slice(3), ["back", "lost"]);
  mock.timers.tick(500);
  assert.equal(Fake.made.length, 4);
});
