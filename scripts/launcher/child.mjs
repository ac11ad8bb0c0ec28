// Runs a program as if it stood in our place: its streams, its signals, its exit code.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const signals = process.platform === 'win32' ? ['SIGTERM'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** How long what it said over the IPC channel may follow its exit; a grandchild may hold the channel open for ever. */
const lastWordsMs = 200;

/**
 * Ends when the program does; never throws. `code` is its exit code, 128 + n after signal n, 127 where it could not be
 * started. `stopped`: we were told to stop and passed that on. `onMessage` hears what it sends over an IPC channel.
 */
export function runChild(command, args, { onMessage, timeoutMs, ...options } = {}) {
  return new Promise(done => {
    let child;
    let stopped = false;
    const pass = signal => {
      stopped = true;
      // A terminal's Ctrl-C goes to the whole group: the child has it already.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    for (const signal of signals) process.on(signal, pass);
    const stdio = onMessage ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit';
    child = spawn(command, args, { stdio, ...options });
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const end = (code, why) => {
      clearTimeout(timer);
      for (const signal of signals) process.off(signal, pass);
      done({ code, why, stopped });
    };
    if (onMessage) child.on('message', onMessage);
    child.on('error', error => end(127, error.message));
    child.on('exit', (code, signal) => {
      const ended = () =>
        end(code ?? 128 + (constants.signals[signal] ?? 0), signal ? `ended by ${signal}` : `exit code ${code}`);
      if (onMessage && child.connected) {
        child.once('close', ended);
        setTimeout(ended, lastWordsMs);
      } else ended();
    });
  });
}
