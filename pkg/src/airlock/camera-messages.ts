/** What the frame and the camera in its enclosure say to each other. None of it goes further out. */

/** The frame's one message to the window around it; `ports[0]` comes with it. */
export const HELLO = 'vitrine: camera';

/** Why there is no picture: refused by the person or a policy, none there, in use elsewhere, gone while it ran. */
export type CameraTrouble = 'denied' | 'missing' | 'busy' | 'lost';

/** Frame → enclosure. */
export type ToCamera =
  | { type: 'start' }
  /** One picture, its longer side at most so many pixels. */
  | { type: 'next'; longest: number }
  | { type: 'stop' };

/** Enclosure → frame. */
export type FromCamera =
  /** There is something to ask for a camera. */
  | { type: 'here' }
  /** It runs; `isMirror` where it looks at whoever looks at the screen. */
  | { type: 'on'; isMirror: boolean }
  /** `at` is when the picture was there, in milliseconds of the enclosure's clock. */
  | { type: 'picture'; picture: ImageBitmap; at: number }
  | { type: 'off'; trouble: CameraTrouble };
