import { ExternalLink } from 'lucide-react';
import type { ReactNode } from 'react';
import { visibleText } from '../text/visible-text.ts';

interface RecordedLinkProps {
  readonly url: string;
  readonly children?: ReactNode;
}

/**
 * A link out of recorded text. It never becomes an anchor: an https address opens outside on a click, with its host
 * shown beside words that may say something else; every other address is only shown.
 */
export function RecordedLink({ url, children }: RecordedLinkProps) {
  const host = httpsHost(url);
  const shown = visibleText(url);
  const words = typeof children === 'string' ? children : undefined;
  if (host === undefined)
    return (
      <span className="conversation-link-inert" title={shown}>
        {children}
        {words !== url && <bdi className="conversation-link-url"> ({shorten(shown)})</bdi>}
      </span>
    );
  return (
    <button
      type="button"
      className="conversation-link"
      title={shown}
      aria-label={`${words ?? 'Link'}: opens ${shown} outside Playhead`}
      onClick={() => window.open(url, '_blank', 'noopener,noreferrer')}
    >
      {children}
      {words?.includes(host) !== true && <bdi className="conversation-link-url"> {host}</bdi>}
      <ExternalLink aria-hidden="true" />
    </button>
  );
}

/** The host of an https address without a user part ("https://bank.com@evil.example" hides where it leads). */
export function httpsHost(url: string): string | undefined {
  if (!/^https:\/\//i.test(url)) return undefined;
  try {
    const parsed = new URL(url);
    return parsed.username === '' && parsed.password === '' ? parsed.host : undefined;
  } catch {
    return undefined;
  }
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 60)}…${text.slice(-18)}` : text;
}
