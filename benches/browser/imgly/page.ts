/** @imgly/background-removal's page, as its documentation has it; for comparison alone (see the README). */

import { removeBackground } from '@imgly/background-removal';
import { contest, settings, timed } from '../pages/contest.js';

const model = settings.get('model') === 'isnet_fp16' ? 'isnet_fp16' : 'isnet_quint8';

contest(() =>
  timed((file) => removeBackground(file, { publicPath: `${location.origin}/peer/`, model, device: 'cpu' })),
);
