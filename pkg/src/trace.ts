/** Marks on the browser's own timeline, for its profiler and for `npm run measure -- --cold`. They hold no pixels. */

const marked = new Set<string>();

/** Says that something has happened for the first time in this page, frame or worker; `memory` is that of its wasm, in bytes. */
export function mark(event: string, memory?: number): void {
  // The browser keeps every mark: one for each photo would be a leak.
  if (marked.has(event)) return;
  marked.add(event);
  performance.mark(`vitrine: ${event}`, { detail: memory });
}
