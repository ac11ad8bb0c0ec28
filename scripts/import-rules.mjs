// Which folder of src may import what. First row that fits wins; a file that no row fits may not exist.
//
// A row: folder or file, then what its files may import besides the same folder. '*' stands for one name, and makes each
// folder that fits it one of its own. 'node:*' is Node, 'assets' are styles and pictures, 'types of X' allows only
// `import type` from X; anything else without a slash at its head is a package.

const SHARED = 'src/shared';
const MODEL = ['src/shared/base', 'src/shared/model', 'zod'];
const WINDOW = [SHARED, 'react', 'radix-ui', 'lucide-react', 'assets'];
const FEATURE = [
  ...WINDOW,
  '@tanstack/react-virtual',
  'src/renderer/platform',
  'src/renderer/state',
  'src/renderer/ui',
  'src/renderer/features/*/index.ts',
  'src/renderer/features/*/index.tsx',
];
const ROWS = 'types of src/main/core/store/index.ts';
const CORE = [SHARED, 'src/main/core/base', 'types of src/main/core/*', ROWS, 'zod', 'node:*'];
const DOOR = [SHARED, 'src/main', 'src/main/core/base', 'types of src/main/core/*', 'zod', 'node:*'];
const FACTS = 'src/main/core/parsers/parser.ts';

export const rows = [
  // What main, preload and renderer agree on: no runtime of its own.
  ['src/shared/base', []],
  ['src/shared/model', ['src/shared/base', 'zod']],
  ['src/shared/contract', MODEL],

  // The core: knows nothing of Electron. Parsers are pure, the store alone speaks SQL, services know each other's types.
  ['src/main/core/base', [SHARED, 'node:*']],
  ['src/main/core/parsers', [SHARED, 'zod']],
  ['src/main/core/store', [SHARED, 'src/main/core/base', `types of ${FACTS}`, 'better-sqlite3', 'zod', 'node:*']],
  ['src/main/core/worker-calls.ts', ['types of src/main/workers']],
  ['src/main/core/watch', [...CORE, 'chokidar']],
  ['src/main/core/usage', [...CORE, 'resources/prices.json']],
  ['src/main/core/*', [...CORE, 'src/main/core/parsers']],
  ['src/main/workers', [SHARED, 'src/main/core/*', 'src/main/core/store/index.ts', 'zod', 'node:*']],

  // The doors: two small entries and a command line over one compose.ts.
  [
    'src/main/compose.ts',
    [SHARED, 'src/main/core/*', ROWS, 'src/main/core/worker-calls.ts', 'src/main/workers', 'node:*'],
  ],
  ['src/main/desktop', [SHARED, 'electron', 'zod', 'node:*']],
  ['src/main/serve', [...DOOR, 'src/main/core/store/index.ts', 'src/main/core/usage/index.ts', 'package.json', 'ws']],
  ['src/main/index.ts', [SHARED, 'src/main', 'src/main/desktop', 'electron', 'assets', 'node:*']],
  ['src/main/cli.ts', [...DOOR, 'src/main/serve']],
  ['src/main/*.ts', [...DOOR, 'src/main/serve']],
  ['src/preload', ['src/shared/contract', 'electron']],

  // The window: knows the contract and nothing behind it. Features meet at each other's front file.
  ['src/renderer/platform', [SHARED, 'zod']],
  ['src/renderer/state', [SHARED, 'src/renderer/platform', 'react']],
  ['src/renderer/ui/code-view.tsx', [...WINDOW, 'src/renderer/ui', '@codemirror/*', '@lezer/*']],
  ['src/renderer/ui', WINDOW],
  ['src/renderer/features/graph', [...FEATURE, 'cytoscape']],
  ['src/renderer/features/conversation', [...FEATURE, 'react-markdown', 'remark-gfm', 'diff']],
  ['src/renderer/features/*', FEATURE],
  ['src/renderer/shell', FEATURE],
  ['src/renderer/*.tsx', [...FEATURE, 'src/renderer/*.tsx', 'src/renderer/shell', 'react-dom']],
  ['src/env.d.ts', []],
];

/** No chain of imports leads from these files to this package. */
export const unreachable = [
  { from: 'src/main/serve.ts', to: 'electron' },
  { from: 'src/main/cli.ts', to: 'electron' },
];
