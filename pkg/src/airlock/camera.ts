/**
 * The camera, in the enclosure of a frame that is served from the asset base: browsers give none to an opaque origin.
 *
 * This is the enclosure's only script. Its pictures go through a port to the one frame inside it, which has no network,
 * and nowhere else; nothing that comes back through the port decides more than when the next picture is wanted.
 */

import { HELLO, type CameraTrouble, type FromCamera, type ToCamera } from './camera-messages.js';

/** What is asked of the device; it gives what it has. */
const WANTED: MediaStreamConstraints = {
  audio: false,
  video: { facingMode: 'user', width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
};

const TROUBLES: Record<string, CameraTrouble> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
};

class Camera {
  readonly #port: MessagePort;
  readonly #video = document.createElement('video');
  #stream: MediaStream | undefined;
  /** A number for each start; what belongs to an earlier one is dropped. */
  #turn = 0;

  constructor(port: MessagePort) {
    this.#port = port;
    this.#video.muted = true;
    this.#video.playsInline = true;
    port.onmessage = ({ data }: MessageEvent<ToCamera>) => {
      if (data.type === 'start') void this.#start();
      else if (data.type === 'next') void this.#next(data.longest);
      else this.stop();
    };
    this.#say({ type: 'here' });
  }

  stop(): void {
    this.#turn++;
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
    this.#video.srcObject = null;
  }

  async #start(): Promise<void> {
    this.stop();
    const turn = this.#turn;
    try {
      const stream = await navigator.mediaDevices.getUserMedia(WANTED);
      const [track] = stream.getVideoTracks();
      if (turn !== this.#turn || !track) {
        for (const track of stream.getTracks()) track.stop();
        return;
      }
      this.#stream = stream;
      track.addEventListener('ended', () => this.#fail(turn, 'lost'));
      this.#video.srcObject = stream;
      await this.#video.play();
      if (turn === this.#turn) this.#say({ type: 'on', isMirror: track.getSettings().facingMode !== 'environment' });
    } catch (error) {
      this.#fail(turn, TROUBLES[(error as DOMException).name] ?? 'busy');
    }
  }

  /** The next picture that the camera makes. */
  async #next(longest: number): Promise<void> {
    const turn = this.#turn;
    const video = this.#video;
    await new Promise<unknown>((resolve) => {
      // Firefox has it since 132.
      if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(resolve);
      else requestAnimationFrame(resolve);
    });
    const at = performance.now();
    const { videoWidth, videoHeight } = video;
    if (turn !== this.#turn) return;
    try {
      const scale = Math.min(1, longest / Math.max(videoWidth, videoHeight));
      const size = { resizeWidth: Math.round(videoWidth * scale), resizeHeight: Math.round(videoHeight * scale) };
      const picture = await createImageBitmap(video, scale < 1 ? size : {});
      if (turn === this.#turn) this.#port.postMessage({ type: 'picture', picture, at } satisfies FromCamera, [picture]);
      else picture.close();
    } catch {
      this.#fail(turn, 'lost');
    }
  }

  #fail(turn: number, trouble: CameraTrouble): void {
    if (turn !== this.#turn) return;
    this.stop();
    this.#say({ type: 'off', trouble });
  }

  #say(message: FromCamera): void {
    this.#port.postMessage(message);
  }
}

let camera: Camera | undefined;

addEventListener('message', ({ data, source, ports: [port] }) => {
  // The frame inside, and no other window.
  if (data !== HELLO || source !== frames[0] || !port || !navigator.mediaDevices) return;
  camera?.stop();
  camera = new Camera(port);
});
