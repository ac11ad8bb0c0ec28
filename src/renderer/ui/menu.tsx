import { Check } from 'lucide-react';
import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { Kbd } from './kbd.tsx';
import './menu.css';

export interface MenuItem {
  readonly id: string;
  readonly label: ReactNode;
  readonly icon?: ReactNode;
  readonly shortcut?: string;
  /** Where given, the item has a tick that is on or off. */
  readonly checked?: boolean;
  readonly disabled?: boolean;
  readonly tone?: 'danger';
  /** Begins a new group. */
  readonly divided?: boolean;
  readonly onSelect: () => void;
}

interface MenuProps {
  readonly items: readonly MenuItem[];
  readonly align?: 'start' | 'end';
  /** The button that opens it; one element that takes a ref. */
  readonly children: ReactNode;
}

export function Menu({ items, align = 'end', children }: MenuProps) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="menu" align={align} sideOffset={4} collisionPadding={8}>
          {items.map(item => (
            <MenuRow key={item.id} item={item} />
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function MenuRow({ item }: { readonly item: MenuItem }) {
  const content = (
    <>
      <span className="menu-mark">{item.checked === true ? <Check /> : item.icon}</span>
      <span className="menu-label">{item.label}</span>
      {item.shortcut !== undefined && <Kbd>{item.shortcut}</Kbd>}
    </>
  );
  const shared = {
    className: `menu-item ${item.tone === 'danger' ? 'menu-item-danger' : ''}`,
    disabled: item.disabled === true,
    onSelect: item.onSelect,
  };
  return (
    <>
      {item.divided === true && <Radix.Separator className="menu-divider" />}
      {item.checked === undefined ? (
        <Radix.Item {...shared}>{content}</Radix.Item>
      ) : (
        <Radix.CheckboxItem {...shared} checked={item.checked}>
          {content}
        </Radix.CheckboxItem>
      )}
    </>
  );
}
