// All that reads Anton's folder `.modular-agents`.

export { antonCheckpoint } from './anton-checkpoint.ts';
export { antonProgress } from './anton-progress.ts';
export { antonRetries, antonRetryHistory } from './anton-retries.ts';
export { antonTraceSummary } from './anton-summary.ts';
export { antonTraces } from './anton-traces.ts';
