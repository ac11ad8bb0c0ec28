import { ChevronRight } from 'lucide-react';
import { type ReactNode, useContext, useId, useMemo } from 'react';
import { FoldContext, useFold } from './use-fold.ts';

interface FoldProps {
  /** Unique in the entry. */
  readonly name: string;
  readonly title: ReactNode;
  /** Said beside the title while it is folded. */
  readonly hint?: ReactNode;
  readonly open?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A line that opens to what lies behind it. What is folded is not rendered. */
export function Fold({ name, title, hint, open: initiallyOpen = false, className = '', children }: FoldProps) {
  const [open, toggle] = useFold(name, initiallyOpen);
  const bodyId = useId();
  return (
    <div className={`conversation-fold ${className}`}>
      <button
        type="button"
        className="conversation-fold-line"
        aria-expanded={open}
        aria-controls={open ? bodyId : undefined}
        onClick={toggle}
      >
        <ChevronRight className="conversation-chevron" aria-hidden="true" />
        <span className="conversation-words">
          <span className="conversation-fold-title">{title}</span>
          {!open && hint !== undefined && (
            <bdi className="conversation-fold-hint" dir="auto">
              {hint}
            </bdi>
          )}
        </span>
      </button>
      {open && (
        <div id={bodyId} className="conversation-fold-body">
          {children}
        </div>
      )}
    </div>
  );
}

interface FoldScopeProps {
  readonly name: string;
  readonly children: ReactNode;
}

/** Names of folds below it are its own: two pieces of an entry may each have a fold of the same name. */
export function FoldScope({ name, children }: FoldScopeProps) {
  const { memory, scope } = useContext(FoldContext);
  const value = useMemo(() => ({ memory, scope: `${scope}/${name}` }), [memory, scope, name]);
  return <FoldContext value={value}>{children}</FoldContext>;
}
