/** A reporter of node:test: a line of JSON for each test. */

import type { TestEvent } from 'node:test/reporters';

export interface Outcome {
  readonly name: string;
  readonly passed: boolean;
  /** Whether it ran out of time. */
  readonly late: boolean;
}

/** A test whose parts failed, and a part whose test was over: what broke is a line of its own. */
const FOLLOWS = ['subtestsFailed', 'cancelledByParent'];

export default async function* outcomes(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { name, details, skip } = event.data;
    const isTest = details.type !== 'suite' && skip === undefined;
    if (event.type === 'test:pass' && !isTest) continue;
    let outcome: Outcome = { name, passed: true, late: false };
    if (event.type === 'test:fail') {
      const { failureType = '', cause } = event.data.details.error as { failureType?: string; cause?: unknown };
      if (FOLLOWS.includes(failureType)) continue;
      const told = cause instanceof Error ? `${cause.name} ${cause.stack}` : String(cause);
      outcome = { name, passed: false, late: failureType === 'testTimeoutFailure' || /\bTimeoutError\b/.test(told) };
    }
    yield `${JSON.stringify(outcome)}\n`;
  }
}
