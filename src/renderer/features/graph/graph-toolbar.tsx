import {
  ArrowRightToLine,
  ChevronsDownUp,
  ChevronsUpDown,
  ListTree,
  Maximize,
  Minus,
  Plus,
  RotateCcw,
  WandSparkles,
} from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from '../../ui/button.tsx';
import type { GraphPicture } from './graph-model.ts';
import type { Graph } from './use-graph.ts';

interface GraphToolbarProps {
  readonly graph: Graph;
  readonly picture: GraphPicture;
  /** The list beside the canvas is shown. */
  readonly listed: boolean;
  readonly onList: () => void;
}

export function GraphToolbar({ graph, picture, listed, onList }: GraphToolbarProps) {
  const { screen, model } = graph;
  const { canvas } = screen;
  const hasGroups = picture.visible.hiddenSpans > 0 || picture.picture.grouped;
  return (
    <div className="graph-toolbar" role="toolbar" aria-label="Graph">
      <IconButton
        size="small"
        label={listed ? 'Hide the list' : 'Show as a list'}
        shortcut="L"
        aria-pressed={listed}
        onClick={onList}
      >
        <ListTree />
      </IconButton>
      <span className="graph-toolbar-divider" />
      <IconButton size="small" label="Open all groups" disabled={!hasGroups} onClick={() => model.setAll('open')}>
        <ChevronsUpDown />
      </IconButton>
      <IconButton size="small" label="Close all groups" onClick={() => model.setAll('closed')}>
        <ChevronsDownUp />
      </IconButton>
      <IconButton
        size="small"
        label="Tidy up: forget where nodes were dragged"
        disabled={model.isTidy}
        onClick={() => model.tidy()}
      >
        <WandSparkles />
      </IconButton>
      <span className="graph-toolbar-divider" />
      <IconButton size="small" label="Go to the newest" shortcut="End" onClick={() => screen.showNewest()}>
        <ArrowRightToLine />
      </IconButton>
      <IconButton size="small" label="Fit in view" shortcut="F" onClick={() => canvas.fit(true)}>
        <Maximize />
      </IconButton>
      <IconButton size="small" label="Zoom out" shortcut="−" onClick={() => canvas.zoomBy(0.8)}>
        <Minus />
      </IconButton>
      <ZoomLevel graph={graph} />
      <IconButton size="small" label="Zoom in" shortcut="+" onClick={() => canvas.zoomBy(1.25)}>
        <Plus />
      </IconButton>
      <IconButton size="small" label="Back to the first view" shortcut="0" onClick={() => screen.reset()}>
        <RotateCcw />
      </IconButton>
    </div>
  );
}

function ZoomLevel({ graph }: { readonly graph: Graph }) {
  const { canvas } = graph.screen;
  const [percent, setPercent] = useState(() => Math.round(canvas.viewport().zoom * 100));
  useEffect(() => {
    const listening = canvas.onFrame(() => setPercent(Math.round(canvas.viewport().zoom * 100)));
    return () => listening.dispose();
  }, [canvas]);
  return <span className="graph-zoom number">{percent}%</span>;
}
