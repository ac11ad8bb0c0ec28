import { beforeAll, describe, expect, it } from 'vitest';
import { findElectron, whyNoWindow } from '../../scripts/launcher/electron.mjs';
import { assertBuilt, electronLauncher } from './desktop-app.ts';
import { checkDesktop } from './desktop-checks.ts';

const binary = findElectron();
/** Playwright starts Electron without its sandbox where the tests run as root. */
const why = binary === undefined ? 'Electron’s binary is not here' : whyNoWindow({ uid: 1000 });
const required = process.env['REQUIRE_ELECTRON'] === '1';
if (why !== undefined) console.warn(`Skipped, the desktop app in real Electron: ${why}`);

describe.skipIf(why !== undefined)('the built desktop app in real Electron', { timeout: 60_000 }, () => {
  beforeAll(assertBuilt);
  checkDesktop(electronLauncher(binary ?? ''));
});

it.runIf(required)('real Electron is there where REQUIRE_ELECTRON is set', () => {
  expect(why).toBeUndefined();
});
