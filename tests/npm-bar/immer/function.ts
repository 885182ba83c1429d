import { current, enableMapSet, enablePatches, applyPatches, isDraft, produce, produceWithPatches } from "npm:immer@11.2.10";

enableMapSet();
enablePatches();

export default () => {
  const base = { todos: [{ done: false, text: "a" }, { done: false, text: "b" }], seen: new Set([1]), by: new Map([["k", { n: 1 }]]) };
  const next = produce(base, (draft) => {
    draft.todos[0].done = true;
    draft.todos.push({ done: false, text: "c" });
    draft.seen.add(2);
    draft.by.get("k")!.n++;
  });
  const [, patches, inverse] = produceWithPatches({ a: 1, list: [1, 2] }, (draft: { a?: number; list: number[] }) => {
    delete draft.a;
    draft.list.pop();
  });
  let frozen = "no";
  try {
    (next.todos as unknown[]).push(1);
  } catch (error) {
    frozen = (error as Error).name;
  }
  return Response.json({
    base: [base.todos.length, base.todos[0].done, base.seen.size, base.by.get("k")!.n],
    next: [next.todos.length, next.todos[0].done, next.seen.size, next.by.get("k")!.n],
    shared: next.todos[1] === base.todos[1],
    frozen,
    patches,
    undone: applyPatches({ list: [1] }, inverse),
    draft: produce({ n: { m: 1 } }, (draft) => { draft.n.m = isDraft(draft.n) && !isDraft(current(draft.n)) ? 2 : 3; }),
  });
};
