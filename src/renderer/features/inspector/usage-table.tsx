import { type Cost, costText } from '../../../shared/model/cost.ts';
import { type Provenance, totalTokens, type Usage } from '../../../shared/model/usage.ts';
import { Badge } from '../../ui/badge.tsx';
import { CostAbout } from '../../ui/cost-about.tsx';
import { formatCount } from '../../ui/format.ts';
import { Tooltip } from '../../ui/tooltip.tsx';

interface UsageTableProps {
  readonly usage: Usage;
  /** Null where it is a sum over several. */
  readonly provenance: Provenance | null;
  readonly counted: boolean;
  /** Absent: not known yet, or it counts elsewhere. */
  readonly cost?: Cost | undefined;
}

/** Tokens by part. Each part is of the whole, or of the part above it. */
export function UsageTable({ usage, provenance, counted, cost }: UsageTableProps) {
  const total = totalTokens(usage);
  const parts = [
    { name: 'Input', about: 'Neither read from a cache nor written to one', count: usage.input, tone: 'input' },
    { name: 'Cache read', about: 'Read from a cache', count: usage.cacheRead, tone: 'read' },
    { name: 'Cache write', about: 'Written to a cache', count: usage.cacheCreation, tone: 'write' },
    { name: 'Output', about: 'Everything generated, reasoning included', count: usage.output, tone: 'output' },
  ];
  return (
    <section className="inspector-section" aria-label="Tokens">
      <h3 className="inspector-heading">
        Tokens
        {provenance !== null && (
          <Badge title={provenanceAbout[provenance]} tone={provenance === 'reported' ? 'neutral' : 'warn'}>
            {provenance}
          </Badge>
        )}
        {!counted && (
          <Badge
            tone="warn"
            title="The same response stands in another place and is counted there: a resumed or forked copy, or a sum over its parts"
          >
            counted elsewhere
          </Badge>
        )}
      </h3>
      {total > 0 && (
        <div className="inspector-usage-bar" aria-hidden="true">
          {parts.map(({ tone, count }) => (
            <span key={tone} className={`inspector-usage-${tone}`} style={{ flexGrow: count }} />
          ))}
        </div>
      )}
      <dl className="inspector-usage number">
        {parts.map(({ name, about, count, tone }) => (
          <div key={name} title={about}>
            <dt>
              <i className={`inspector-usage-dot inspector-usage-${tone}`} aria-hidden="true" />
              {name}
            </dt>
            <dd>{formatCount(count)}</dd>
            {tone === 'write' && usage.cacheCreation1h > 0 && (
              <dd className="inspector-usage-part">{formatCount(usage.cacheCreation1h)} for an hour</dd>
            )}
            {tone === 'output' && usage.reasoning > 0 && (
              <dd className="inspector-usage-part">{formatCount(usage.reasoning)} reasoning</dd>
            )}
          </div>
        ))}
        <div className="inspector-usage-total">
          <dt>Total</dt>
          <dd>{formatCount(total)}</dd>
        </div>
        {cost && cost.responses > 0 && (
          <Tooltip text={<CostAbout cost={cost} />} side="left">
            {/* A tooltip opens on the keyboard's focus, too. */}
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
            <div className="inspector-usage-cost" tabIndex={0}>
              <dt>API value</dt>
              <dd>{costText(cost)}</dd>
            </div>
          </Tooltip>
        )}
      </dl>
    </section>
  );
}

const provenanceAbout: Readonly<Record<Provenance, string>> = {
  reported: 'The agent wrote these numbers',
  computed: 'Computed from other numbers that the agent wrote',
  estimated: 'Estimated: the agent wrote no numbers',
  unknown: 'Nobody knows where these numbers come from',
};
