/**
 * A photo's networks shared among workers that have no memory in common: each computes a band of every picture's rows
 * and sends the others, by message, the rows that they look at.
 */

import { Next, type CpuRemover, type SharedRun } from '#wasm';
import { release } from './release.js';
import type { Quality } from './types.js';

/** What a network begins with, or rows of a picture inside it. */
type Message =
  | { network: Quality; input: Float32Array<ArrayBuffer> }
  | { network: Quality; after: number; row: number; values: Float32Array<ArrayBuffer> };

/** Numbers of an input that are copied into the instance at a time: it has the whole of it once, in its place. */
const PART = 1 << 16;

/** One worker's ends of the channels to the others. */
export class Team {
  /** By the other worker's number; null in its own place. */
  readonly #ports: readonly (MessagePort | null)[];
  #heard: { peer: number; message: Message }[] = [];
  #wake: () => void = () => undefined;

  constructor(ports: readonly (MessagePort | null)[]) {
    this.#ports = ports;
    ports.forEach((port, peer) => {
      if (!port) return;
      port.onmessage = ({ data }: MessageEvent<Message>) => {
        this.#heard.push({ peer, message: data });
        this.#wake();
      };
    });
  }

  /** Gives every other worker what a network begins with. */
  tellInput(network: Quality, input: Float32Array<ArrayBuffer>): void {
    for (const port of this.#ports) port?.postMessage({ network, input } satisfies Message);
  }

  /** What the first worker has told of it. */
  async input(network: Quality): Promise<Float32Array<ArrayBuffer>> {
    for (;;) {
      const [told] = await this.#hear((message) => message.network === network && 'input' in message);
      if (told && 'input' in told.message) return told.message.input;
    }
  }

  /** Runs this worker's part of a network to its end. Gives the input's memory back. */
  async run(
    remover: CpuRemover,
    network: Quality,
    quality: Quality,
    input: Float32Array<ArrayBuffer>,
    onProgress: (stage: 'network' | 'refine', fraction: number) => void,
  ): Promise<SharedRun> {
    const run = remover.begin(network);
    try {
      for (let at = 0; at < input.length; at += PART) remover.feed(run, input.subarray(at, at + PART));
      release(input.buffer);
      for (;;) {
        const next = remover.advance(run, quality, onProgress);
        if (next === Next.Nothing) return run;
        if (next === Next.Send) this.#send(network, run);
        else await this.#receive(remover, network, run);
      }
    } catch (error) {
      run.free();
      throw error;
    }
  }

  close(): void {
    for (const port of this.#ports) port?.close();
  }

  #send(network: Quality, run: SharedRun): void {
    const rows = run.takeRows();
    if (!rows) return;
    const { peer, after, row } = rows;
    const values = rows.intoValues() as Float32Array<ArrayBuffer>;
    this.#ports[peer]?.postMessage({ network, after, row, values } satisfies Message, [values.buffer]);
  }

  async #receive(remover: CpuRemover, network: Quality, run: SharedRun): Promise<void> {
    const all = await this.#hear((message) => message.network === network && 'values' in message);
    for (const { peer, message } of all) {
      if ('values' in message) remover.deliver(run, peer, message.after, message.row, message.values);
    }
  }

  /** Waits for at least one message of a kind, and takes all of that kind. */
  async #hear(isWanted: (message: Message) => boolean): Promise<{ peer: number; message: Message }[]> {
    for (;;) {
      const wanted = this.#heard.filter(({ message }) => isWanted(message));
      if (wanted.length > 0) {
        this.#heard = this.#heard.filter(({ message }) => !isWanted(message));
        return wanted;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** Channels between every two of so many workers: for each worker its ends, by the other's number. */
export function channels(count: number): (MessagePort | null)[][] {
  const ends = Array.from({ length: count }, () => new Array<MessagePort | null>(count).fill(null));
  for (let one = 0; one < count; one += 1) {
    for (let other = one + 1; other < count; other += 1) {
      const { port1, port2 } = new MessageChannel();
      (ends[one] as (MessagePort | null)[])[other] = port1;
      (ends[other] as (MessagePort | null)[])[one] = port2;
    }
  }
  return ends;
}
