import { FolderOpen } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { chosenFiles } from '../../platform/dropped-files.ts';
import { Button } from '../../ui/button.tsx';
import { useOpener } from './opener.tsx';

interface OpenButtonProps {
  readonly label?: string;
  readonly tone?: 'normal' | 'primary' | 'quiet';
  /** Counts the presses of a shortcut; a new number opens the chooser. */
  readonly asked?: number;
}

/** Lets the user choose files to open. */
export function OpenButton({ label = 'Open…', tone = 'normal', asked = 0 }: OpenButtonProps) {
  const { openFiles, state } = useOpener();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (asked > 0) input.current?.click();
  }, [asked]);
  return (
    <>
      <Button tone={tone} disabled={state.kind === 'opening'} onClick={() => input.current?.click()}>
        <FolderOpen aria-hidden="true" />
        {label}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files to open"
        onChange={event => {
          const files = chosenFiles(event.target.files);
          if (files.length > 0) {
            openFiles(
              files.map(({ file }) => file),
              () => Promise.resolve(files),
            );
          }
          event.target.value = '';
        }}
      />
    </>
  );
}
