import { usePlace } from '../../state/place.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Kbd } from '../../ui/kbd.tsx';
import './shell.css';

interface Group {
  readonly title: string;
  readonly keys: readonly (readonly [keys: readonly string[], what: string])[];
}

const groups: readonly Group[] = [
  {
    title: 'Window',
    keys: [
      [['?'], 'These shortcuts'],
      [['Ctrl K'], 'Search everything (⌘K on a Mac)'],
      [['['], 'Show or hide the sessions'],
      [[']'], 'Show or hide the inspector'],
      [['o'], 'Open a file'],
      [['s'], 'Sources'],
      [['u'], 'Usage and costs'],
      [['Esc'], 'Close, or clear the selection'],
    ],
  },
  {
    title: 'Sessions',
    keys: [
      [['j'], 'Next session'],
      [['k'], 'Previous session'],
      [['/'], 'Filter the sessions'],
      [['↑', '↓'], 'Move in the list'],
      [['←', '→'], 'Fold or unfold a project'],
      [['Home', 'End'], 'First or last row'],
      [['Enter'], 'Open the session'],
    ],
  },
  {
    title: 'One session',
    keys: [
      [['1'], 'Graph'],
      [['2'], 'Conversation'],
      [['3'], 'Raw records'],
      [['Tab'], 'From panel to panel'],
    ],
  },
  {
    title: 'Graph',
    keys: [
      [['↑', '↓'], 'Parent, or first step below'],
      [['←', '→'], 'Step before or after'],
      [['Home', 'End'], 'The session, or the newest step'],
      [['Enter'], 'Open or close a group, or go to the inspector'],
      [['+', '−'], 'Zoom in or out'],
      [['f'], 'Fit in view'],
      [['0'], 'Back to the first view'],
      [['l'], 'Show as a list'],
    ],
  },
  {
    title: 'Usage',
    keys: [
      [['←', '→'], 'Bar or day before or after'],
      [['↑', '↓'], 'Day of the week, in the calendar'],
      [['Enter'], 'Only this one, or all again'],
    ],
  },
  {
    title: 'Conversation',
    keys: [
      [['↑', '↓'], 'Entry before or after (j, k there as well)'],
      [['Home', 'End'], 'First entry, or the end'],
      [['n'], 'Next turn'],
      [['p'], 'Previous turn'],
      [['Enter'], 'Open or fold the entry'],
      [['g'], 'Show in the graph'],
    ],
  },
];

/** Every key that does something. */
export function ShortcutsDialog() {
  const { place, go } = usePlace();
  return (
    <Dialog open={place.screen === 'shortcuts'} onClose={() => go({ screen: null })} title="Keyboard shortcuts">
      <div className="shell-shortcuts">
        {groups.map(group => (
          <section key={group.title} aria-label={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {group.keys.map(([keys, what]) => (
                <div key={what}>
                  <dt>{what}</dt>
                  <dd>
                    {keys.map(key => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
