/** What is measured, and on whom. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../tests/browser/src/servers.js';
import { imgly, ort, rten, vitrine, type Contestant } from './contestants.js';

export interface Workload {
  name: 'network' | 'page' | 'page-slow' | 'best';
  /** The first is ours; the others are compared with it. */
  contestants: Contestant[];
  /** At most so many rounds, and so many further answers in each. */
  rounds?: number;
  runs?: number;
  megabits?: number;
  memory: 'watched' | 'not watched';
}

export interface Wanted {
  /** The network as its authors' package carries it, 32-bit floats; the peers that run it go without where it is absent. */
  float: string | undefined;
  webgpu: boolean;
  /** A connection for the page's first cut-out, in megabits a second. */
  megabits: number;
}

const INT8 = join(ROOT, 'models/fast.onnx');

export function workloads({ float, webgpu, megabits }: Wanted): Workload[] {
  const network = { work: 'network' };
  const peers = float
    ? [
        ort('onnxruntime-web, float', float, { ...network, threads: '1' }),
        ort('onnxruntime-web, float, 2 threads', float, { ...network, threads: '2' }),
      ]
    : [];
  const page: Contestant[] = [
    vitrine('Vitrine', {}, 'as many as cores'),
    vitrine('Vitrine, one worker', {}, 'one worker'),
    ort('onnxruntime-web, float', float ?? INT8, { threads: '1' }),
    ort('onnxruntime-web, int8', INT8, { threads: '1' }),
  ];
  return [
    {
      name: 'network',
      contestants: [
        vitrine('Vitrine, one worker', network, 'one worker'),
        vitrine('Vitrine', network, 'as many as cores'),
        ...peers,
        ort('onnxruntime-web, int8', INT8, { ...network, threads: '1' }),
        ort('onnxruntime-web, int8, 2 threads', INT8, { ...network, threads: '2' }),
        ...rten(float ?? INT8),
        ...(webgpu
          ? [
              vitrine('Vitrine, WebGPU', { ...network, device: 'gpu' }, 'as many as cores'),
              ort('onnxruntime-web, float, WebGPU', float ?? INT8, { ...network, provider: 'webgpu' }),
            ]
          : []),
      ],
      memory: 'watched',
    },
    { name: 'page', contestants: page, memory: 'watched' },
    { name: 'page-slow', contestants: page, megabits, runs: 0, memory: 'not watched' },
    {
      name: 'best',
      contestants: [
        vitrine('Vitrine', { model: 'best' }, 'as many as cores'),
        vitrine('Vitrine, one worker', { model: 'best' }, 'one worker'),
        ...(existsSync(join(ROOT, 'target/web/bench/imgly'))
          ? [imgly('@imgly, quint8, 2 threads', 'isnet_quint8'), imgly('@imgly, fp16, 2 threads', 'isnet_fp16')]
          : []),
      ],
      rounds: 2,
      runs: 2,
      memory: 'watched',
    },
  ];
}
