// Records' own ids as the store keeps them: 16 bytes where it is a UUID, else the text.

export type StoredUuid = Buffer | string;

export function encodeUuid(uuid: string | undefined): StoredUuid | null {
  if (uuid === undefined) return null;
  const hex = uuid.replaceAll('-', '');
  return uuid.length === 36 && /^[0-9a-f]{32}$/.test(hex) ? Buffer.from(hex, 'hex') : uuid;
}

/** For use as a key in memory. */
export function uuidKey(uuid: StoredUuid): string {
  return typeof uuid === 'string' ? `t${uuid}` : `b${uuid.toString('latin1')}`;
}
