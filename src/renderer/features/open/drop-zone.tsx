import { FileDown } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import { takeDropped } from '../../platform/dropped-files.ts';
import { useOpener } from './opener.tsx';
import './open.css';

/** Makes the whole window a place to drop files and folders on, and shows so while something hovers over it. */
export function DropZone() {
  const { openFiles } = useOpener();
  const [hovering, setHovering] = useState(false);
  const onDragOver = useEffectEvent((event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
    setHovering(true);
  });
  const onDragLeave = useEffectEvent((event: DragEvent) => {
    // Entering a child leaves its parent; only a leave to nowhere leaves the window.
    if (event.relatedTarget === null) setHovering(false);
  });
  const onDrop = useEffectEvent((event: DragEvent) => {
    if (!hasFiles(event) || !event.dataTransfer) return;
    event.preventDefault();
    setHovering(false);
    const { top, all } = takeDropped(event.dataTransfer);
    openFiles(top, all);
  });
  useEffect(() => {
    window.addEventListener('dragover', onDragOver);
    window.addEventListener('dragleave', onDragLeave);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragover', onDragOver);
      window.removeEventListener('dragleave', onDragLeave);
      window.removeEventListener('drop', onDrop);
    };
  }, []);
  if (!hovering) return null;
  return (
    <div className="open-overlay">
      <div className="open-overlay-card">
        <FileDown aria-hidden="true" />
        <p className="open-overlay-title">Drop to open</p>
        <p>Session logs, traces or whole folders. They open beside what is recorded, and stay where they are.</p>
      </div>
    </div>
  );
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}
