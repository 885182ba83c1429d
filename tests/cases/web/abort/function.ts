export async function handler(): Promise<Response> {
  const events: string[] = [];
  const controller = new AbortController();
  controller.signal.addEventListener('abort', () => events.push('abort listener'));
  controller.signal.onabort = () => events.push('onabort');
  controller.abort(new Error('stop'));
  controller.abort(new Error('ignored'));
  let threw = '';
  try {
    controller.signal.throwIfAborted();
  } catch (error) {
    threw = (error as Error).message;
  }
  const timeout = AbortSignal.timeout(10);
  await new Promise((resolve) => timeout.addEventListener('abort', resolve));
  const [one, two] = [new AbortController(), new AbortController()];
  const any = AbortSignal.any([one.signal, two.signal]);
  two.abort('second');
  return Response.json({
    events,
    reason: controller.signal.reason.message,
    threw,
    timeout: timeout.reason.name,
    any: any.reason,
    aborted: [AbortSignal.abort().aborted, AbortSignal.abort().reason.name],
  });
}
