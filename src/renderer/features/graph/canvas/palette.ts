// The theme's colours as the canvas needs them: plain values, read from the page's tokens.

const tokens = {
  ground: '--ground',
  raised: '--ground-raised',
  sunken: '--ground-sunken',
  line: '--line-firm',
  lineStrong: '--line-strong',
  text: '--text',
  muted: '--text-muted',
  faint: '--text-faint',
  accent: '--accent',
  focus: '--focus',
  bad: '--bad',
  badGround: '--bad-ground',
  orchestrator: '--kind-orchestrator',
  agent: '--kind-agent',
  llm: '--kind-llm',
  tool: '--kind-tool',
  phase: '--kind-phase',
  orchestratorInk: '--kind-orchestrator-ink',
  agentInk: '--kind-agent-ink',
  llmInk: '--kind-llm-ink',
  toolInk: '--kind-tool-ink',
  phaseInk: '--kind-phase-ink',
  orchestratorGround: '--kind-orchestrator-ground',
  agentGround: '--kind-agent-ground',
  llmGround: '--kind-llm-ground',
  toolGround: '--kind-tool-ground',
  phaseGround: '--kind-phase-ground',
} as const;

export type Palette = Readonly<Record<keyof typeof tokens, string>> & { readonly font: string };

/** Reads the tokens that hold for an element. They use light-dark(), which only a real property resolves. */
export function readPalette(element: HTMLElement): Palette {
  const probe = element.ownerDocument.createElement('span');
  probe.hidden = true;
  element.append(probe);
  const style = getComputedStyle(probe);
  const colours: Record<string, string> = {};
  for (const [name, token] of Object.entries(tokens)) {
    probe.style.color = `var(${token})`;
    colours[name] = style.color;
  }
  const font = style.fontFamily;
  probe.remove();
  return { ...colours, font } as Palette;
}
