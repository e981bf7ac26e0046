/** The photo frame of the page: the guard first, then the engine, then the page that people see. */

import 'vitrine/airlock/guard';
import { openSession } from 'vitrine/frame/session';

const session = openSession();
const status = document.createElement('p');
document.body.append(status);
session.onLoading((received, total) => (status.textContent = `${received} of ${total}`));
session.engine.then(
  (engine) => (status.textContent = engine.device.reason),
  (error: Error) => (status.textContent = error.message),
);
