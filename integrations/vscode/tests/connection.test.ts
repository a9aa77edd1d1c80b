/** Every way out of a connection that is not there leads on, and none of them cuts one that is. */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import { Connection, type Listener } from "../src/connection";
import { fake, reset } from "./vscode";

const LIMIT_MS = 60_000;
let folder: string;
let connection: Connection;
let heard: { method?: string; id?: unknown }[];
let lost: string[];
let backs: number;
/** Both, in order. */
let told: string[];

beforeEach(() => {
  reset();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "guildmark-connection-"));
  [heard, lost, backs, told] = [[], [], 0, []];
  const listener: Listener = {
    folder: async () => folder,
    heard: (message) => heard.push(message as { id?: unknown }),
    connected: () => undefined,
    lost: (sentence) => {
      lost.push(sentence);
      told.push("lost");
    },
    back: () => {
      backs++;
      told.push("back");
    },
  };
  connection = new Connection(listener, () => undefined);
  fake.changed.push(() => void connection.restart());
  fake.settings.set("python", path.join(folder, "no-python"));
});

afterEach(() => {
  connection.dispose();
  fs.rmSync(folder, { recursive: true });
});

/** A "Python" that echoes every request as its answer, or ends after the first, or never answers. */
function python(name: string, { ends = false, answers = true } = {}): string {
  const file = path.join(folder, name);
  const answer = `require("readline").createInterface({input: process.stdin}).on("line", (line) => {
    const { id, method } = JSON.parse(line); ${answers ? "" : "return;"} console.log(JSON.stringify({ jsonrpc: "2.0", id, result: method }));
    ${ends ? "process.exit(3);" : ""} }).on("close", () => process.exit(0));`;
  fs.writeFileSync(`${file}.cjs`, `if (process.argv.includes("--help")) process.exit(0);\n${answer}`);
  fs.writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" "${file}.cjs" "$@"\n`, { mode: 0o755 });
  return file;
}

async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + LIMIT_MS;
  while (!isSo()) {
    assert.ok(Date.now() < end, "it does not come");
    await new Promise((done) => setTimeout(done, 20));
  }
}

const hasAnswered = (id: unknown) => () => heard.some((one) => one.id === id);

test("without a Python the start ends, while the box with the ways out stands", async () => {
  await connection.start();
  assert.match(lost[0] ?? "", /No Python with guildmark/);
  assert.equal(fake.boxes.length, 1);
});

test("what is asked where no Python was found is answered at once, and not asked later of another", async () => {
  connection.send({ id: 1, method: "hello" });
  await connection.start();
  assert.equal(lost.length, 1);
  connection.send({ id: 2, method: "submit" });
  assert.equal(lost.length, 2);
  fake.settings.set("python", python("good"));
  await connection.again();
  connection.send({ id: 3, method: "hello" });
  await until(hasAnswered(3));
  assert.deepEqual(heard.map((one) => one.id), ["host", 3]);
});

test("the panel's Try again works while the box stands, and shows no second box", async () => {
  await connection.start();
  await connection.again();
  assert.deepEqual([fake.boxes.length, lost.length], [1, 2]);
  fake.settings.set("python", python("good"));
  await connection.again();
  assert.equal(backs, 1);
});

test("Try again in the box works, and so does everything after it", async () => {
  await connection.start();
  fake.settings.set("python", python("good"));
  fake.boxes[0]?.answer("Try again");
  await until(() => backs === 1);
  await connection.restart();
  assert.equal(backs, 2);
});

test("Try again in a box that was left standing does not cut a connection that is there", async () => {
  await connection.start();
  fake.settings.set("python", python("good"));
  await connection.again();
  fake.boxes[0]?.answer("Try again");
  await until(() => backs === 2);
  connection.send({ id: 7, method: "x" });
  await until(hasAnswered(7));
  assert.equal(heard.filter((one) => one.id === "host").length, 1);
});

test("Choose Python connects with what was chosen, and without a choice Try again stays", async () => {
  await connection.start();
  fake.boxes[0]?.answer("Choose Python");
  await until(() => fake.dialogsShown === 1);
  assert.equal(backs, 0);
  await connection.again();
  fake.dialogs.push(python("good"));
  fake.boxes[1]?.answer("Choose Python");
  await until(() => backs === 1);
});

test("a Python that was mended can be chosen again", async () => {
  await connection.start();
  python("no-python");
  fake.dialogs.push(path.join(folder, "no-python"));
  fake.boxes[0]?.answer("Choose Python");
  await until(() => backs === 1);
});

test("a setting that changes while a Python is looked for is the one that counts", async () => {
  fake.settings.set("python", python("first"));
  const starting = connection.start();
  fake.settings.set("python", python("second"));
  const restarting = connection.restart();
  await Promise.all([starting, restarting]);
  connection.send({ id: 1, method: "x" });
  await until(hasAnswered(1));
  assert.equal(heard.filter((one) => one.id === "host").length, 1);
});

test("what was asked of a bridge that is replaced is answered before the next one is there", async () => {
  fake.settings.set("python", python("dumb", { answers: false }));
  await connection.start();
  connection.send({ id: 1, method: "submit" });
  fake.settings.set("python", python("good"));
  await connection.restart();
  assert.deepEqual(told, ["lost", "back"]);
  connection.send({ id: 2, method: "submit" });
  await until(hasAnswered(2));
});

test("what was asked before there was a bridge waits for the one that is started anew", async () => {
  const starting = connection.start();
  connection.send({ id: 1, method: "hello" });
  fake.settings.set("python", python("good"));
  await Promise.all([starting, connection.restart()]);
  await until(hasAnswered(1));
  assert.deepEqual(lost, []);
});

test("a bridge that keeps ending is started again four times, then it says that it is not, with a way on", async () => {
  fake.settings.set("python", python("bad", { ends: true }));
  await connection.start();
  await until(() => lost.length === 5);
  assert.equal(lost.filter((one) => one.includes("It is started again.")).length, 4);
  assert.match(lost[4] ?? "", /ended again/);
  connection.send({ id: 9, method: "x" });
  assert.equal(lost.length, 6);
  fake.settings.set("python", python("good"));
  await connection.again();
  connection.send({ id: 10, method: "x" });
  await until(hasAnswered(10));
});
