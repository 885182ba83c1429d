/**
 * Runs one file of test262, wherever this is evaluated: `evaluate` is what the engine has to evaluate a script. Calls back
 * once, with '' when the file passes and with the reason when it does not.
 *
 * @param {{ prelude: string, source: string, error: string | null, waits: boolean }} program
 * @param {(text: string) => unknown} evaluate
 * @param {(reason: string) => void} report
 */
function runTest262({ prelude, source, error, waits }, evaluate, report) {
  const { String } = globalThis;
  const describe = (thrown) => {
    try {
      return String(thrown);
    } catch {
      return 'a value that cannot be shown';
    }
  };
  // What the export's harness takes for granted of its shell.
  globalThis.createIsHTMLDDA = () => undefined;
  try {
    evaluate(prelude);
  } catch (thrown) {
    report(`the harness: ${describe(thrown)}`);
    return;
  }
  delete globalThis.createIsHTMLDDA;
  const missing = () => {
    throw new Error('the host has one realm and one agent');
  };
  globalThis.reportCompare = () => waits && report('');
  globalThis.reportFailure = (failure) => report(describe(failure));
  globalThis.$262 = {
    global: globalThis,
    evalScript: evaluate,
    detachArrayBuffer: (buffer) => void buffer.transfer(),
    gc() {},
    createRealm: missing,
    agent: { start: missing, broadcast: missing, getReport: missing, sleep: missing, monotonicNow: missing },
  };
  try {
    evaluate(source);
  } catch (thrown) {
    const name = typeof thrown === 'object' && thrown !== null ? thrown.constructor?.name : undefined;
    report(error !== null && name === error ? '' : `threw ${describe(thrown)}`);
    return;
  }
  if (error !== null) report(`did not throw ${error}`);
  else if (!waits) report('');
}
