/**
 * Guildmark in VS Code: a side bar that shows the exam, and the status bar with its time.
 *
 * The extension knows nothing of exams. It starts a bridge (`python -m guildmark.bridge`) in the interpreter of the workspace,
 * carries messages between it and the panel in the side bar, and does for the panel what only VS Code can: open files, run a
 * starter in a terminal, show an address.
 */

import * as path from "node:path";
import * as vscode from "vscode";

import type { Board } from "../../panel/src/protocol";
import type { Message } from "../../panel/src/rpc";
import { Connection, type Listener, OURS } from "./connection";
import { examFolder, folderForExam, isOfExam, show } from "./folders";
import { pythonFor } from "./python";
import { TimeLeft } from "./status";

const VIEW = "guildmark.panel";
const SEEN = "seen";

export function activate(context: vscode.ExtensionContext): void {
  const exam = new ExamView(context);
  context.subscriptions.push(
    exam,
    vscode.window.registerWebviewViewProvider(VIEW, exam, { webviewOptions: { retainContextWhenHidden: true } }),
    vscode.commands.registerCommand("guildmark.show", () => vscode.commands.executeCommand(`${VIEW}.focus`)),
    vscode.commands.registerCommand("guildmark.restart", () => exam.connection.restart()),
    vscode.commands.registerCommand("guildmark.choosePython", () => exam.connection.choosePython()),
    vscode.commands.registerCommand("guildmark.runStarter", () => exam.inCategory((one) => exam.runStarter(one.starter))),
    vscode.commands.registerCommand("guildmark.check", () => exam.inCategory((one) => exam.ask("check", one.id))),
    vscode.commands.registerCommand("guildmark.submit", () => exam.inCategory((one) => exam.ask("submit", one.id))),
    vscode.commands.registerCommand("guildmark.finish", () => exam.ask("finish", null)),
    vscode.commands.registerCommand("guildmark.page", () => exam.openPage()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("guildmark")) void exam.connection.restart();
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(() => exam.lookAgain()),
  );
  void exam.wakeInExam();
}

export function deactivate(): void {
  // What was started is in the subscriptions.
}

type Category = Board["categories"][number];

class ExamView implements vscode.WebviewViewProvider, vscode.Disposable, Listener {
  readonly connection: Connection;
  private readonly log = vscode.window.createOutputChannel("Guildmark");
  private readonly time = new TimeLeft();
  private view: vscode.WebviewView | undefined;
  private board: Board | undefined;
  private told = false;
  /** Where the bridge was started. */
  private place: string | undefined;

  constructor(private readonly context: vscode.ExtensionContext) {
    this.connection = new Connection(this, (line) => this.log.appendLine(line));
  }

  dispose(): void {
    this.connection.dispose();
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
    void this.connection.start();
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

  /** Where an exam lies in an open folder, the clock is in the status bar before anybody opens the panel. */
  async wakeInExam(): Promise<void> {
    const folder = examFolder();
    if (folder === undefined || !isOfExam(folder)) return;
    if (!this.context.workspaceState.get(SEEN)) {
      await this.context.workspaceState.update(SEEN, true);
      await vscode.commands.executeCommand(`${VIEW}.focus`);
    }
    await this.connection.start();
  }

  /** A folder was opened beside the others: perhaps the one with the exam. An exam that is shown already stays. */
  lookAgain(): void {
    if (this.board || examFolder() === this.place) return;
    void this.connection.restart();
    void this.wakeInExam();
  }

  // What the connection tells

  async folder(): Promise<string> {
    this.place = examFolder();
    const folder = this.place ?? this.context.globalStorageUri.fsPath;
    await vscode.workspace.fs.createDirectory(vscode.Uri.file(folder));
    return folder;
  }

  connected(): void {
    this.told = false;
  }

  back(): void {
    this.toPanel({ what: "hello" });
  }

  lost(sentence: string): void {
    this.toPanel({ what: "lost", value: sentence, again: vscode.l10n.t("Try again") });
  }

  heard(message: Message): void {
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
      this.connection.send(message.message);
      return;
    }
    const value = message.value;
    if (message.what === "openFile") void this.openFile(String(value));
    else if (message.what === "runStarter") void this.runStarter(String(value));
    else if (message.what === "openUrl") this.openUrl(String(value));
    else if (message.what === "shown") this.shown(value as Board);
    else if (message.what === "chooseFolder") void this.chooseFolder();
    else if (message.what === "again") void this.connection.again();
    else if (message.what === "opened") void show(String(value));
  }

  private shown(board: Board): void {
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

  private async chooseFolder(): Promise<void> {
    this.toPanel({ what: "chosen", value: await folderForExam() });
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
