// Renders a piece of the window over a fake core.

import { render, type RenderResult } from '@testing-library/react';
import type { ReactElement } from 'react';
import { type Connection, keepConnected } from '../../src/renderer/platform/connection.ts';
import { ClientProvider } from '../../src/renderer/state/client-context.tsx';
import { SessionListProvider } from '../../src/renderer/state/use-session-list.tsx';
import { TooltipProvider } from '../../src/renderer/ui/tooltip.tsx';
import { OpenerProvider } from '../../src/renderer/features/open/index.tsx';
import type { FakeCore } from './fake-core.ts';

export interface Shown extends RenderResult {
  readonly connection: Connection;
}

export function show(core: FakeCore, element: ReactElement): Shown {
  const connection = keepConnected(core.open);
  const result = render(
    <ClientProvider connection={connection}>
      <SessionListProvider>
        <OpenerProvider>
          <TooltipProvider>{element}</TooltipProvider>
        </OpenerProvider>
      </SessionListProvider>
    </ClientProvider>,
  );
  return { ...result, connection };
}

/** jsdom has no sizes; a list that only draws what is visible needs one. Undone by the returned function. */
export function giveSizes(width: number, height: number): () => void {
  const names = ['offsetWidth', 'offsetHeight', 'clientWidth', 'clientHeight'] as const;
  const old = names.map(name => Object.getOwnPropertyDescriptor(HTMLElement.prototype, name));
  for (const name of names) {
    Object.defineProperty(HTMLElement.prototype, name, {
      configurable: true,
      get: () => (name.endsWith('Width') ? width : height),
    });
  }
  return () => {
    for (const [index, name] of names.entries()) {
      const descriptor = old[index];
      if (descriptor) Object.defineProperty(HTMLElement.prototype, name, descriptor);
      else Reflect.deleteProperty(HTMLElement.prototype, name);
    }
  };
}
