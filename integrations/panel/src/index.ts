/** The panel of an exam, for any program that can show a page and carry messages to a bridge. */

import { h, render } from "preact";

import type { Host } from "./host";
import type { Channel } from "./rpc";
import { Store } from "./store";
import "./panel.css";
import { Panel } from "./view/panel";

export type { Host } from "./host";
export type { Board, BoardCategory, Clock } from "./protocol";
export { type Channel, type Message, Peer, Refusal } from "./rpc";
export { Store } from "./store";

export interface Mounted {
  store: Store;
  unmount(): void;
}

/** Draw the panel into `root` and greet the bridge at the other end of `channel`. `client` says who we are. */
export function mount(root: HTMLElement, channel: Channel, host: Host, client: string): Mounted {
  const store = new Store(channel, host, client);
  root.classList.add("gm-panel");
  render(h(Panel, { store }), root);
  void store.hello();
  return { store, unmount: () => render(null, root) };
}
