/**
 * Guildmark in VS Code: a side bar that shows the exam, and the status bar with its time.
 *
 * The extension knows nothing of exams. It starts a bridge (`python -m guildmark.bridge`) in the interpreter of the workspace,
 * carries messages between it and the panel in the side bar, and does for the panel what only VS Code can: open files, run a
 * starter in a terminal, show an address.
 */

import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";

import type { Board } from "../../panel/src/protocol";
import type { Message } from "../../panel/src/rpc";
import { BridgeProcess } from "./bridge";
import { type Command, findBridge, pythonFor } from "./python";
import { TimeLeft } from "./status";

const VIEW = "guildmark.panel";
/** The id of our own question; the panel numbers its own. */
const OURS = "host";
const SEEN = "seen";
const RESTART_MS = [500, 1_000, 2_000, 5_000];

export function activate(context: vscode.ExtensionContext): void {
  const exam = new ExamView(context);
  context.subscriptions.push(
    exam,
    vscode.window.registerWebviewViewProvider(VIEW, exam, { webviewOptions: { retainContextWhenHidden: true } }),
    vscode.commands.registerCommand("guildmark.show", () => vscode.commands.executeCommand(`${VIEW}.focus`)),
    vscode.commands.registerCommand("guildmark.restart", () => exam.restart()),
    vscode.commands.registerCommand("guildmark.choosePython", () => exam.choosePython()),
    vscode.commands.registerCommand("guildmark.runStarter", () => exam.inCategory((one) => exam.runStarter(one.starter))),
    vscode.commands.registerCommand("guildmark.check", () => exam.inCategory((one) => exam.ask("check", one.id))),
    vscode.commands.registerCommand("guildmark.submit", () => exam.inCategory((one) => exam.ask("submit", one.id))),
    vscode.commands.registerCommand("guildmark.finish", () => exam.ask("finish", null)),
    vscode.commands.registerCommand("guildmark.page", () => exam.openPage()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("guildmark")) void exam.restart();
    }),
  );
  void exam.wakeInExam();
}

export function deactivate(): void {
  // What was started is in the subscriptions.
}

type Category = Board["categories"][number];

class ExamView implements vscode.WebviewViewProvider, vscode.Disposable {
  private readonly log = vscode.window.createOutputChannel("Guildmark");
  private readonly time = new TimeLeft();
  private view: vscode.WebviewView | undefined;
  private bridge: BridgeProcess | undefined;
  private board: Board | undefined;
  private waiting: object[] = [];
  private told = false;
  private starting: Promise<void> | undefined;
  private starts = 0;

  constructor(private readonly context: vscode.ExtensionContext) {}

  dispose(): void {
    this.bridge?.close();
    this.time.dispose();
    this.log.dispose();
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    const dist = vscode.Uri.joinPath(this.context.extensionUri, "dist");
    view.webview.options = { enableScripts: true, localResourceRoots: [dist] };
    view.webview.onDidReceiveMessage((message) => this.fromPanel(message));
    view.onDidDispose(() => {
      this.view = undefined;
    });
    view.webview.html = page(view.webview, dist);
    void this.start();
  }

  async restart(): Promise<void> {
    this.bridge?.close();
    this.bridge = undefined;
    this.starts = 0;
    if (this.view) {
      await this.start();
      this.toPanel({ what: "hello" });
    }
  }

  async choosePython(): Promise<void> {
    const picked = await vscode.window.showOpenDialog({ canSelectMany: false, title: vscode.l10n.t("The Python that has guildmark") });
    const file = picked?.[0]?.fsPath;
    if (file) await vscode.workspace.getConfiguration("guildmark").update("python", file, vscode.ConfigurationTarget.Global);
  }

  /** Have the panel do something, visibly. */
  async ask(what: string, value: string | null): Promise<void> {
    await vscode.commands.executeCommand(`${VIEW}.focus`);
    this.toPanel({ what, value });
  }

  openPage(): void {
    if (this.board) this.openUrl(`${this.board.server}/exam/${this.board.attempt}/`);
  }

