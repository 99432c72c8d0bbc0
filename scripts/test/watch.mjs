// Runs a test program under a clock: a runner that hangs, or that something it started keeps alive,
// is ended.
import { spawn } from 'node:child_process';
import { root } from '../lib/stamp.mjs';

/** How long a runner may live on after its summary. */
const lingerMs = 30_000;
/**
 * How long a runner may take altogether, and how long it may say nothing: cargo compiles in
 * silence.
 */
const mostMs = 25 * 60_000;
const silentMs = 10 * 60_000;

/** Ends a runner and what it started; without process groups (Windows) only the runner. */
function end(child) {
  try {
    if (process.platform === 'win32') child.kill();
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}

/**
 * Runs a program, showing its output as it comes. Resolves with its exit code, its output, and why
 * it was ended, if it was. A program that lives on for a while after `summary` matched its output
 * is ended too.
 */
export function watch(command, args, { summary, onText = () => {}, env = {} } = {}) {
  return new Promise((resolve) => {
    const isWindows = process.platform === 'win32';
    const child = spawn(command, args, {
      cwd: root,
      shell: isWindows,
      detached: !isWindows,
      env: { ...process.env, ...env },
    });
    let text = '';
    let linger;
    const finish = (code, ended = null) => {
      for (const timer of [linger, silence, whole]) clearTimeout(timer);
      process.off('exit', onExit);
      resolve({ code, text, ended });
    };
    const giveUp = (why) => {
      console.error(`${command}: ${why}`);
      end(child);
      finish(1, why);
    };
    const onExit = () => end(child);
    process.on('exit', onExit);
    const silence = setTimeout(
      () => giveUp(`no output for ${silentMs / 60_000} minutes`),
      silentMs,
    );
    const whole = setTimeout(() => giveUp(`not done after ${mostMs / 60_000} minutes`), mostMs);
    for (const stream of ['stdout', 'stderr']) {
      child[stream].on('data', (chunk) => {
        text += chunk;
        process[stream].write(chunk);
        silence.refresh();
        onText(String(chunk));
        if (!linger && summary?.test(text)) {
          linger = setTimeout(
            () => giveUp('did not exit after its summary: a test left something running'),
            lingerMs,
          );
        }
      });
    }
    child.on('error', (error) => giveUp(error.message));
    child.on('close', (code, signal) =>
      signal === null ? finish(code) : finish(1, `ended by ${signal}`),
    );
  });
}
