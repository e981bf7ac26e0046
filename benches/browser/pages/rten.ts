/** rten's page: the network alone, in a wasm whose exports `benches/rten/src/lib.rs` tells. */

import { contest, photo, type Run } from './contest.js';
import { mean, normalised, SIDE } from './network.js';

interface Peer {
  memory: WebAssembly.Memory;
  file(bytes: number): number;
  prepare(): number;
  pixels(): number;
  infer(): number;
  fault(): number;
  fault_bytes(): number;
}

const ready = (async () => {
  const model = (async () => new Uint8Array(await (await fetch('/model.onnx')).arrayBuffer()))();
  const { instance } = await WebAssembly.instantiateStreaming(fetch('/peer/rten.wasm'));
  const peer = instance.exports as unknown as Peer;
  const file = await model;
  const place = peer.file(file.length);
  new Uint8Array(peer.memory.buffer, place, file.length).set(file);
  if (!peer.prepare()) throw new Error(fault(peer));
  return peer;
})();

function fault(peer: Peer): string {
  const place = peer.fault();
  return `rten: ${new TextDecoder().decode(new Uint8Array(peer.memory.buffer, place, peer.fault_bytes()))}`;
}

async function network(): Promise<Run> {
  const pixels = await normalised(await photo);
  const peer = await ready;
  const from = performance.now();
  const place = peer.pixels();
  new Float32Array(peer.memory.buffer, place, pixels.length).set(pixels);
  const answer = peer.infer();
  if (!answer) throw new Error(fault(peer));
  const milliseconds = performance.now() - from;
  return { milliseconds, covered: mean(new Float32Array(peer.memory.buffer, answer, SIDE * SIDE)) };
}

contest(network);
