// Shapes, colours and lines of nodes and edges, as Cytoscape's stylesheet. What stands on the nodes is NodePainter's.

import { type Form, sizes } from '../picture/appearance.ts';
import { corners, edgeRadius, edgeTurn, hexagonSlant } from './shapes.ts';
import type { Palette } from './palette.ts';

export interface StyleRule {
  readonly selector: string;
  readonly style: Readonly<Record<string, string | number>>;
}

export function canvasStyle(palette: Palette, reducedMotion: boolean): StyleRule[] {
  return [
    {
      selector: 'node',
      style: {
        'border-width': 1.5,
        'background-opacity': 1,
        'overlay-opacity': 0,
        'underlay-opacity': 0,
        'outline-width': 0,
        'outline-offset': 3,
        'transition-property': 'opacity',
        'transition-duration': reducedMotion ? 0 : 180,
      },
    },
    ...forms.map(form => ({ selector: `node.${form}`, style: formStyle(form, palette) })),
    {
      selector: 'node.stack',
      style: { ghost: 'yes', 'ghost-offset-x': 5, 'ghost-offset-y': 5, 'ghost-opacity': 0.45 },
    },
    { selector: 'node.orphan', style: { 'border-style': 'dashed', 'border-width': 2 } },
    { selector: 'node.error', style: { 'border-color': palette.bad, 'border-width': 2.5 } },
    {
      selector: 'edge',
      style: {
        'curve-style': 'round-taxi',
        'taxi-direction': 'downward',
        'taxi-turn': edgeTurn,
        'taxi-turn-min-distance': 6,
        'taxi-radius': edgeRadius,
        width: 1.4,
        'line-color': palette.lineStrong,
        'line-opacity': 0.85,
        'overlay-opacity': 0,
        events: 'no',
        'transition-property': 'opacity',
        'transition-duration': reducedMotion ? 0 : 180,
      },
    },
    { selector: 'edge.orphan', style: { 'line-style': 'dashed' } },
    { selector: 'node.pinned, node:grabbed', style: { 'z-index': 10 } },
    { selector: '.entering', style: { opacity: 0 } },
    { selector: 'node.selected', style: { 'outline-width': 3, 'outline-color': palette.focus, 'outline-opacity': 1 } },
    {
      selector: 'node.cursor',
      style: { 'outline-width': 3, 'outline-color': palette.focus, 'outline-opacity': 1, 'outline-style': 'dashed' },
    },
  ];
}

const forms = Object.keys(sizes) as readonly Form[];

function formStyle(form: Form, palette: Palette): StyleRule['style'] {
  const { width, height } = sizes[form];
  const size = { width, height };
  switch (form) {
    case 'orchestrator':
    case 'agent':
      return {
        ...size,
        shape: 'ellipse',
        'border-width': 2.5,
        'border-color': palette[form],
        'background-color': palette[`${form}Ground`],
      };
    case 'llm':
      return {
        ...size,
        shape: 'round-rectangle',
        'corner-radius': `${corners.llm}px`,
        'border-color': palette.llm,
        'background-color': palette.llmGround,
      };
    case 'tool':
      return {
        ...size,
        shape: 'polygon',
        'shape-polygon-points': hexagon(width, hexagonSlant),
        'border-color': palette.tool,
        'background-color': palette.toolGround,
      };
    case 'phase':
      return {
        ...size,
        shape: 'round-rectangle',
        'corner-radius': `${corners.phase}px`,
        'border-color': palette.phase,
        'background-color': palette.phaseGround,
      };
    case 'tile':
      return {
        ...size,
        shape: 'round-rectangle',
        'corner-radius': `${corners.tile}px`,
        'border-width': 1,
        'border-color': palette.lineStrong,
        'background-color': palette.raised,
      };
  }
}

/** A hexagon as wide as a label, whose ends are `slant` pixels long. */
function hexagon(width: number, slant: number): string {
  const x = 1 - (2 * slant) / width;
  return `${-x} -1 ${x} -1 1 0 ${x} 1 ${-x} 1 -1 0`;
}
