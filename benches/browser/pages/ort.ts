/**
 * onnxruntime-web's page: the network alone, or a photo cut out with the least that a page must add to it:
 * decode, bring to the network's size, normalise, run, put the mask into the photo's alpha, write a PNG.
 */

import { contest, photo, settings, timed, type Run } from './contest.js';
import { context, mean, normalised, SIDE } from './network.js';

/** What of the peer is used here. */
interface Ort {
  env: { wasm: { numThreads: number; wasmPaths: string } };
  Tensor: new (type: 'float32', data: Float32Array, shape: number[]) => Tensor;
  InferenceSession: { create(model: string, options: object): Promise<Session> };
}
interface Tensor {
  data: Float32Array;
}
interface Session {
  inputNames: string[];
  outputNames: string[];
  run(feeds: Record<string, Tensor>, fetches: string[]): Promise<Record<string, Tensor>>;
}

const model = settings.get('model') ?? '';
const provider = settings.get('provider') ?? 'wasm';
/** The peer's build for wasm alone, or the one with WebGPU; its documentation says which to take. */
const address = provider === 'webgpu' ? '/peer/ort.webgpu.min.mjs' : '/peer/ort.wasm.min.mjs';

const ready = (async () => {
  const ort = (await import(/* @vite-ignore */ address)) as Ort;
  ort.env.wasm.numThreads = Number(settings.get('threads') ?? 1);
  ort.env.wasm.wasmPaths = '/peer/';
  const session = await ort.InferenceSession.create(model, {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
  });
  return { ort, session };
})();

/** The first output, `[1, 1, SIDE, SIDE]`, for an input `[1, 3, SIDE, SIDE]`, and the time of the run alone. */
async function infer(pixels: Float32Array): Promise<{ mask: Float32Array; milliseconds: number }> {
  const { ort, session } = await ready;
  const [input = ''] = session.inputNames;
  const [output = ''] = session.outputNames;
  const from = performance.now();
  const results = await session.run({ [input]: new ort.Tensor('float32', pixels, [1, 3, SIDE, SIDE]) }, [output]);
  const mask = results[output]?.data;
  if (!mask) throw new Error(`onnxruntime-web gave no ${output}.`);
  return { mask, milliseconds: performance.now() - from };
}

async function network(): Promise<Run> {
  const { mask, milliseconds } = await infer(await normalised(await photo));
  return { milliseconds, covered: mean(mask) };
}

async function cutOut(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file);
  const { mask } = await infer(await normalised(bitmap));
  // The canvas does the work of enlarging: the mask becomes the alpha of a small picture, and the small
  // picture is drawn over the photo so that only its alpha counts.
  const alpha = context(SIDE, SIDE);
  const picture = alpha.createImageData(SIDE, SIDE);
  mask.forEach((value, index) => (picture.data[4 * index + 3] = 255 * value));
  alpha.putImageData(picture, 0, 0);
  const result = context(bitmap.width, bitmap.height);
  result.drawImage(bitmap, 0, 0);
  result.globalCompositeOperation = 'destination-in';
  result.imageSmoothingQuality = 'high';
  result.drawImage(alpha.canvas, 0, 0, bitmap.width, bitmap.height);
  bitmap.close();
  return result.canvas.convertToBlob({ type: 'image/png' });
}

contest(settings.get('work') === 'network' ? network : () => timed(cutOut));
