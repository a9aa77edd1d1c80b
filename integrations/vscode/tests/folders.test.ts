/** The exam is found among several folders, and a new one goes where nothing is. */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import { examFolder, folderForExam } from "../src/folders";
import { fake, reset } from "./vscode";

let root: string;

beforeEach(() => {
  reset();
  root = fs.mkdtempSync(path.join(os.tmpdir(), "guildmark-folders-"));
});
afterEach(() => fs.rmSync(root, { recursive: true }));

function folder(name: string, ...files: string[]): string {
  const made = path.join(root, name);
  fs.mkdirSync(made, { recursive: true });
  for (const file of files) {
    fs.mkdirSync(path.dirname(path.join(made, file)), { recursive: true });
    fs.writeFileSync(path.join(made, file), "");
  }
  return made;
}

async function answered(choice: string | undefined): Promise<void> {
  while (fake.boxes.length === 0) await new Promise((done) => setTimeout(done, 5));
  fake.boxes.shift()?.answer(choice);
}

test("of several open folders it is the one with the exam, in it or right below it", () => {
  const [notes, exam] = [folder("notes", "a.txt"), folder("exam", ".guildmark/exam.json")];
  fake.folders = [notes, exam];
  assert.equal(examFolder(), exam);
  fake.folders = [notes, root];
  assert.equal(examFolder(), root);
  fake.folders = [notes];
  assert.equal(examFolder(), notes);
  fake.folders = [];
  assert.equal(examFolder(), undefined);
});

test("an open folder that is empty takes a new exam, whatever programs hide in it", async () => {
  fake.folders = [folder("project", "main.py"), folder("empty", ".venv/bin/python")];
  assert.equal(await folderForExam(), fake.folders[1]);
  assert.equal(fake.dialogsShown, 0);
});

test("who picks no folder gets no exam", async () => {
  fake.folders = [folder("project", "main.py")];
  assert.equal(await folderForExam(), null);
});

test("a folder that is not empty is taken on the candidate's word alone: another is picked, or none", async () => {
  const [full, empty] = [folder("full", "main.py"), folder("empty")];
  fake.dialogs = [full, empty];
  const choosing = folderForExam();
  await answered("Choose another folder");
  assert.equal(await choosing, empty);
  fake.dialogs = [full];
  const again = folderForExam();
  await answered(undefined);
  assert.equal(await again, null);
  fake.dialogs = [full];
  const allTheSame = folderForExam();
  await answered("Put it here all the same");
  assert.equal(await allTheSame, full);
});

test("a folder that holds an exam is opened, and no other exam is begun in it", async () => {
  const exam = folder("exam", ".guildmark/exam.json");
  fake.dialogs = [exam];
  assert.equal(await folderForExam(), null);
  assert.deepEqual(fake.commands[0]?.slice(0, 2), ["vscode.openFolder", { fsPath: exam }]);
});
