// A view that always shows the present value: what is read through it after a reload is the new rule, without anybody being told. Read-only.

/** Reads go to whatever `current` gives at that moment; spreading it takes a snapshot. */
export function liveView<Value extends object>(current: () => Value): Value {
  return new Proxy(current(), {
    get: (_, key): unknown => Reflect.get(current(), key),
    has: (_, key) => Reflect.has(current(), key),
    ownKeys: () => Reflect.ownKeys(current()),
    getOwnPropertyDescriptor(_, key) {
      const found = Reflect.getOwnPropertyDescriptor(current(), key);
      return found === undefined ? undefined : { ...found, configurable: true };
    },
    set: () => false,
    deleteProperty: () => false,
  });
}
