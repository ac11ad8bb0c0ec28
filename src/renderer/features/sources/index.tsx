// Where records come from.

export { sourceStates } from './source-state.ts';
export { SourcesDialog } from './sources-dialog.tsx';
