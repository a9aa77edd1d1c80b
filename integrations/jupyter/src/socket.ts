/**
 * A socket to the Jupyter server that is opened again when it breaks; what is said meanwhile goes out afterwards.
 *
 * A browser does not tell why a socket does not open: the server may be gone, lack our extension, or want a new login.
 */

import type { Channel, Message } from "../../panel/src/index";

const WAITS_MS = [500, 1_000, 2_000, 5_000];
/** So many failures in a row are no restart of the server any more. */
const PATIENCE = 2;

export class LabSocket implements Channel {
  private readonly hearers: ((message: Message) => void)[] = [];
  private socket: WebSocket | undefined;
  private outgoing: object[] = [];
  private tries = 0;
  private closed = false;

  /**
   * `lost` is called when an open socket broke: what was asked is answered no more. `shut` is called when it does not open,
   * or closes before anything was heard, after each further try: somebody has to do something. `back` is called when there is one again: the other side is to be
   * greeted.
   */
  constructor(
    private readonly url: string,
    private readonly lost: () => void,
    private readonly shut: () => void,
    private readonly back: () => void,
  ) {
    this.open();
  }

  send(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
    else this.outgoing.push(message);
  }

  listen(hear: (message: Message) => void): void {
    this.hearers.push(hear);
  }

  close(): void {
    this.closed = true;
    this.socket?.close();
  }

  private open(): void {
    const socket = new WebSocket(this.url);
    let wasOpen = false;
    let hasHeard = false;
    this.socket = socket;
    socket.onopen = () => {
      wasOpen = true;
      const isBack = this.tries > 0;
      for (const message of this.outgoing.splice(0)) socket.send(JSON.stringify(message));
      if (isBack) this.back();
    };
    socket.onmessage = (event) => {
      hasHeard = true;
      this.tries = 0;
      const message = JSON.parse(String(event.data)) as Message;
      for (const hear of this.hearers) hear(message);
    };
    socket.onclose = () => {
      if (this.closed) return;
      const wait = WAITS_MS[Math.min(this.tries++, WAITS_MS.length - 1)];
      if (!hasHeard && this.tries >= PATIENCE) {
        this.outgoing = []; // whoever asked is told that it failed
        this.shut();
      } else if (wasOpen) this.lost();
      setTimeout(() => this.open(), wait);
    };
  }
}
