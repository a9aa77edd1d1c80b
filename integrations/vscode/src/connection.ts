/** The connection to a bridge: found, started again when it breaks, and given up only with a way on in sight. */

import * as vscode from "vscode";

import type { Message } from "../../panel/src/rpc";
import { BridgeProcess } from "./bridge";
import { type Command, findBridge } from "./python";

/** The id of our own question; the panel numbers its own. */
export const OURS = "host";
const RESTART_MS = [500, 1_000, 2_000, 5_000];
/** A bridge that lived so long did not break at its start: the next failure is the first again. */
const STEADY_MS = 60_000;

/** Whom the connection serves. */
export interface Listener {
  /** Where the exam is, or is to be. */
  folder(): Promise<string>;
  heard(message: Message): void;
  /** There is another bridge now, which knows nothing of what was asked before. */
  connected(): void;
  /** Nothing that was asked will be answered. */
  lost(sentence: string): void;
  /** The panel may ask again: there is a bridge. */
  back(): void;
}

export class Connection implements vscode.Disposable {
  private bridge: BridgeProcess | undefined;
  private waiting: object[] = [];
  private starting: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private failures = 0;
  /** Grows with every restart: what was looked for with the settings of before is not taken. */
  private generation = 0;
  private wanted = false;
  private isOffering = false;
  /** Why there is no bridge, where nothing is on the way. */
  private trouble: string | undefined;

  constructor(
    private readonly listener: Listener,
    private readonly log: (line: string) => void,
  ) {}

  dispose(): void {
    this.generation++;
    clearTimeout(this.timer);
    this.bridge?.close();
    this.bridge = undefined;
  }

  send(message: object): void {
    if (this.bridge) this.bridge.send(message);
    else if (this.trouble === undefined) this.waiting.push(message);
    else this.listener.lost(this.trouble);
  }

  start(): Promise<void> {
    this.wanted = true;
    this.starting ??= this.find().finally(() => {
      this.starting = undefined;
    });
    return this.starting;
  }

  /** A new bridge with the settings as they are now, where one was wanted. */
  async restart(): Promise<void> {
    const hadOne = this.bridge !== undefined;
    this.dispose();
    if (hadOne) this.listener.lost(vscode.l10n.t("The connection to the exam is made anew.")); // it answers no more
    this.failures = 0;
    this.trouble = undefined;
    if (!this.wanted) return;
    await this.start();
    if (this.bridge) this.listener.back();
  }

  /** What *Try again* does: a bridge that is there keeps what it is sending. */
  async again(): Promise<void> {
    if (this.bridge) this.listener.back();
    else await this.restart();
  }

  async choosePython(): Promise<void> {
    const picked = await vscode.window.showOpenDialog({ canSelectMany: false, title: vscode.l10n.t("The Python that has guildmark") });
    const file = picked?.[0]?.fsPath;
    if (!file) return;
    const settings = vscode.workspace.getConfiguration("guildmark");
    if (settings.get<string>("python") === file) await this.restart();
    else await settings.update("python", file, vscode.ConfigurationTarget.Global); // whoever hears of the change starts anew
  }

  private async find(): Promise<void> {
    while (!this.bridge) {
      const { generation } = this;
      const tried: string[] = [];
      try {
        const folder = await this.listener.folder();
        const command = await findBridge(folder, tried);
        if (generation !== this.generation || this.bridge) continue;
        if (command) this.connect(command, folder);
        else this.notFound(tried);
      } catch (error) {
        this.giveUp(String(error));
      }
      return;
    }
  }

  private notFound(tried: string[]): void {
    this.log(tried.join("\n"));
    const sentence = vscode.l10n.t("No Python with guildmark was found. Install it as the environment guide of the portal says (/handbook/), or choose the Python that has it.");
    this.giveUp(sentence);
    void this.offer(sentence);
  }

  /** One box with what can be done. Nothing waits for its answer: the panel has a button too. */
  private async offer(sentence: string): Promise<void> {
    if (this.isOffering) return;
    this.isOffering = true;
    const choose = vscode.l10n.t("Choose Python");
    const again = vscode.l10n.t("Try again");
    const answer = await vscode.window.showErrorMessage(sentence, choose, again);
    this.isOffering = false;
    if (answer === choose) await this.choosePython();
    else if (answer === again) await this.again();
  }

  private connect(command: Command, folder: string): void {
    clearTimeout(this.timer);
    const started = Date.now();
    const bridge = new BridgeProcess(
      command,
      folder,
      vscode.env.language,
      vscode.workspace.getConfiguration("guildmark").get<string>("server", "").trim(),
      this.log,
      (reason) => {
        if (this.bridge !== bridge) return;
        if (Date.now() - started > STEADY_MS) this.failures = 0;
        this.ended(reason, command, folder);
      },
    );
    this.bridge = bridge;
    this.trouble = undefined;
    this.listener.connected();
    this.log(`bridge: ${[command.program, ...command.args].join(" ")}, in ${folder}`);
    bridge.listen((message) => {
      if (this.bridge === bridge) this.listener.heard(message); // one that was closed may speak for a moment still
    });
    bridge.send({ jsonrpc: "2.0", id: OURS, method: "hello", params: { client: "vscode", version: vscode.version } });
    for (const message of this.waiting.splice(0)) bridge.send(message);
  }

  /** The bridge went by itself: start it again a few times, each later than the one before. */
  private ended(reason: string, command: Command, folder: string): void {
    this.bridge = undefined;
    this.log(`bridge: ${reason}`);
    const wait = RESTART_MS[this.failures++];
    if (wait === undefined) {
      this.giveUp(vscode.l10n.t("The connection to the exam ended again ({0}). The output channel Guildmark says more.", reason));
      return;
    }
    this.listener.lost(vscode.l10n.t("The connection to the exam ended ({0}). It is started again.", reason));
    this.timer = setTimeout(() => {
      this.connect(command, folder);
      this.listener.back();
    }, wait);
  }

  private giveUp(sentence: string): void {
    this.trouble = sentence;
    this.waiting = [];
    this.listener.lost(sentence);
  }
}
