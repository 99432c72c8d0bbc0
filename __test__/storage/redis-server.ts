import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';

/** Whether Debian's redis-server is installed here. */
const hasRedisServer = spawnSync('redis-server', ['--version']).status === 0;

/** Fails, not skips, where there is no redis-server: a test that never runs proves nothing. `.ci/run` installs it. */
export function needRedisServer(): void {
  if (!hasRedisServer) {
    throw new Error('redis-server is not installed. On Debian and Ubuntu: sudo apt-get install redis-server; on macOS: brew install redis');
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a redis-server that stores nothing on disk; resolves when it accepts connections. */
export async function startRedis(port: number): Promise<ChildProcess> {
  needRedisServer();
  const child = spawn('redis-server', ['--port', String(port), '--save', '', '--appendonly', 'no', '--bind', '127.0.0.1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`redis-server exited with ${code}`)));
    child.stdout.on('data', (text: Buffer) => {
      if (text.includes('Ready to accept connections')) resolve();
    });
  });
  return child;
}

/** Ends it as a crash would. Harmless when it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
