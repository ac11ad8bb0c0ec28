export function findChromium(env?: Readonly<Record<string, string | undefined>>): Promise<string | undefined>;
