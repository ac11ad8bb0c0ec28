// Lets a test reach into the app over the process's IPC channel: { kind: 'evaluate', id, source, arg } runs a function in
// this process with the double as its first argument, as Playwright's ElectronApplication.evaluate does.

export function answerControl() {
  process.on('message', message => {
    if (message?.kind === 'evaluate') void evaluate(message);
  });
  // A listener for messages keeps Node alive; ending is the app's decision.
  process.channel?.unref();
}

async function evaluate({ id, source, arg }) {
  try {
    const electron = await import('./electron.mjs');
    // oxlint-disable-next-line no-eval -- the test's own source text
    const value = await (0, eval)(`(${source})`)(electron, arg);
    process.send({ kind: 'evaluated', id, value });
  } catch (error) {
    process.send({ kind: 'evaluated', id, error: String(error?.stack ?? error) });
  }
}
