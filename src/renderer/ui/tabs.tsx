import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import './tabs.css';

export interface Tab<Id extends string> {
  readonly id: Id;
  readonly label: ReactNode;
  readonly content: ReactNode;
}

interface TabsProps<Id extends string> {
  readonly tabs: readonly Tab<Id>[];
  readonly value: Id;
  readonly onChange: (id: Id) => void;
  readonly label: string;
  /** Stands at the end of the row of tabs. */
  readonly aside?: ReactNode;
}

/** A row of tabs over the content of the chosen one; only that one is mounted. */
export function Tabs<Id extends string>({ tabs, value, onChange, label, aside }: TabsProps<Id>) {
  return (
    <Radix.Root
      className="tabs"
      value={value}
      onValueChange={chosen => {
        const tab = tabs.find(candidate => candidate.id === chosen);
        if (tab) onChange(tab.id);
      }}
    >
      <div className="tabs-bar">
        <Radix.List className="tabs-list" aria-label={label}>
          {tabs.map(tab => (
            <Radix.Trigger key={tab.id} className="tabs-tab" value={tab.id}>
              {tab.label}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {aside}
      </div>
      {tabs.map(tab => (
        <Radix.Content key={tab.id} className="tabs-content" value={tab.id} tabIndex={-1}>
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
