const steps: string[] = [];

export const warmup = async (): Promise<void> => {
  for (const step of ['a', 'b']) {
    await Promise.resolve();
    steps.push(step);
  }
  queueMicrotask(() => steps.push('c'));
};

export default (): Response => Response.json({ steps });
