// Under which names a price list may know a model. Logs name one model in many ways: with the vendor before it, with the
// date of its release or the size of its context behind it, with dots or dashes in its version.
//
// Contract: pure. Forms are compared as a whole, never by their beginning or a part: gpt-5 is not gpt-5-mini. A prefix
// that nobody here knows is left in place, so that the model of a local server has no price rather than a wrong one.

/** Who may stand before a model's name, with '/' or ':' behind. */
const VENDORS = [
  'accounts/[a-z-]+/models',
  'alibaba',
  'amazon-bedrock',
  'anthropic',
  'azure',
  'azure_ai',
  'bedrock',
  'copilot',
  'deepseek',
  'deepseek-ai',
  'gemini',
  'github-copilot',
  'google',
  'litellm',
  'minimax',
  'minimaxai',
  'mistral',
  'mistralai',
  'models',
  'moonshot',
  'moonshot-ai',
  'moonshotai',
  'openai',
  'opencode',
  'openrouter',
  'publishers/[a-z-]+/models',
  'qwen',
  'vercel',
  'vertex',
  'vertex_ai',
  'x-ai',
  'xai',
  'xiaomi',
  'z-ai',
  'zai',
  'zai-org',
];

const PREFIXES: readonly RegExp[] = [
  new RegExp(`^(?:${VENDORS.join('|')})[/:](?=.)`),
  // Bedrock: us.anthropic.claude-…
  /^(?:us|us-gov|eu|apac|au|jp|ca|global)\.(?=[a-z]+\.)/,
  /^(?:anthropic|deepseek|google|minimax|mistral|moonshot|moonshotai|openai|qwen|xai|zai)\.(?=.)/,
];

const SUFFIXES: readonly RegExp[] = [
  /\[1m\]$/,
  /:thinking$/,
  // A version of Bedrock's, behind Claude's own.
  /(?<=^claude-.+)-v\d+(?::\d+)?$/,
  /[@-]20\d{6}$/,
  /[@-]20\d\d-\d\d-\d\d$/,
];

/** Forms of a recorded name, the most exact first; empty for an empty name. */
export function modelNameForms(model: string): readonly string[] {
  const forms = new Set<string>();
  let name = model.trim().toLowerCase();
  const add = () => {
    if (name !== '') forms.add(canonicalModelName(name));
  };
  add();
  for (const patterns of [PREFIXES, SUFFIXES]) {
    for (;;) {
      const pattern = patterns.find(candidate => candidate.test(name));
      if (pattern === undefined) break;
      name = name.replace(pattern, '');
      add();
    }
  }
  return [...forms];
}

/** A name as it is compared: lower case, dots as dashes. */
export function canonicalModelName(name: string): string {
  return name.trim().toLowerCase().replaceAll('.', '-');
}
