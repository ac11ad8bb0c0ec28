import type { ComponentProps } from 'react';
import { Spinner } from './spinner.tsx';
import { Tooltip } from './tooltip.tsx';
import './button.css';

export interface ButtonProps extends ComponentProps<'button'> {
  readonly tone?: 'normal' | 'primary' | 'quiet' | 'danger';
  readonly size?: 'normal' | 'small';
  /** Shows a spinner and takes no clicks, while what was asked for runs. */
  readonly busy?: boolean;
}

export function Button({ tone = 'normal', size = 'normal', busy = false, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled === true || busy}
      aria-busy={busy || undefined}
      className={`button button-${tone} button-${size} ${className ?? ''}`}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}

export interface IconButtonProps extends ComponentProps<'button'> {
  /** What it does: its name for screen readers and its tooltip. */
  readonly label: string;
  /** Shown in the tooltip. */
  readonly shortcut?: string;
  readonly size?: 'normal' | 'small';
  readonly side?: 'top' | 'bottom' | 'left' | 'right';
}

/** A button that is only an icon (its child). */
export function IconButton({ label, shortcut, size = 'normal', side = 'bottom', className, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label} side={side} {...(shortcut === undefined ? {} : { shortcut })}>
      <button
        type="button"
        aria-label={label}
        {...rest}
        className={`button button-quiet button-icon button-icon-${size} ${className ?? ''}`}
      />
    </Tooltip>
  );
}
