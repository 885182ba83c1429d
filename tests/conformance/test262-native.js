/** Runs one file of test262 in `qjs --std`. `test262.js` is put before it; its argument is a file with the program. */

{
  const { exit, evalScript, loadFile, out } = std;
  const report = (reason) => {
    out.puts(reason === '' ? 'pass' : `fail ${reason}`);
    out.flush();
    exit(0);
  };
  os.setTimeout(() => report('timed out'), 10_000);
  runTest262(JSON.parse(loadFile(scriptArgs[scriptArgs.length - 1])), (text) => evalScript(text), report);
}
