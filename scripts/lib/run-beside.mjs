// Runs a program while this process goes on: for scripts that serve a registry themselves.
import { spawn } from 'node:child_process';

const longestMs = 180_000;

/** Settings that `npm run` hands down would outweigh those that a script gives. */
const ownEnvironment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

/**
 * Resolves with the exit code and all that the program printed. A program that does not start or
 * does not end has a code too, and a text that says so.
 */
export function runBeside([program, ...args], options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      ...options,
      env: { ...ownEnvironment(), NODE_OPTIONS: '', ...options.env },
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (text += chunk));
    const timer = setTimeout(() => {
      text += `killed after ${longestMs} ms\n`;
      child.kill('SIGKILL');
    }, longestMs);
    child.on('error', (error) => resolve({ code: 1, text: error.message }));
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, text });
    });
  });
}

/** Resolves with null, or with what went wrong: the command, its exit code and what it printed. */
export async function problemOf(command, options) {
  const { code, text } = await runBeside(command, options);
  return code === 0 ? null : `${command.join(' ')}: exit code ${code}\n${text}`;
}
