/** The page in the webview: the panel, whose messages the extension carries to the bridge, or answers itself. */

import "./view.css";
import { type Channel, type Host, type Message, mount } from "../../panel/src/index";

interface WebviewApi {
  postMessage(message: object): void;
}
declare function acquireVsCodeApi(): WebviewApi;

const vscode = acquireVsCodeApi();

const channel: Channel = {
  send: (message) => vscode.postMessage({ to: "bridge", message }),
  listen: (hear) =>
    window.addEventListener("message", (event: MessageEvent) => {
      if (event.data?.from === "bridge") hear(event.data.message as Message);
    }),
};

let choose: ((folder: string | null) => void) | undefined;
const tell = (what: string, value: unknown) => vscode.postMessage({ to: "host", what, value });

const host: Host = {
  openFile: (path) => tell("openFile", path),
  runStarter: (path) => tell("runStarter", path),
  openUrl: (url) => tell("openUrl", url),
  opened: (folder) => tell("opened", folder),
  shown: (board) => tell("shown", board),
  chooseFolder: () =>
    new Promise((resolve) => {
      choose = resolve;
      tell("chooseFolder", null);
    }),
};

const root = document.getElementById("panel");
if (root) {
  const { store } = mount(root, channel, host, "vscode");
  window.addEventListener("message", (event: MessageEvent) => {
    const { what, value, again } = event.data ?? {};
    if (what === "chosen") choose?.(value ?? null);
    else if (what === "lost") store.lose(String(value), { label: String(again), act: () => tell("again", null) });
    else if (what === "hello") void store.hello();
    else if (what === "submit") void store.submit(String(value));
    else if (what === "check") void store.check(String(value));
    else if (what === "finish") void store.askToFinish();
  });
}
