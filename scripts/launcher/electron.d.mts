export function whyNoWindow(where?: {
  readonly platform?: NodeJS.Platform;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
}): string | undefined;
export function findElectron(env?: NodeJS.ProcessEnv): string | undefined;
