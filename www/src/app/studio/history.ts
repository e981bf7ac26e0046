/** Steps back and forth over values that never change themselves. Knows nothing of what they are. */

/** Most steps that are kept. */
const MOST = 200;

export class History<T> {
  #past: T[] = [];
  #future: T[] = [];
  #now: T;
  /** What the last step belongs to; steps of one kind in a row are one. */
  #kind: string | undefined;

  constructor(first: T) {
    this.#now = first;
  }

  get now(): T {
    return this.#now;
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** A step on. With a `kind`, it becomes one with the steps of that kind just before, until `rest`. */
  go(next: T, kind?: string): void {
    if (Object.is(next, this.#now)) return;
    if (kind === undefined || kind !== this.#kind) {
      this.#past.push(this.#now);
      if (this.#past.length > MOST) this.#past.shift();
    }
    this.#kind = kind;
    this.#future = [];
    this.#now = next;
  }

  /** Whatever comes now is a step of its own. */
  rest(): void {
    this.#kind = undefined;
  }

  undo(): boolean {
    return this.#step(this.#past, this.#future);
  }

  redo(): boolean {
    return this.#step(this.#future, this.#past);
  }

  #step(from: T[], to: T[]): boolean {
    if (from.length === 0) return false;
    to.push(this.#now);
    this.#now = from.pop() as T;
    this.#kind = undefined;
    return true;
  }
}
