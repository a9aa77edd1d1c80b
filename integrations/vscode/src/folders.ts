/** Where the exam is among the folders that are open, and where a new one goes. */

import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";

const STATE = path.join(".guildmark", "exam.json");

/** The open folder in which an exam lies, or right below which, else the first one; undefined where none is open. */
export function examFolder(): string | undefined {
  const open = openFolders();
  return open.find(holdsExam) ?? open.find(hasExamBelow) ?? open[0];
}

/** Whether an exam lies in `folder`, or right below it, as the bridge looks for one. */
export function isOfExam(folder: string): boolean {
  return holdsExam(folder) || hasExamBelow(folder);
}

/** Where a new exam goes: an open folder that is empty, else one that the candidate picks; null where they want none. */
export async function folderForExam(): Promise<string | null> {
  const empty = openFolders().find(isEmpty);
  if (empty !== undefined) return empty;
  for (;;) {
    const picked = await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      canSelectMany: false,
      openLabel: vscode.l10n.t("Put the exam here"),
      title: vscode.l10n.t("Choose an empty folder for the exam"),
    });
    const folder = picked?.[0]?.fsPath;
    if (folder === undefined) return null;
    if (isEmpty(folder)) return folder;
    if (holdsExam(folder)) {
      await show(folder);
      return null;
    }
    const other = vscode.l10n.t("Choose another folder");
    const here = vscode.l10n.t("Put it here all the same");
    const text = vscode.l10n.t("{0} is not empty. The exam is best in a folder of its own; no file of yours is changed.", path.basename(folder));
    const answer = await vscode.window.showWarningMessage(text, { modal: true }, other, here);
    if (answer === here) return folder;
    if (answer !== other) return null;
  }
}

/** Open the folder of an exam, so that its files are in the explorer, unless they are already. */
export async function show(folder: string): Promise<void> {
  if (openFolders().some((open) => folder === open || folder.startsWith(open + path.sep))) return;
  await vscode.commands.executeCommand("vscode.openFolder", vscode.Uri.file(folder), { forceNewWindow: false });
}

function openFolders(): string[] {
  return (vscode.workspace.workspaceFolders ?? []).map((one) => one.uri.fsPath);
}

function holdsExam(folder: string): boolean {
  return fs.existsSync(path.join(folder, STATE));
}

function hasExamBelow(folder: string): boolean {
  return namesIn(folder).some((name) => holdsExam(path.join(folder, name)));
}

/** Nothing but what other programs hide in a folder, such as `.venv`. */
function isEmpty(folder: string): boolean {
  return !holdsExam(folder) && namesIn(folder).every((name) => name.startsWith("."));
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return []; // it went meanwhile, or may not be read
  }
}
