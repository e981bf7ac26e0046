/** The photo frame of the page: the guard first, then the engine, then the page that people see. */

import 'vitrine/airlock/guard';
import { openSession } from 'vitrine/frame/session';
import { openTryOn } from 'vitrine/try-on/engine';
import { mount } from './app/main.js';
import { strings } from './app/strings.js';

const session = openSession(openTryOn);
mount(document.body, {
  engine: session.engine,
  best: session.best,
  tryOn: session.tryOn,
  trust: session.trust,
  loading: (listener) =>
    session.onLoading((received, total) =>
      listener({ label: strings.device.bytes(received, total), fraction: total > 0 ? received / total : 0 }),
    ),
});
