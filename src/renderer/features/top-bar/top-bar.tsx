import { Activity, ChartColumn, Database, House, HelpCircle, PanelLeft, PanelRight } from 'lucide-react';
import type { IndexProgress } from '../../../shared/contract/sources.ts';
import { useConnection } from '../../state/client-context.tsx';
import { usePlace } from '../../state/place.ts';
import { useQuery } from '../../state/use-query.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { formatBytes, formatCount, formatTokens } from '../../ui/format.ts';
import { Mark } from '../../ui/mark.tsx';
import { Tooltip } from '../../ui/tooltip.tsx';
import { OpenButton } from '../open/index.tsx';
import { SearchButton } from '../search/index.tsx';
import { useEventRate } from './event-rate.ts';
import { useProgress } from './use-progress.ts';
import './top-bar.css';

interface TopBarProps {
  readonly leftOpen: boolean;
  readonly rightOpen: boolean;
  /** There is something to inspect. */
  readonly hasRight: boolean;
  readonly onLeft: () => void;
  readonly onRight: () => void;
  /** Counts the presses of the shortcut for opening a file. */
  readonly openAsked: number;
}

/** What is going on over all sessions, and the ways to sources, files and help. */
export function TopBar({ leftOpen, rightOpen, hasRight, onLeft, onRight, openAsked }: TopBarProps) {
  const { go } = usePlace();
  const progress = useProgress();
  return (
    <header className="top-bar">
      <IconButton
        label={leftOpen ? 'Hide the sessions' : 'Show the sessions'}
        shortcut="["
        aria-pressed={leftOpen}
        onClick={onLeft}
      >
        <PanelLeft />
      </IconButton>
      <div className="top-bar-brand">
        <Mark size={20} />
        <span>Playhead</span>
      </div>
      <div className="top-bar-middle">{progress?.indexing === true && <Progress progress={progress} />}</div>
      <Rate />
      <ConnectionState />
      <SearchButton />
      <Button tone="quiet" onClick={() => go({ screen: 'usage' })}>
        <ChartColumn aria-hidden="true" />
        Usage
      </Button>
      <SourcesButton />
      <OpenButton tone="quiet" asked={openAsked} />
      <IconButton label="Start page and samples" onClick={() => go({ screen: 'welcome' })}>
        <House />
      </IconButton>
      <IconButton label="Keyboard shortcuts" shortcut="?" onClick={() => go({ screen: 'shortcuts' })}>
        <HelpCircle />
      </IconButton>
      <IconButton
        label={rightOpen ? 'Hide the inspector' : 'Show the inspector'}
        shortcut="]"
        aria-pressed={rightOpen && hasRight}
        disabled={!hasRight}
        onClick={onRight}
      >
        <PanelRight />
      </IconButton>
    </header>
  );
}

function Progress({ progress }: { readonly progress: IndexProgress }) {
  const { filesDone, files, bytesDone, bytes, sessions, records } = progress;
  return (
    <div className="top-bar-progress number">
      <progress max={Math.max(1, bytes)} value={bytesDone} aria-label="First reading of the logs" />
      <span className="truncate">
        Reading {formatCount(filesDone)} of {formatCount(files)} files · {formatBytes(bytesDone)} of{' '}
        {formatBytes(bytes)} · {formatCount(sessions)} sessions · {formatTokens(records)} records
      </span>
    </div>
  );
}

function Rate() {
  const rate = useEventRate();
  if (rate < 0.05) return null;
  const text = rate < 9.95 ? rate.toFixed(1) : formatTokens(rate);
  return (
    <Tooltip text="Records that arrive each second, over the last ten seconds">
      <span className="top-bar-rate number">
        <Activity aria-hidden="true" />
        {text}/s
      </span>
    </Tooltip>
  );
}

function ConnectionState() {
  const { status, connection } = useConnection();
  if (status === 'connected') return null;
  return (
    <Button tone="quiet" size="small" className="top-bar-connection" onClick={connection.retryNow}>
      {status === 'connecting' ? 'Connecting…' : 'Not connected'}
    </Button>
  );
}

function SourcesButton() {
  const { client } = useConnection();
  const { go } = usePlace();
  const list = useQuery(client.sources.list, {});
  const sources = list.status === 'ready' ? list.data.sources : [];
  const broken = sources.filter(source => source.state === 'unreadable' || source.rejected > 0).length;
  return (
    <Button tone="quiet" onClick={() => go({ screen: 'sources' })}>
      <Database aria-hidden="true" />
      Sources
      {broken > 0 && (
        <span className="top-bar-broken" title="Some sources have lines that could not be read">
          {broken}
          <span className="visually-hidden"> need a look</span>
        </span>
      )}
    </Button>
  );
}
