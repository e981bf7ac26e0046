/** Our own SHA-256, for pages without a secure context, against Node's. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { plainSha256 } from '../../../pkg/src/airlock/sha256.js';
import { test } from './testing.js';

test('the digest is that of the standard at every length around a block, and of a long message', () => {
  const lengths = [...Array.from({ length: 200 }, (_, length) => length), 1_000_003];
  for (const length of lengths) {
    const message = Uint8Array.from({ length }, (_, index) => (index * 197 + length) & 255);
    const expected = createHash('sha256').update(message).digest('hex');
    assert.equal(Buffer.from(plainSha256(message)).toString('hex'), expected, `${length} bytes`);
  }
});
