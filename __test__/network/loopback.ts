import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface Seen {
  method: string;
  url: string;
  headers: Record<string, string | string[] | undefined>;
  rawHeaders: string[];
  body: Buffer;
}

/** A loopback server on a free port. `handle` answers; every request is recorded first. */
export class Loopback {
  readonly seen: Seen[] = [];
  /** Connections that are open. */
  readonly sockets = new Set<Socket>();
  /** Connections ever. */
  opened = 0;
  private constructor(private readonly server: Server) {}

  static async start(
    handle: (seen: Seen, response: ServerResponse, index: number) => void | Promise<void>,
  ): Promise<Loopback> {
    const server = createServer(
      (request, response) => void loopback.take(request, response, handle),
    );
    const loopback = new Loopback(server);
    server.keepAliveTimeout = 600_000;
    server.on('connection', (socket) => {
      loopback.opened++;
      loopback.sockets.add(socket);
      socket.on('close', () => loopback.sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return loopback;
  }

  get base(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async take(
    request: IncomingMessage,
    response: ServerResponse,
    handle: (seen: Seen, response: ServerResponse, index: number) => void | Promise<void>,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers, rawHeaders } = request;
    const seen = { method, url, headers, rawHeaders, body: Buffer.concat(chunks) };
    this.seen.push(seen);
    await handle(seen, response, this.seen.length - 1);
  }
}
