/** Runs one file of test262 in `qjs --std`. `test262.js` is put before it; its argument is a file with the program. */

{
  const { exit, evalScript, loadFile, loadScript, out } = std;
  const report = (reason) => {
    out.puts(reason === '' ? 'pass' : `fail ${reason}`);
    out.flush();
    exit(0);
  };
  os.setTimeout(() => report('timed out'), 10_000);
  const program = JSON.parse(loadFile(scriptArgs[scriptArgs.length - 1]));
  const run = () => (program.module ? import(program.place) : loadScript(program.place));
  runTest262(program, { evaluate: (text) => evalScript(text), run }, report);
}
