/** Addresses of pictures and files that nobody holds any more, but the screen or the browser may still read. */

const waiting = new Map<string, ReturnType<typeof setTimeout>>();

/** Frees what an address stands for in so many milliseconds. */
export function revokeLater(address: string, time: number): void {
  waiting.set(address, setTimeout(() => revoke(address), time));
}

/** Frees all of them at once. */
export function revokeNow(): void {
  for (const [address, timer] of waiting) {
    clearTimeout(timer);
    revoke(address);
  }
}

function revoke(address: string): void {
  waiting.delete(address);
  URL.revokeObjectURL(address);
}
