/** The object, with an error instead of `undefined` for everything that the double does not know. */
export function strict(name, object) {
  return new Proxy(object, {
    get(target, key) {
      if (typeof key !== 'symbol' && key !== 'then' && !(key in target)) {
        throw new Error(`The Electron double has no ${name}.${key}`);
      }
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
}

/** What the app did that a test may want to see: `{ what, ...details }`, oldest first. */
export const log = [];
