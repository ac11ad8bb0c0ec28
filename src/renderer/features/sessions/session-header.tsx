import { Clock, Cpu, Folder, GitBranch, MessagesSquare } from 'lucide-react';
import type { ReactNode } from 'react';
import { costText } from '../../../shared/model/cost.ts';
import type { Session } from '../../../shared/model/session.ts';
import { totalTokens } from '../../../shared/model/usage.ts';
import { useNow } from '../../state/use-now.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { CostAbout } from '../../ui/cost-about.tsx';
import { describeAge, formatCount, formatDateTime, formatDuration, formatTokens, plural } from '../../ui/format.ts';
import { Tooltip } from '../../ui/tooltip.tsx';
import { AgentMark } from './agent-mark.tsx';
import { agentLook } from './agents.ts';
import { isWritten } from './live.ts';
import './session-header.css';

/** What a session is: title, agent, model, where it runs, how much it used, and whether it is written right now. */
export function SessionHeader({ session }: { readonly session: Session }) {
  const nowMs = useNow();
  const { usage } = session;
  const isCounted = totalTokens(usage) > 0;
  const isLive = isWritten(session, nowMs);
  return (
    <header className="session-header">
      <div className="session-header-top">
        <AgentMark agent={session.agent} size={24} />
        <h1 className="session-header-title truncate" title={session.title}>
          {session.title === '' ? 'Untitled' : session.title}
        </h1>
        {isLive && (
          <span className="session-header-live" title="Its newest record is less than two minutes old">
            <span className="session-header-live-dot" /> Live
          </span>
        )}
        <CopyButton text={session.nativeId} label="Copy session id" />
      </div>
      <dl className="session-header-facts number">
        <Fact name="Agent" about={agentAbout(session)}>
          {agentLook(session.agent).name}
          {session.agentVersion !== null && <span className="session-header-weak"> {session.agentVersion}</span>}
        </Fact>
        {session.model !== null && (
          <Fact name="Model" icon={<Cpu />} about={`Model: ${session.model}`}>
            {session.model}
          </Fact>
        )}
        <Fact name="Project" icon={<Folder />} about={session.cwd ?? 'The working directory is not recorded'}>
          {session.project === '' ? 'No project' : session.project}
        </Fact>
        {session.gitBranch !== null && (
          <Fact name="Branch" icon={<GitBranch />} about={`Git branch: ${session.gitBranch}`}>
            {session.gitBranch}
          </Fact>
        )}
        <Fact name="Turns" icon={<MessagesSquare />} about={sizeAbout(session)}>
          {plural(session.turns, 'turn')}
        </Fact>
        <Fact name="Tokens" about={isCounted ? <UsageTable session={session} /> : 'The log holds no token counts'}>
          {isCounted ? (
            <span className="session-header-usage">
              <span>
                <b>{formatTokens(usage.input)}</b> in
              </span>
              <span>
                <b>{formatTokens(usage.output)}</b> out
              </span>
              <span>
                <b>{formatTokens(usage.cacheRead + usage.cacheCreation)}</b> cache
              </span>
            </span>
          ) : (
            'no token counts'
          )}
        </Fact>
        {session.cost && session.cost.responses > 0 && (
          <Fact name="API value" about={<CostAbout cost={session.cost} />}>
            <b className="session-header-cost">{costText(session.cost)}</b> API value
          </Fact>
        )}
        {session.updateUs !== null && (
          <Fact name="Newest record" icon={<Clock />} about={timesAbout(session)}>
            {describeAge(session.updateUs, nowMs)}
          </Fact>
        )}
      </dl>
    </header>
  );
}

interface FactProps {
  readonly name: string;
  readonly icon?: ReactNode;
  readonly about: ReactNode;
  readonly children: ReactNode;
}

function Fact({ name, icon, about, children }: FactProps) {
  return (
    <div className="session-header-fact">
      <dt className="visually-hidden">{name}</dt>
      <Tooltip text={about}>
        <dd>
          {icon}
          <span className="truncate">{children}</span>
        </dd>
      </Tooltip>
    </div>
  );
}

function UsageTable({ session: { usage } }: { readonly session: Session }) {
  const rows: readonly (readonly [string, number])[] = [
    ['Input', usage.input],
    ['Output', usage.output],
    ['of it reasoning', usage.reasoning],
    ['Read from cache', usage.cacheRead],
    ['Written to cache', usage.cacheCreation],
    ['of it for one hour', usage.cacheCreation1h],
  ];
  return (
    <table className="session-header-table number">
      <tbody>
        {rows.map(([name, tokens]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{formatCount(tokens)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function agentAbout(session: Session): string {
  const version = session.agentVersion === null ? '' : ` ${session.agentVersion}`;
  return `Recorded from ${agentLook(session.agent).name}${version}. Session ${session.nativeId}`;
}

function sizeAbout(session: Session): string {
  return [
    plural(session.turns, 'turn'),
    plural(session.spans, 'span'),
    plural(session.llmSpans, 'LLM call'),
    plural(session.toolSpans, 'tool call'),
    plural(session.errors, 'error'),
    plural(session.records, 'record'),
    ...(session.rejected > 0 ? [`${formatCount(session.rejected)} could not be read`] : []),
  ].join(', ');
}

function timesAbout({ startUs, updateUs }: Session): string {
  if (updateUs === null) return 'No time is recorded';
  if (startUs === null) return `Newest record ${formatDateTime(updateUs)}`;
  return `${formatDateTime(startUs)} to ${formatDateTime(updateUs)}, ${formatDuration(updateUs - startUs)} in all`;
}
