/** The try-on's frame: the guard first, then the page that the shopper sees, on the engine. */

import '../airlock/guard.js';
import { awaitShell } from '../airlock/frame.js';
import { openTryOn } from './engine.js';
import { mount } from './mount.js';

void awaitShell().then((link) => mount(document.body, link, openTryOn));
