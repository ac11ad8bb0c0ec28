// Which of two files counts where both speak of one thing. By their names and ages, never by which was read first: the
// same files give the same store in any order of reading.

import type { FileRow } from './batch.ts';
import type { WriteDb } from './connection.ts';

interface Known {
  readonly relPath: string;
  readonly bornUs: number | null;
}

export class FileOrder {
  private readonly known = new Map<number, Known>();
  private readonly select;

  constructor(db: WriteDb) {
    this.select = db.prepare('SELECT rel_path AS relPath, born_us AS bornUs FROM file WHERE id = ?');
  }

  /** Takes a file as it is in this batch. */
  note({ id, relPath, bornUs }: FileRow): void {
    this.known.set(id, { relPath, bornUs });
  }

  relPath(fileId: number): string {
    return this.get(fileId).relPath;
  }

  /** True when the name of `a` comes after that of `b`: agents number and date their files, so it is the later word. */
  follows(a: number, b: number): boolean {
    return a !== b && this.get(a).relPath > this.get(b).relPath;
  }

  /** True when `a` was made before `b`: it has the originals of lines that both hold. */
  isOlder(a: number, b: number): boolean {
    const [first, second] = [this.get(a), this.get(b)];
    if (first.bornUs !== second.bornUs && first.bornUs !== null && second.bornUs !== null) {
      return first.bornUs < second.bornUs;
    }
    return first.relPath < second.relPath;
  }

  private get(fileId: number): Known {
    let known = this.known.get(fileId);
    if (!known) {
      known = (this.select.get(fileId) as Known | undefined) ?? { relPath: '', bornUs: null };
      this.known.set(fileId, known);
    }
    return known;
  }
}
