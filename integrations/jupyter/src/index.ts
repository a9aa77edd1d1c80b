/** Guildmark in JupyterLab: the panel of every IDE in the left side bar, over a socket of the Jupyter server. */

import { type JupyterFrontEnd, type JupyterFrontEndPlugin, ILayoutRestorer } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { PageConfig, URLExt } from "@jupyterlab/coreutils";
import { ServerConnection } from "@jupyterlab/services";
import { LabIcon } from "@jupyterlab/ui-components";
import { Widget } from "@lumino/widgets";

import { type Board, type Host, mount, type Mounted } from "../../panel/src/index";
import { LabSocket } from "./socket";

const ID = "guildmark-exam";
const MARK =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="20"><path class="jp-icon3" fill="#616161" d="M12 1.5 15 5l-3 3.5L9 5zM4.5 8l3 3.5-3 3.5-3-3.5zm15 0 3 3.5-3 3.5-3-3.5zM7.5 15.5l3 3.5-3 3.5-3-3.5zm9 0 3 3.5-3 3.5-3-3.5z"/></svg>';
const icon = new LabIcon({ name: "guildmark:mark", svgstr: MARK });

class ExamWidget extends Widget {
  private readonly socket: LabSocket;
  private readonly mounted: Mounted;
  private board: Board | undefined;

  constructor(private readonly app: JupyterFrontEnd) {
    super();
    this.id = ID;
    this.title.icon = icon;
    this.title.caption = "Guildmark";
    this.addClass("gm-lab");
    this.socket = new LabSocket(
      address(),
      () => this.mounted.store.lose(this.mounted.store.word("connecting")),
      () => this.mounted.store.lose(this.mounted.store.word("no_socket")),
      () => void this.mounted.store.hello(),
    );
    const root = document.createElement("div");
    this.node.appendChild(root);
    this.mounted = mount(root, this.socket, this.host(), "jupyterlab");
  }

  override dispose(): void {
    this.mounted.unmount();
    this.socket.close();
    super.dispose();
  }

  private host(): Host {
    return {
      openFile: (path) => void this.openFile(path),
      runStarter: (path) => void this.runStarter(path),
      openUrl: (url) => window.open(url, "_blank", "noopener"),
      shown: (board) => {
        this.board = board;
      },
    };
  }

  private async openFile(path: string): Promise<void> {
    const options = path.endsWith(".md") ? { path: this.fromRoot(path), factory: "Markdown Preview" } : { path: this.fromRoot(path) };
    await this.app.commands.execute("docmanager:open", options);
  }

  /** In a terminal, so that a long training shows its progress and outlives the page. */
  private async runStarter(path: string): Promise<void> {
    if (!this.board) return;
    const folder = path.slice(0, path.lastIndexOf("/"));
    const shown = await this.app.commands.execute("terminal:create-new", { cwd: this.fromRoot(folder) });
    const session = shown?.content?.session;
    const name = path.slice(folder.length + 1);
    const line = isOnWindows(this.board.folder) ? powershell(name) : shell(name);
    const send = () => session?.send({ type: "stdin", content: [`${line}\r`] });
    if (session?.connectionStatus === "connected") send();
    else
      session?.connectionStatusChanged.connect(function once(_sender: unknown, status: string) {
        if (status !== "connected") return;
        session.connectionStatusChanged.disconnect(once);
        send();
      });
  }

  /** A path of the exam folder as JupyterLab's file browser has it. */
  private fromRoot(path: string): string {
    const root = PageConfig.getOption("guildmarkRoot").replace(/\/$/, "");
    const folder = (this.board?.folder ?? "").replaceAll("\\", "/");
    const inside = folder === root ? "" : folder.startsWith(`${root}/`) ? folder.slice(root.length + 1) : folder;
    return inside ? `${inside}/${path}` : path;
  }
}

/** Runs a starter with the exam's own Python, where it has one. */
function shell(name: string): string {
  return `$( [ -x ../.venv/bin/python ] && echo ../.venv/bin/python || echo python ) ${name}`;
}

function powershell(name: string): string {
  return `& $(if (Test-Path ..\\.venv\\Scripts\\python.exe) { "..\\.venv\\Scripts\\python.exe" } else { "python" }) ${name}`;
}

function isOnWindows(folder: string): boolean {
  return /^[A-Za-z]:/.test(folder);
}

function address(): string {
  const settings = ServerConnection.makeSettings();
  const url = new URL(URLExt.join(settings.wsUrl, "guildmark", "bridge"));
  if (settings.token) url.searchParams.set("token", settings.token);
  url.searchParams.set("language", navigator.language);
  return url.toString();
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: "@guildmark/jupyter:plugin",
  description: "The exam: time, categories, hints, submissions and scores.",
  autoStart: true,
  optional: [ILayoutRestorer, ICommandPalette],
  activate: (app: JupyterFrontEnd, restorer: ILayoutRestorer | null, palette: ICommandPalette | null) => {
    const widget = new ExamWidget(app);
    app.shell.add(widget, "left", { rank: 150 });
    restorer?.add(widget, ID);
    app.commands.addCommand("guildmark:show", {
      label: "Guildmark",
      icon,
      describedBy: { args: { type: "object", properties: {} } },
      execute: () => app.shell.activateById(ID),
    });
    palette?.addItem({ command: "guildmark:show", category: "Guildmark" });
  },
};

export default plugin;
