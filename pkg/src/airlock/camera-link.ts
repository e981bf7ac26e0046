/** The frame's end of the camera in its enclosure. */

import { HELLO, type CameraTrouble, type FromCamera, type ToCamera } from './camera-messages.js';

/** How long the enclosure may take to answer, in milliseconds: it is in the same browser and has nothing else to do. */
const ANSWER_TIME = 2_000;

/** The camera gives no picture, or none any more. */
export class CameraError extends Error {
  override name = 'CameraError';
  readonly trouble: CameraTrouble;
  constructor(trouble: CameraTrouble) {
    super(`The camera is ${trouble}.`);
    this.trouble = trouble;
  }
}

/** A camera's picture; whoever gets it closes it. */
export interface CameraPicture {
  picture: ImageBitmap;
  /** When it was there, in seconds of a clock that only goes forward. */
  seconds: number;
}

type Kind = FromCamera['type'];

export class CameraLink {
  readonly #port: MessagePort;
  #waiting: { type: Kind; resolve(message: FromCamera): void; reject(error: CameraError): void } | undefined;
  /** Why it went off while nothing was waited for. */
  #trouble: CameraTrouble | undefined;

  private constructor(port: MessagePort) {
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<FromCamera>) => {
      const waiting = this.#waiting;
      if (data.type === 'off') {
        if (!waiting) this.#trouble = data.trouble;
        this.#refuse(data.trouble);
      } else if (data.type === waiting?.type) {
        this.#waiting = undefined;
        waiting.resolve(data);
      } else if (data.type === 'picture') {
        // Made before it was stopped.
        data.picture.close();
      }
    };
  }

  /** The camera of the enclosure; nothing where it has none. */
  static async find(): Promise<CameraLink | undefined> {
    const { port1, port2 } = new MessageChannel();
    const link = new CameraLink(port1);
    const answer = link.#answer('here').catch(() => undefined);
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, ANSWER_TIME));
    // Whatever window is around this one: the message says nothing, and only an enclosure answers it.
    parent.postMessage(HELLO, '*', [port2]);
    if (await Promise.race([answer, late])) return link;
    port1.close();
    return undefined;
  }

  /** Switches it on, which may ask the person; whether it looks at them, as a mirror does. Rejects with a CameraError. */
  async start(): Promise<boolean> {
    this.#trouble = undefined;
    this.#say({ type: 'start' });
    return (await this.#answer('on')).isMirror;
  }

  /** The next picture, its longer side at most `longest` pixels. Rejects with a CameraError. */
  async next(longest: number): Promise<CameraPicture> {
    if (this.#trouble) throw new CameraError(this.#trouble);
    this.#say({ type: 'next', longest });
    const { picture, at } = await this.#answer('picture');
    return { picture, seconds: at / 1000 };
  }

  /** Switches it off; what is waited for rejects. */
  stop(): void {
    this.#say({ type: 'stop' });
    this.#refuse('lost');
  }

  #answer<T extends Kind>(type: T): Promise<Extract<FromCamera, { type: T }>> {
    this.#refuse('lost');
    return new Promise((resolve, reject) => {
      this.#waiting = { type, resolve: (message) => resolve(message as Extract<FromCamera, { type: T }>), reject };
    });
  }

  #refuse(trouble: CameraTrouble): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(new CameraError(trouble));
  }

  #say(message: ToCamera): void {
    this.#port.postMessage(message);
  }
}
