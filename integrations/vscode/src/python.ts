/** Which command starts a bridge: the workspace's Python where it has guildmark, else the command `guildmark`. */

import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";

const PROBE_MS = 30_000;
/**
 * As `python -m`, which looks for every module in the folder first: a `random.py` there would stand in for Python's own. An empty
 * place in `PYTHONPATH` means the folder too. The same line as in `interpreters.py` of the package.
 */
const OURS =
  "import os, sys; sys.path[:] = [place for place in sys.path " +
  "if place and not (os.path.exists(place) and os.path.samefile(place, '.'))]; " +
  "import runpy; runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)";

export interface Command {
  program: string;
  args: string[];
}

/** The first way that works. What was tried, and why it did not work, is in `tried`, for whoever has to mend it. */
export async function findBridge(folder: string, tried: string[]): Promise<Command | undefined> {
  for (const candidate of await candidates(folder)) {
    const problem = await problemOf(candidate);
    if (problem === undefined) return candidate;
    tried.push(`${[candidate.program, ...candidate.args].join(" ")}: ${problem}`);
  }
  return undefined;
}

/** The interpreter for the code of the exam: that of its folder, else the one chosen in the workspace, else that of the system. */
export async function pythonFor(folder: string): Promise<string> {
  const own = inFolder(folder);
  if (fs.existsSync(own)) return own;
  return (await ofWorkspace(folder)) ?? (process.platform === "win32" ? "python" : "python3");
}

async function candidates(folder: string): Promise<Command[]> {
  const named = vscode.workspace.getConfiguration("guildmark").get<string>("python", "").trim();
  if (named) return [asModule(named)];
  const own = inFolder(folder);
  const pythons = [await ofWorkspace(folder), fs.existsSync(own) ? own : undefined];
  const onPath = process.platform === "win32" ? ["py", "python"] : ["python3", "python"];
  return [
    ...pythons.filter((one): one is string => one !== undefined).map(asModule),
    { program: "guildmark", args: ["bridge"] },
    ...installedApart(),
    ...onPath.map(asModule),
  ];
}

/** Where uv and pipx put commands: an editor that was opened before they did, or from a desktop, lacks it on its PATH. */
function installedApart(): Command[] {
  const program = path.join(os.homedir(), ".local", "bin", process.platform === "win32" ? "guildmark.exe" : "guildmark");
  return fs.existsSync(program) ? [{ program, args: ["bridge"] }] : [];
}

function inFolder(folder: string): string {
  return path.join(folder, ".venv", process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
}

function asModule(python: string): Command {
  return { program: python, args: ["-c", OURS, "guildmark.bridge"] };
}

/** The interpreter that Python's own extension has chosen for the folder, where that extension is installed. */
async function ofWorkspace(folder: string): Promise<string | undefined> {
  const python = vscode.extensions.getExtension("ms-python.python");
  if (!python) return undefined;
  try {
    const api = python.isActive ? python.exports : await python.activate();
    const environments = api?.environments;
    const found = environments?.getActiveEnvironmentPath?.(vscode.Uri.file(folder));
    const resolved = found && (await environments.resolveEnvironment?.(found));
    return resolved?.executable?.uri?.fsPath ?? undefined;
  } catch {
    return undefined;
  }
}

/** Why the command starts no bridge; undefined where it does. */
function problemOf(command: Command): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(command.program, [...command.args, "--help"], { timeout: PROBE_MS }, (error, _out, complaint) =>
      resolve(error ? complaint.trim().split("\n").at(-1) || error.message : undefined),
    );
  });
}
