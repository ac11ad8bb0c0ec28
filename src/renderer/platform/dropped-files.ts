// The files behind a drop: folders are walked, so that a dropped folder gives every file below it.

export interface DroppedFile {
  readonly file: File;
  /** Path below what was dropped: 'logs/a.jsonl' for a file of the dropped folder 'logs'. */
  readonly name: string;
}

/** Takes the entries out of a drop. It must be called in the event's own turn; afterwards the browser forgets them. */
export function takeDropped(data: DataTransfer): {
  /** What the user dropped, folders as they are. The desktop knows the path of each. */
  readonly top: readonly File[];
  /** Every file, folders walked. */
  readonly all: () => Promise<readonly DroppedFile[]>;
} {
  const top = [...data.files];
  const entries = [...data.items].map(item => item.webkitGetAsEntry?.() ?? null).filter(entry => entry !== null);
  return {
    top,
    async all() {
      if (entries.length === 0) return top.map(file => ({ file, name: file.name }));
      return (await Promise.all(entries.map(entry => walk(entry, '')))).flat();
    },
  };
}

/** The files of an `<input type="file">`. */
export function chosenFiles(list: FileList | null): readonly DroppedFile[] {
  return [...(list ?? [])].map(file => ({ file, name: file.webkitRelativePath || file.name }));
}

async function walk(entry: FileSystemEntry, folder: string): Promise<DroppedFile[]> {
  const name = folder + entry.name;
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ file, name }];
  }
  if (!isDirectory(entry)) return [];
  const found: DroppedFile[] = [];
  const reader = entry.createReader();
  for (;;) {
    // A reader hands out a hundred entries at a time, and an empty list at the end.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    for (const child of some) found.push(...(await walk(child, `${name}/`)));
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
