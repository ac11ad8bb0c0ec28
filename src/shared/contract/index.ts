// The whole contract between the core and its windows, one object per domain.

import { app } from './app.ts';
import type { Client as ClientOf } from './client.ts';
import { search } from './search.ts';
import type { Handlers } from './server.ts';
import { sessions } from './sessions.ts';
import { sources } from './sources.ts';
import { conversation, records, trace } from './trace.ts';
import { usage } from './usage.ts';

export const contract = { app, conversation, records, search, sessions, sources, trace, usage };
export type Contract = typeof contract;
export type PlayheadClient = ClientOf<Contract>;
export type PlayheadHandlers = Handlers<Contract>;
