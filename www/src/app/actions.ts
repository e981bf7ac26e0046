/** What a person asks for on a photo, on its way up to the app. */

export type PhotoAsk = 'open' | 'correct' | 'save' | 'copy' | 'remove';

export class PhotoAction extends Event {
  readonly ask: PhotoAsk;
  readonly id: number;
  constructor(ask: PhotoAsk, id: number) {
    super('photo-action', { bubbles: true, composed: true });
    this.ask = ask;
    this.id = id;
  }
}

declare global {
  interface HTMLElementEventMap {
    'photo-action': PhotoAction;
  }
}
