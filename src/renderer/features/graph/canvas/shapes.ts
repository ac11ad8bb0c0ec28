// Measures of shapes and edges, in pixels: the same for Cytoscape's stylesheet and for what is drawn above it.

export const corners = { llm: 5, phase: 22, tile: 10 } as const;
/** Length of a hexagon's ends. */
export const hexagonSlant = 13;
/** How far below its parent an edge turns, and how wide the turn is. */
export const edgeTurn = 20;
export const edgeRadius = 10;
