import type { ContentBlock } from '../../../../shared/model/content.ts';
import { asObject, asText, isObject } from '../../../../shared/base/json.ts';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { lookOf, questionsOf, todosOf, type Question } from '../text/tool-shape.ts';
import { oneLineOf } from '../text/one-line.ts';
import { visibleText } from '../text/visible-text.ts';
import { DiffView } from './diff-view.tsx';
import { Fold } from './fold.tsx';
import { JsonView } from './json-view.tsx';
import { LongText } from './long-text.tsx';
import { FoldedMarkdown } from './markdown.tsx';
import { TodoList } from './todo-list.tsx';

export type ToolCallBlock = Extract<ContentBlock, { kind: 'tool-call' }>;

interface ToolInputProps {
  readonly call: ToolCallBlock;
  readonly full: boolean;
  /** The result has the diffs as they were applied: those that the call only announces are left out. */
  readonly withoutDiffs?: boolean;
}

/** What a tool was asked to do, in the way that fits the tool. Nothing of the input is left out: the rest follows as JSON. */
export function ToolInput({ call, full, withoutDiffs = false }: ToolInputProps) {
  const { input, command, diffs = [] } = call;
  const look = lookOf(call.name, command !== undefined);
  const changes = withoutDiffs
    ? []
    : diffs.map((diff, index) => <DiffView key={index} name={`diff-${index}`} diff={diff} full={full} />);
  if (command !== undefined && diffs.length === 0) return <Command command={command} input={input} />;
  if (command !== undefined)
    return (
      <>
        {changes}
        <Fold name="command" title="Command" hint={oneLineOf(command)} open={full} className="conversation-aside">
          <Command command={command} input={input} />
        </Fold>
      </>
    );
  if (diffs.length > 0) return changes;
  const todos = look === 'todo' ? todosOf(input) : undefined;
  if (todos) return <TodoList todos={todos} />;
  const questions = questionsOf(input);
  if (questions) return <Questions questions={questions} />;
  if (look === 'agent' || look === 'plan') return <ProseInput input={input} full={full} />;
  return <PlainInput input={input} />;
}

/** Fields that say nothing beyond the command itself. */
const commandFields = new Set(['command', 'cmd', 'description']);

function Command({ command, input }: { readonly command: string; readonly input: unknown }) {
  const fields = asObject(input);
  const description = asText(fields['description']);
  const rest = Object.fromEntries(Object.entries(fields).filter(([name]) => !commandFields.has(name)));
  return (
    <>
      {description !== undefined && (
        <p className="conversation-quiet" dir="auto">
          {visibleText(description)}
        </p>
      )}
      <figure className="conversation-output conversation-command" aria-label="Command">
        <div className="conversation-corner">
          <CopyButton text={command} label="Copy command" />
        </div>
        <LongText
          name="command"
          text={visibleText(command)}
          head={16}
          tail={4}
          render={(piece, firstLine) => (
            <pre className="conversation-pre" dir="ltr">
              {firstLine === 0 && <span className="conversation-shell-mark">$ </span>}
              {piece}
            </pre>
          )}
        />
      </figure>
      {Object.keys(rest).length > 0 && <JsonView value={rest} />}
    </>
  );
}

/** An input whose long texts are prose: the task of a subagent, a plan. */
function ProseInput({ input, full }: { readonly input: unknown; readonly full: boolean }) {
  const fields = Object.entries(asObject(input));
  const prose = fields.filter(
    ([name, value]) => /^(prompt|plan|message|task|instructions)$/.test(name) && asText(value),
  );
  const rest = fields.filter(field => !prose.includes(field));
  return (
    <>
      {rest.length > 0 && <JsonView value={Object.fromEntries(rest)} />}
      {prose.map(([name, value]) => (
        <div key={name} className="conversation-prose">
          <FoldedMarkdown name={name} text={String(value)} limit={full ? 40_000 : 1200} />
        </div>
      ))}
      {fields.length === 0 && <PlainInput input={input} />}
    </>
  );
}

function PlainInput({ input }: { readonly input: unknown }) {
  if (isObject(input) && Object.keys(input).length === 0) return <p className="conversation-none">No input.</p>;
  return <JsonView value={input} open={2} />;
}

function Questions({ questions }: { readonly questions: readonly Question[] }) {
  return questions.map((question, index) => (
    <div key={index} className="conversation-question">
      <p dir="auto">{visibleText(question.text)}</p>
      <ul>
        {question.options.map(option => (
          <li key={option.label}>
            <bdi>{visibleText(option.label)}</bdi>
            {option.description !== undefined && (
              <bdi className="conversation-none"> {visibleText(option.description)}</bdi>
            )}
          </li>
        ))}
      </ul>
    </div>
  ));
}
