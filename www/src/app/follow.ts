/** Keeps a component in step with the queue: subscribes while it is in the document, renders on what concerns it. */

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Change, PhotoQueue } from './queue.js';

export class FollowQueue implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #queue: () => PhotoQueue;
  readonly #concerns: (change: Change) => boolean;
  #end: (() => void) | undefined;

  constructor(host: ReactiveControllerHost, queue: () => PhotoQueue, concerns: (change: Change) => boolean) {
    this.#host = host;
    this.#queue = queue;
    this.#concerns = concerns;
    host.addController(this);
  }

  hostConnected(): void {
    this.#end = this.#queue().subscribe((change) => {
      if (this.#concerns(change)) this.#host.requestUpdate();
    });
  }

  hostDisconnected(): void {
    this.#end?.();
    this.#end = undefined;
  }
}
