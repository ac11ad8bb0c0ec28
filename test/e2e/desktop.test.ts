import { beforeAll, describe } from 'vitest';
import { assertBuilt, doubleLauncher } from './desktop-app.ts';
import { checkDesktop } from './desktop-checks.ts';

describe('the built desktop app on the Electron double', { timeout: 60_000 }, () => {
  beforeAll(assertBuilt);
  checkDesktop(doubleLauncher);
});
