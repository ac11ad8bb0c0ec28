import { describe, expect, it } from 'vitest';
import { errorCodes, PlayheadError, toPlayheadError } from '../../../src/shared/base/errors.ts';

describe('an error on its way across a layer', () => {
  it('stays itself where it is ours', () => {
    const error = new PlayheadError('conflict', 'Somebody else holds it.', { cause: 'why' });
    expect(toPlayheadError(error)).toBe(error);
    expect(error).toMatchObject({ name: 'PlayheadError', code: 'conflict', cause: 'why' });
  });

  it('becomes a defect of ours where it is foreign, and keeps its cause', () => {
    const cause = new TypeError('x is not a function');
    expect(toPlayheadError(cause)).toMatchObject({ code: 'internal', message: 'x is not a function', cause });
  });

  it('is no defect where somebody gave up', () => {
    const controller = new AbortController();
    controller.abort();
    expect(toPlayheadError(controller.signal.reason).code).toBe('cancelled');
  });

  it.each([
    ['a text', 'a text'],
    [undefined, 'undefined'],
    [42, '42'],
    [{ code: 'conflict' }, '[object Object]'],
  ])('is made even of %j', (thrown, message) => {
    expect(toPlayheadError(thrown)).toMatchObject({ code: 'internal', message });
  });

  it('has a code from a list without doubles', () => {
    expect(new Set(errorCodes).size).toBe(errorCodes.length);
  });
});
