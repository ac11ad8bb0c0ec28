// The layout's own thread. All it does is keep a Layout and answer.

import type { LayoutRequest } from './layout-messages.ts';
import { answerLayout, Layout } from './layout.ts';

let layout = new Layout();

self.addEventListener('message', ({ data }: MessageEvent<LayoutRequest>) => {
  if (data.fresh) layout = new Layout();
  const answer = answerLayout(layout, data);
  self.postMessage(answer, { transfer: [answer.places.buffer] });
});
