import { ImageOff } from 'lucide-react';
import { useState } from 'react';
import { Dialog } from '../../../ui/dialog.tsx';
import { formatBytes } from '../../../ui/format.ts';

interface ImagePartProps {
  readonly mediaType: string;
  readonly base64: string;
}

const shown = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp']);

/** A recorded image: small in place, large on a click. Only pixel formats are shown; an SVG is a document. */
export function ImagePart({ mediaType, base64 }: ImagePartProps) {
  const [large, setLarge] = useState(false);
  const [broken, setBroken] = useState(false);
  const type = mediaType.toLowerCase();
  const size = formatBytes(base64.length * 0.75);
  if (base64 === '' || broken || !shown.has(type))
    return (
      <p className="conversation-file">
        <ImageOff aria-hidden="true" />
        {base64 === '' ? 'Image: its data was not recorded' : broken ? 'Image that cannot be shown' : 'Image not shown'}
        <span className="conversation-none">
          {type || 'unknown type'}, {size}
        </span>
      </p>
    );
  const source = `data:${type};base64,${base64}`;
  const label = `Recorded image, ${type.slice('image/'.length).toUpperCase()}, ${size}`;
  return (
    <>
      <button
        type="button"
        className="conversation-image"
        aria-label={`${label}: enlarge`}
        onClick={() => setLarge(true)}
      >
        <img src={source} alt={label} onError={() => setBroken(true)} draggable={false} />
      </button>
      <Dialog open={large} onClose={() => setLarge(false)} title="Recorded image" description={label} size="large">
        <img className="conversation-image-large" src={source} alt={label} />
      </Dialog>
    </>
  );
}
