import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useRef } from 'react';
import './dialog.css';

interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** One sentence below the title. */
  readonly description?: ReactNode;
  readonly size?: 'small' | 'large';
  readonly children: ReactNode;
}

/** A dialog over the window: takes the focus, gives it back, closes with Escape. */
export function Dialog({ open, onClose, title, description, size = 'small', children }: DialogProps) {
  const content = useRef<HTMLDivElement>(null);
  return (
    <Radix.Root open={open} onOpenChange={next => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="dialog-overlay" />
        <Radix.Content
          className={`dialog dialog-${size}`}
          // The focus goes to the dialog itself, so that no control looks chosen before the user chose one.
          onOpenAutoFocus={event => {
            event.preventDefault();
            content.current?.focus();
          }}
          ref={content}
          tabIndex={-1}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
        >
          <header className="dialog-head">
            <div>
              <Radix.Title className="dialog-title">{title}</Radix.Title>
              {description !== undefined && (
                <Radix.Description className="dialog-description">{description}</Radix.Description>
              )}
            </div>
            <Radix.Close className="button button-quiet button-icon" aria-label="Close">
              <X />
            </Radix.Close>
          </header>
          <div className="dialog-body">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
