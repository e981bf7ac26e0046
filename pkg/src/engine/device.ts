/** Which device: a real graphics adapter where there is one, the processor otherwise. */

import { describe } from './faults.js';
import { answerOf } from './silence.js';
import type { DeviceChoice } from './types.js';

/** Software adapters by name, for browsers that do not say `isFallbackAdapter`. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b|software/i;

export type Finding = { adapter: string } | { why: string };

/**
 * Asks the browser for an adapter; the answer is its name, or the reason for the processor in one sentence.
 *
 * This is asked in JavaScript, before the crate does: wgpu panics where the browser answers null.
 */
export async function findAdapter(choice: DeviceChoice): Promise<Finding> {
  if (choice === 'cpu') return { why: 'Cut-outs run on the processor, as was asked for.' };
  const { gpu } = navigator as { gpu?: GPU };
  if (!gpu) return { why: 'This browser has no WebGPU here, so cut-outs run on the processor.' };
  let adapter: GPUAdapter | null;
  try {
    adapter = await answerOf(gpu.requestAdapter({ powerPreference: 'high-performance' }));
  } catch (error) {
    return { why: `WebGPU did not answer, so cut-outs run on the processor: ${describe(error)}` };
  }
  if (!adapter) return { why: 'The browser offers no graphics adapter, so cut-outs run on the processor.' };
  const { info } = adapter;
  const fallback =
    info.isFallbackAdapter || (adapter as { isFallbackAdapter?: boolean }).isFallbackAdapter === true;
  const name = [info.description, info.device, info.architecture, info.vendor].find((word) => word !== '') ?? '';
  const software = fallback || SOFTWARE.test(`${info.description} ${info.device} ${info.architecture}`);
  if (software && choice !== 'gpu') {
    return {
      why:
        `The graphics adapter here is only software${name && ` (${name})`}, slower than the processor itself, ` +
        'so cut-outs run on the processor.',
    };
  }
  return { adapter: name || 'an adapter without a name' };
}
