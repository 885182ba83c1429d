/**
 * Runs one file of test262, wherever this is evaluated: a script of which `evaluate` makes sense, or a module that `load` loads.
 * Calls back once, with '' when the file passes and with the reason when it does not.
 */

/** @param {unknown} thrown */
function describeThrown(thrown) {
  try {
    return globalThis.String(thrown);
  } catch {
    return 'a value that cannot be shown';
  }
}

/**
 * Makes what files take for granted of their host.
 *
 * @param {{ prelude: string, waits: boolean }} program
 * @param {(text: string) => unknown} evaluate what the engine has to evaluate a script
 * @param {(reason: string) => void} report
 */
function prepareTest262({ prelude, waits }, evaluate, report) {
  // What the export's harness takes for granted of its shell.
  globalThis.createIsHTMLDDA = () => undefined;
  evaluate(prelude);
  delete globalThis.createIsHTMLDDA;
  const missing = () => {
    throw new Error('the host has one realm and one agent');
  };
  globalThis.reportCompare = () => waits && report('');
  globalThis.reportFailure = (failure) => report(describeThrown(failure));
  globalThis.$262 = {
    global: globalThis,
    evalScript: evaluate,
    detachArrayBuffer: (buffer) => void buffer.transfer(),
    gc() {},
    createRealm: missing,
    agent: { start: missing, broadcast: missing, getReport: missing, sleep: missing, monotonicNow: missing },
  };
}

/** What a file comes to that has thrown. @param {unknown} thrown @param {string | null} error the class that it has to throw */
function judgeThrown(thrown, error) {
  const name = typeof thrown === 'object' && thrown !== null ? thrown.constructor?.name : undefined;
  return error !== null && name === error ? '' : `threw ${describeThrown(thrown)}`;
}

/**
 * @param {{ prelude: string, source: string, error: string | null, waits: boolean }} program
 * @param {{ evaluate: (text: string) => unknown, run?: () => unknown }} host `run` is another way to evaluate the file itself
 * @param {(reason: string) => void} report
 */
function runTest262(program, { evaluate, run = () => evaluate(program.source) }, report) {
  const { error, waits } = program;
  try {
    prepareTest262(program, evaluate, report);
  } catch (thrown) {
    report(`the harness: ${describeThrown(thrown)}`);
    return;
  }
  const ended = () => {
    if (error !== null) report(`did not throw ${error}`);
    else if (!waits) report('');
  };
  let outcome;
  try {
    outcome = run();
  } catch (thrown) {
    report(judgeThrown(thrown, error));
    return;
  }
  if (program.module) outcome.then(ended, (thrown) => report(judgeThrown(thrown, error)));
  else ended();
}
