// How a contract entry is written: input and output schemas, from which come the client's and the handlers' types.

import { z } from 'zod';

export interface QueryDef<I extends z.ZodType, O extends z.ZodType> {
  readonly kind: 'query';
  readonly input: I;
  readonly output: O;
}

export interface CommandDef<I extends z.ZodType, O extends z.ZodType> {
  readonly kind: 'command';
  readonly input: I;
  readonly output: O;
}

export interface PushDef<P extends z.ZodType> {
  readonly kind: 'push';
  readonly payload: P;
}

/** Reads; may be asked again at any time. */
export function query<I extends z.ZodType, O extends z.ZodType>(def: { input: I; output: O }): QueryDef<I, O> {
  return { kind: 'query', ...def };
}

/** Changes something, at the user's wish. */
export function command<I extends z.ZodType, O extends z.ZodType>(def: { input: I; output: O }): CommandDef<I, O> {
  return { kind: 'command', ...def };
}

/** Announces state to everybody connected; never steers. */
export function push<P extends z.ZodType>(def: { payload: P }): PushDef<P> {
  return { kind: 'push', ...def };
}

export type AnyCall = QueryDef<z.ZodType, z.ZodType> | CommandDef<z.ZodType, z.ZodType>;
export type AnyDef = AnyCall | PushDef<z.ZodType>;
export type ContractShape = { readonly [domain: string]: { readonly [name: string]: AnyDef } };

/** What callers pass and handlers get differ where a schema fills defaults. */
export type CallInput<D> = D extends { input: infer I extends z.ZodType } ? z.input<I> : never;
export type HandlerInput<D> = D extends { input: infer I extends z.ZodType } ? z.output<I> : never;
export type CallOutput<D> = D extends { output: infer O extends z.ZodType } ? z.output<O> : never;
export type PushPayload<D> = D extends { payload: infer P extends z.ZodType } ? z.output<P> : never;

export const nothing = z.object({});
