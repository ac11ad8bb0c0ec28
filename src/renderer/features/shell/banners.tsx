import { Info, Unplug, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useConnection } from '../../state/client-context.tsx';
import { useQuery } from '../../state/use-query.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import './shell.css';

/** Quiet lines below the bar: the connection is lost, or something about the store is worth knowing. */
export function Banners() {
  return (
    <div aria-live="polite">
      <ConnectionBanner />
      <Notices />
    </div>
  );
}

function ConnectionBanner() {
  const { status, connection } = useConnection();
  const retry = (
    <Button size="small" tone="quiet" onClick={connection.retryNow}>
      Try now
    </Button>
  );
  switch (status) {
    case 'connecting':
    case 'connected':
      return null;
    case 'lost':
      return (
        <Banner icon={<Unplug aria-hidden="true" />} action={retry}>
          <b>Connection lost.</b> What is on the screen stays. It is brought up to date as soon as Playhead answers
          again.
        </Banner>
      );
    case 'unreached':
      return (
        <Banner icon={<Unplug aria-hidden="true" />} action={retry}>
          <b>Playhead does not answer at this address.</b> Each address that it prints opens one tab, once. Start it
          again to get a new one; what was recorded is safe.
        </Banner>
      );
  }
}

function Notices() {
  const { client } = useConnection();
  const info = useQuery(client.app.info, {});
  const [dismissed, setDismissed] = useState(false);
  const notices = info.status === 'ready' ? info.data.notices : [];
  if (dismissed || notices.length === 0) return null;
  return (
    <Banner
      icon={<Info aria-hidden="true" />}
      action={
        <IconButton size="small" label="Dismiss" onClick={() => setDismissed(true)}>
          <X />
        </IconButton>
      }
    >
      {notices.join(' ')}
    </Banner>
  );
}

interface BannerProps {
  readonly icon: ReactNode;
  readonly action: ReactNode;
  readonly children: ReactNode;
}

function Banner({ icon, action, children }: BannerProps) {
  return (
    <div className="shell-banner">
      {icon}
      <p>{children}</p>
      {action}
    </div>
  );
}
