/** Marks on the browser's own timeline, for its profiler and for `npm run measure -- --cold`. They hold no pixels. */

/** Says that something has just happened, in this page, frame or worker. */
export function mark(event: string): void {
  performance.mark(`vitrine: ${event}`);
}
