import './spinner.css';

/** Something is under way. Decoration only: the words beside it say what. */
export function Spinner({ size = 14 }: { readonly size?: number }) {
  return <span className="spinner" aria-hidden="true" style={{ width: size, height: size }} />;
}
