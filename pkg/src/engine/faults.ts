/** Errors on their way through workers, wasm and walls. */

import type { Fault } from '../airlock/messages.js';
import { VitrineError } from './types.js';

const KINDS: ReadonlySet<string> = new Set<Fault['kind']>(['photo', 'model', 'device', 'caller', 'cancelled']);

/** What an unknown thrown value says. */
export function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The crate writes its errors to stand after a colon, as Rust does; here they stand alone. */
function sentence(message: string): string {
  const capital = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

/** A thrown value as `{ kind, message, code }`: what the wasm throws is that already. */
export function faultOf(error: unknown): Fault {
  if (typeof error === 'object' && error !== null && 'kind' in error && 'message' in error) {
    const { kind, message } = error;
    if (typeof kind === 'string' && KINDS.has(kind) && typeof message === 'string') {
      const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
      return { kind: kind as Fault['kind'], message: sentence(message), code };
    }
  }
  return { kind: 'device', message: `Something unexpected happened: ${describe(error)}` };
}

/** A thrown value as the error that callers see. */
export function toVitrineError(error: unknown): VitrineError {
  if (error instanceof VitrineError) return error;
  const { kind, message, code } = faultOf(error);
  return new VitrineError(kind, message, code);
}

export function cancelled(): VitrineError {
  return new VitrineError('cancelled', 'The job was cancelled.');
}
