/** The time left in the status bar, and a warning when little is left. */

import * as vscode from "vscode";

import { now, secondsSince, START } from "../../panel/src/elapsed";
import type { Board } from "../../panel/src/protocol";

const TICK_MS = 500;

export class TimeLeft implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("guildmark.time", vscode.StatusBarAlignment.Left, 1_000);
  private readonly warned = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private board: Board | undefined;
  private at = START;

  constructor() {
    this.item.name = "Guildmark";
    this.item.command = "guildmark.show";
  }

  dispose(): void {
    clearInterval(this.timer);
    this.item.dispose();
  }

  show(board: Board): void {
    const isFirst = !this.board?.clock.is_running || this.board.attempt !== board.attempt;
    if (this.board?.attempt !== board.attempt) this.warned.clear();
    // What is no longer so, as after a credit of time, may become so again.
    for (const code of this.warned) if (!board.notices.some((one) => one.code === code)) this.warned.delete(code);
    this.board = board;
    this.at = now();
    for (const notice of board.notices) this.warn(notice.code, notice.text, notice.level, isFirst);
    clearInterval(this.timer);
    if (board.clock.is_running) this.timer = setInterval(() => this.draw(), TICK_MS);
    this.draw();
  }

  private draw(): void {
    const { board } = this;
    if (!board || board.clock.time_left_s === null || !board.clock.is_running) {
      this.item.hide();
      return;
    }
    const passed = board.clock.stands_still ? 0 : secondsSince(this.at);
    const left = Math.max(0, Math.floor(board.clock.time_left_s - passed));
    const two = (value: number) => String(value).padStart(2, "0");
    this.item.text = `$(${board.online ? "clock" : "debug-disconnect"}) ${Math.floor(left / 3600)}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
    this.item.tooltip = board.exam_title;
    this.item.backgroundColor =
      board.clock.level === "urgent"
        ? new vscode.ThemeColor("statusBarItem.errorBackground")
        : board.clock.level === "caution"
          ? new vscode.ThemeColor("statusBarItem.warningBackground")
          : undefined;
    this.item.show();
  }

  /** Each warning once while it is so: the exam page warns at the same times. What was so from the first is no news, unless it is urgent. */
  private warn(code: string, text: string, level: string, isFirst: boolean): void {
    if (this.warned.has(code)) return;
    this.warned.add(code);
    if (!code.startsWith("time_")) return;
    if (level === "urgent") void vscode.window.showWarningMessage(text);
    else if (!isFirst) void vscode.window.showInformationMessage(text);
  }
}
