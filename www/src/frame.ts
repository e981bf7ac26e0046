/** The photo frame of the page: the guard, the engine, and the page that people see. */

import 'vitrine/airlock/guard';
import { awaitShell } from 'vitrine/airlock/frame';
import { createEngine } from 'vitrine/engine/engine';
import { faultOf } from 'vitrine/engine/faults';

async function main(): Promise<void> {
  const link = await awaitShell();
  const status = document.createElement('p');
  document.body.append(status);
  link.onLoading((received, total) => (status.textContent = `${received} of ${total}`));
  try {
    const engine = await createEngine(await link.parts);
    status.textContent = engine.device.reason;
    link.send({ type: 'device', report: engine.device });
  } catch (error) {
    status.textContent = faultOf(error).message;
    link.send({ type: 'failed', fault: faultOf(error) });
  }
}

void main();
