import './skeleton.css';

interface SkeletonProps {
  readonly rows?: number;
  /** Height of a row in pixels. */
  readonly height?: number;
  readonly label?: string;
}

/** Grey bars where content will be, in rows of differing width. */
export function Skeleton({ rows = 3, height = 16, label = 'Loading' }: SkeletonProps) {
  return (
    <output className="skeleton" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} className="skeleton-row" style={{ height, width: `${92 - ((row * 37) % 45)}%` }} />
      ))}
    </output>
  );
}
