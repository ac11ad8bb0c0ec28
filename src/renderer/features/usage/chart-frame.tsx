import { ChartColumn, Table } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { IconButton } from '../../ui/button.tsx';

interface ChartFrameProps {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  /** The same figures as a table. */
  readonly table: ReactNode;
}

/** A drawing under its title, or the same figures as a table. */
export function ChartFrame({ title, aside, children, table }: ChartFrameProps) {
  const [asTable, setAsTable] = useState(false);
  return (
    <section className="usage-panel" aria-label={title}>
      <div className="usage-panel-head">
        <h2>{title}</h2>
        {aside}
        <IconButton
          size="small"
          label={asTable ? 'Show as a drawing' : 'Show as a table'}
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
        >
          {asTable ? <ChartColumn /> : <Table />}
        </IconButton>
      </div>
      {asTable ? <div className="usage-table-scroll">{table}</div> : children}
    </section>
  );
}

interface FiguresTableProps {
  readonly caption: string;
  readonly head: readonly string[];
  /** The first cell names the row. */
  readonly rows: readonly (readonly string[])[];
}

export function FiguresTable({ caption, head, rows }: FiguresTableProps) {
  return (
    <table className="usage-figures-table number">
      <caption className="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          {head.map(name => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name = '', ...cells]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {cells.map((cell, at) => (
              <td key={head[at + 1]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
