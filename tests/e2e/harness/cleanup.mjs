// SPDX-License-Identifier: MIT
// What a test starts it also ends, last started first (node:test's own hooks run first to last).
// A clean-up that throws fails the test.
const stacks = new WeakMap();

export function cleanUp(t, action) {
  if (!stacks.has(t)) {
    stacks.set(t, []);
    t.after(() => runAll(stacks.get(t)));
  }
  stacks.get(t).push(action);
}

async function runAll(stack) {
  const errors = [];
  while (stack.length > 0) {
    try {
      await stack.pop()();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, errors.map((e) => e.message).join("; "));
}
