/** The process at the other end: lines of JSON in and out, started again when it ends by itself. */

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import * as readline from "node:readline";

import type { Channel, Message } from "../../panel/src/rpc";
import type { Command } from "./python";

export class BridgeProcess implements Channel {
  private readonly hearers: ((message: Message) => void)[] = [];
  private readonly child: ChildProcessWithoutNullStreams;

  /** `ended` hears why the process went, unless we closed it; `log` hears its lines for people. */
  constructor(command: Command, folder: string, language: string, server: string, log: (line: string) => void, ended: (reason: string) => void) {
    this.child = spawn(command.program, [...command.args, "--folder", folder, "--language", language], {
      cwd: folder,
      env: { ...process.env, PYTHONUTF8: "1", PYTHONUNBUFFERED: "1", ...(server ? { GUILDMARK_SERVER: server } : {}) },
      windowsHide: true,
    });
    readline.createInterface({ input: this.child.stdout }).on("line", (line) => this.hear(line, log));
    readline.createInterface({ input: this.child.stderr }).on("line", log);
    this.child.on("error", (error) => ended(error.message));
    this.child.on("exit", (code, signal) => ended(signal ?? `exit status ${code}`));
    this.child.stdin.on("error", () => undefined); // the exit says why
  }

  send(message: object): void {
    this.child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  listen(hear: (message: Message) => void): void {
    this.hearers.push(hear);
  }

  close(): void {
    this.child.removeAllListeners("exit");
    this.child.stdin.end();
    const child = this.child;
    setTimeout(() => child.kill(), 2_000).unref();
  }

  private hear(line: string, log: (line: string) => void): void {
    let message: Message;
    try {
      message = JSON.parse(line) as Message;
    } catch {
      log(line);
      return;
    }
    for (const hear of this.hearers) hear(message);
  }
}
