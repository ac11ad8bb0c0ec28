// How each recorded program is shown: its name, and a mark of two letters in a hue of its own.

export interface AgentLook {
  readonly name: string;
  readonly letters: string;
  /** Degrees on the colour wheel. */
  readonly hue: number;
}

const known: Readonly<Record<string, AgentLook>> = {
  'claude-code': { name: 'Claude Code', letters: 'CC', hue: 18 },
  codex: { name: 'Codex', letters: 'Cx', hue: 172 },
  'gemini-cli': { name: 'Gemini CLI', letters: 'Ge', hue: 222 },
  'qwen-code': { name: 'Qwen Code', letters: 'Qw', hue: 262 },
  'copilot-cli': { name: 'GitHub Copilot CLI', letters: 'Co', hue: 200 },
  pi: { name: 'Pi', letters: 'Pi', hue: 100 },
  droid: { name: 'Droid', letters: 'Dr', hue: 32 },
  kiro: { name: 'Kiro', letters: 'Ko', hue: 276 },
  kimi: { name: 'Kimi Code', letters: 'Ki', hue: 310 },
  amp: { name: 'Amp', letters: 'Am', hue: 0 },
  cursor: { name: 'Cursor', letters: 'Cu', hue: 232 },
  opencode: { name: 'OpenCode', letters: 'Op', hue: 46 },
  anton: { name: 'Anton', letters: 'An', hue: 280 },
  'context-foundry': { name: 'Context Foundry', letters: 'CF', hue: 330 },
  otel: { name: 'OpenTelemetry', letters: 'OT', hue: 250 },
  sketch: { name: 'Sketch', letters: 'Sk', hue: 140 },
  generic: { name: 'JSON Lines', letters: 'JL', hue: 205 },
};

/** Agents that are not known by name get their own first letters and a hue made from them, always the same one. */
export function agentLook(agent: string): AgentLook {
  const look = Object.hasOwn(known, agent) ? known[agent] : undefined;
  if (look) return look;
  const words = agent.split(/[^\p{L}\p{N}]+/u).filter(word => word !== '');
  const letters = words.length > 1 ? `${words[0]?.at(0) ?? ''}${words[1]?.at(0) ?? ''}` : (words[0] ?? '?').slice(0, 2);
  let hash = 0;
  for (const char of agent) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 360;
  return { name: agent, letters: letters.charAt(0).toUpperCase() + letters.slice(1), hue: hash };
}
