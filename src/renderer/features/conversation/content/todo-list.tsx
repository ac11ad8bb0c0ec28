import { Circle, CircleCheck, CircleDot } from 'lucide-react';
import type { Todo } from '../text/tool-shape.ts';
import { visibleText } from '../text/visible-text.ts';

const icons = { open: Circle, active: CircleDot, done: CircleCheck } as const;
const names = { open: 'to do', active: 'in progress', done: 'done' } as const;

/** An agent's own to-do list, as it stood at that moment. */
export function TodoList({ todos }: { readonly todos: readonly Todo[] }) {
  const done = todos.filter(todo => todo.state === 'done').length;
  return (
    <ul className="conversation-todos" aria-label={`To-do list, ${done} of ${todos.length} done`}>
      {todos.map((todo, index) => {
        const Icon = icons[todo.state];
        return (
          <li key={index} className={`conversation-todo conversation-todo-${todo.state}`}>
            <Icon aria-hidden="true" />
            <span className="visually-hidden">{names[todo.state]}: </span>
            <bdi dir="auto">{visibleText(todo.text)}</bdi>
          </li>
        );
      })}
    </ul>
  );
}