  /** Do something for the category of the file in the editor, or for one that the candidate picks. */
  async inCategory(act: (category: Category) => unknown): Promise<void> {
    const { board } = this;
    if (!board || board.categories.length === 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t("No exam runs in this folder. Open the exam panel to start one."));
      return;
    }
    const file = vscode.window.activeTextEditor?.document.uri.fsPath ?? "";
    const here = board.categories.find((one) => file.startsWith(path.join(board.folder, one.folder) + path.sep));
    const picked =
      here ??
      (
        await vscode.window.showQuickPick(
          board.categories.map((one) => ({ label: `${one.number}  ${one.title}`, description: one.marks, one })),
        )
      )?.one;
    if (picked) await act(picked);
  }

  /** As a task: its arguments need no quotes of any shell, and it can be stopped and run again as every other task. */
  async runStarter(starter: string): Promise<void> {
    const { board } = this;
    if (!board) return;
    const file = path.join(board.folder, starter);
    await vscode.workspace.saveAll(false);
    const run = new vscode.ProcessExecution(await pythonFor(board.folder), [path.basename(file)], { cwd: path.dirname(file) });
    const scope = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file)) ?? vscode.TaskScope.Global;
    const task = new vscode.Task({ type: "process", starter }, scope, starter, "Guildmark", run, []);
    task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, panel: vscode.TaskPanelKind.Dedicated, focus: false };
    await vscode.tasks.executeTask(task);
  }

  /** Where an exam lies in the open folder, the clock is in the status bar before anybody opens the panel. */
  async wakeInExam(): Promise<void> {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    if (!folder || !fs.existsSync(path.join(folder, ".guildmark", "exam.json"))) return;
    if (!this.context.workspaceState.get(SEEN)) {
      await this.context.workspaceState.update(SEEN, true);
      await vscode.commands.executeCommand(`${VIEW}.focus`);
    }
    await this.start();
  }

  private start(): Promise<void> {
    this.starting ??= this.find().finally(() => {
      this.starting = undefined;
    });
    return this.starting;
  }

  private async find(): Promise<void> {
    if (this.bridge) return;
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? this.context.globalStorageUri.fsPath;
    await vscode.workspace.fs.createDirectory(vscode.Uri.file(folder));
    const tried: string[] = [];
    const command = await findBridge(folder, tried);
    if (!command) {
      this.log.appendLine(tried.join("\n"));
      this.lost(vscode.l10n.t("No Python with guildmark was found. Install it as the environment guide of the portal says (/handbook/), or choose the Python that has it."));
      const choose = vscode.l10n.t("Choose Python");
      const again = vscode.l10n.t("Try again");
      const answer = await vscode.window.showErrorMessage(
        vscode.l10n.t("No Python with guildmark was found. Install it as the environment guide of the portal says (/handbook/), or choose the Python that has it."),
        choose,
        again,
      );
      if (answer === choose) await this.choosePython();
      else if (answer === again) await this.restart();
      return;
    }
    this.connect(command, folder);
  }

  private connect(command: Command, folder: string): void {
    const bridge = new BridgeProcess(
      command,
      folder,
      vscode.env.language,
      vscode.workspace.getConfiguration("guildmark").get<string>("server", "").trim(),
      (line) => this.log.appendLine(line),
      (reason) => {
        if (this.bridge === bridge) this.ended(reason, command, folder);
      },
    );
    this.bridge = bridge;
    this.told = false;
    this.log.appendLine(`bridge: ${[command.program, ...command.args].join(" ")}, in ${folder}`);
    bridge.listen((message) => this.fromBridge(message));
    bridge.send({ jsonrpc: "2.0", id: OURS, method: "hello", params: { client: "vscode", version: vscode.version } });
    for (const message of this.waiting.splice(0)) bridge.send(message);
  }

  /** The bridge went by itself: start it again a few times, each later than the one before, and let the panel greet it. */
  private ended(reason: string, command: Command, folder: string): void {
    this.bridge = undefined;
    this.log.appendLine(`bridge: ${reason}`);
    this.lost(vscode.l10n.t("The connection to the exam ended ({0}). It is started again.", reason));
    const wait = RESTART_MS[this.starts++];
    if (wait === undefined) return;
    setTimeout(() => {
      if (this.bridge) return;
      this.connect(command, folder);
      this.toPanel({ what: "hello" });
    }, wait);
  }

  private fromBridge(message: Message): void {
    if (message.method === "board") {
      this.told = true;
      this.shown(message.params as unknown as Board);
    }
    if ((message.id as unknown) === OURS) {
      const { board } = (message.result ?? {}) as { board?: Board | null };
      if (board && !this.told) this.shown(board); // what was told since is newer
      return;
    }
    this.toPanel({ from: "bridge", message });
  }

  private fromPanel(message: { to: string; message?: object; what?: string; value?: unknown }): void {
    if (message.to === "bridge" && message.message) {
      if (this.bridge) this.bridge.send(message.message);
      else this.waiting.push(message.message);
      return;
    }
    const value = message.value;
    if (message.what === "openFile") void this.openFile(String(value));
    else if (message.what === "runStarter") void this.runStarter(String(value));
    else if (message.what === "openUrl") this.openUrl(String(value));
    else if (message.what === "shown") this.shown(value as Board);
    else if (message.what === "chooseFolder") void this.chooseFolder();
    else if (message.what === "again") void this.restart();
    else if (message.what === "opened") void this.opened(String(value));
  }

  private shown(board: Board): void {
    this.starts = 0;
    this.board = board;
    this.time.show(board);
    void vscode.commands.executeCommand("setContext", "guildmark.running", board.phase === "running");
  }

  private async openFile(relative: string): Promise<void> {
    if (!this.board) return;
    const uri = vscode.Uri.file(path.join(this.board.folder, relative));
    if (relative.endsWith(".md")) await vscode.commands.executeCommand("markdown.showPreview", uri);
    else await vscode.window.showTextDocument(uri, { preview: false });
  }

  private openUrl(url: string): void {
    if (/^https?:\/\//.test(url)) void vscode.env.openExternal(vscode.Uri.parse(url));
  }

  /** Where a new exam goes: the open folder if it is empty, else one that the candidate picks. */
  private async chooseFolder(): Promise<void> {
    const open = vscode.workspace.workspaceFolders?.[0]?.uri;
    const entries = open ? await vscode.workspace.fs.readDirectory(open) : [];
    if (open && entries.every(([name]) => name.startsWith("."))) {
      this.toPanel({ what: "chosen", value: open.fsPath });
      return;
    }
    const picked = await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      canSelectMany: false,
      openLabel: vscode.l10n.t("Put the exam here"),
      title: vscode.l10n.t("Choose an empty folder for the exam"),
    });
    this.toPanel({ what: "chosen", value: picked?.[0]?.fsPath ?? null });
  }

  /** An exam that lies outside of the open folder is opened, so that its files are in the explorer. */
  private async opened(folder: string): Promise<void> {
    const open = vscode.workspace.workspaceFolders?.map((one) => one.uri.fsPath) ?? [];
    if (open.some((one) => folder === one || folder.startsWith(one + path.sep))) return;
    await vscode.commands.executeCommand("vscode.openFolder", vscode.Uri.file(folder), { forceNewWindow: false });
  }

  private lost(sentence: string): void {
    this.toPanel({ what: "lost", value: sentence, again: vscode.l10n.t("Try again") });
  }

  private toPanel(message: object): void {
    void this.view?.webview.postMessage(message);
  }
}

function page(webview: vscode.Webview, dist: vscode.Uri): string {
  const at = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src ${webview.cspSource}; font-src ${webview.cspSource};`;
  return `<!doctype html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${at("view.css")}">
<title>Guildmark</title>
</head>
<body><div id="panel"></div><script src="${at("view.js")}"></script></body>
</html>`;
}
