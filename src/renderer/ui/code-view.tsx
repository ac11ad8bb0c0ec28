// Read-only text with JSON colours. CodeMirror stays inside this file.

import { defaultKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, foldGutter, foldKeymap, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import './code-view.css';

interface CodeViewProps {
  readonly text: string;
  readonly label: string;
  /** Colours and folding; off for text that is not JSON, and for very long lines, where they cost too much. */
  readonly isJson: boolean;
}

export function CodeView({ text, label, isJson }: CodeViewProps) {
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  useEffect(() => {
    if (!parent.current) return undefined;
    const made = new EditorView({ parent: parent.current });
    view.current = made;
    return () => {
      view.current = null;
      made.destroy();
    };
  }, []);
  useEffect(() => {
    const { current } = view;
    if (!current) return;
    const before = current.state.doc;
    // More of the same text: the place and the selection stay.
    const grown = before.length > 0 && text.length > before.length && text.startsWith(before.toString());
    if (grown) current.dispatch({ changes: { from: before.length, insert: text.slice(before.length) } });
    else current.setState(EditorState.create({ doc: text, extensions: extensions(label, isJson) }));
  }, [text, label, isJson]);
  return <div ref={parent} className="code-view" />;
}

function extensions(label: string, isJson: boolean): Extension {
  return [
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0', role: 'textbox', 'aria-readonly': 'true' }),
    EditorView.lineWrapping,
    lineNumbers(),
    highlightSelectionMatches(),
    search({ top: true }),
    keymap.of([...searchKeymap, ...foldKeymap, ...defaultKeymap]),
    isJson ? [json(), foldGutter(), bracketMatching(), syntaxHighlighting(colours)] : [],
  ];
}

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--kind-orchestrator-ink)' },
  { tag: tags.string, color: 'var(--kind-tool-ink)' },
  { tag: tags.number, color: 'var(--kind-agent-ink)' },
  { tag: [tags.bool, tags.null], color: 'var(--kind-llm-ink)' },
  { tag: tags.punctuation, color: 'var(--text-muted)' },
]);
