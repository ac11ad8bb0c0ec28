// The life of one graph on screen: canvas, layout worker and model are made with the container and go with it.

import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { type Disposable, DisposableStore, toDisposable } from '../../../shared/base/disposable.ts';
import type { PlayheadError } from '../../../shared/base/errors.ts';
import type { SessionId } from '../../../shared/model/ids.ts';
import { useConnection } from '../../state/client-context.tsx';
import { createGraphCanvas } from './canvas/graph-canvas.ts';
import { readPalette } from './canvas/palette.ts';
import { graphMemory } from './graph-memory.ts';
import { GraphModel, type GraphPicture, type GraphTrace } from './graph-model.ts';
import { GraphScreen } from './graph-screen.ts';
import { startLayoutWorker } from './layout/layout-client.ts';

export class Graph implements Disposable {
  readonly screen: GraphScreen;
  readonly model: GraphModel;
  private readonly lifetime = new DisposableStore();
  private selected: string | null | undefined;
  private own: string | null = null;

  constructor(container: HTMLElement, owner: object, sessionId: SessionId) {
    const memory = graphMemory(owner, sessionId);
    const reducedMotion = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    const canvas = createGraphCanvas(container, readPalette(container), reducedMotion);
    this.model = new GraphModel(startLayoutWorker(), memory);
    this.screen = this.lifetime.add(new GraphScreen(canvas, this.model, memory));
    this.lifetime.add(onSchemeChange(() => canvas.setPalette(readPalette(container))));
  }

  /** The selection that comes next was made here, on a node that is in view. */
  keepView(id: string | null): void {
    this.own = id;
  }

  show(trace: GraphTrace, selected: string | null): void {
    if (selected !== this.selected) {
      if (selected !== null && selected !== this.own) this.screen.bringSelection();
      this.selected = selected;
      this.own = null;
    }
    this.model.show(trace, selected);
  }

  dispose(): void {
    this.lifetime.dispose();
  }
}

interface GraphInUse {
  /** For the element that the graph is drawn in. */
  readonly attach: (container: HTMLElement | null) => (() => void) | undefined;
  /** Null until the element is there. */
  readonly graph: Graph | null;
  readonly picture: GraphPicture | undefined;
  readonly error: PlayheadError | undefined;
}

export function useGraph(sessionId: SessionId, trace: GraphTrace, selected: string | null): GraphInUse {
  const { connection } = useConnection();
  const [graph, setGraph] = useState<Graph | null>(null);
  const attach = useCallback(
    (container: HTMLElement | null) => {
      if (!container) return undefined;
      const made = new Graph(container, connection, sessionId);
      setGraph(made);
      return () => {
        setGraph(null);
        made.dispose();
      };
    },
    [connection, sessionId],
  );
  const { spans, events } = trace;
  useEffect(() => graph?.show({ spans, events }, selected), [graph, spans, events, selected]);
  const subscribe = useCallback(
    (changed: () => void) => {
      const listening = graph?.model.onChange(changed);
      return () => listening?.dispose();
    },
    [graph],
  );
  const picture = useSyncExternalStore(subscribe, () => graph?.model.snapshot());
  const error = useSyncExternalStore(subscribe, () => graph?.model.error());
  return { attach, graph, picture, error };
}

function onSchemeChange(listener: () => void): Disposable {
  const query = window.matchMedia('(prefers-color-scheme: dark)');
  query.addEventListener('change', listener);
  return toDisposable(() => query.removeEventListener('change', listener));
}
