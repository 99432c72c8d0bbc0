/** Whom an application's inspector answers. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { refusal } from '../local-server/access';
import type { ResolvedInspectorOptions } from './options';

/** Why not, and the status to say it with. */
export interface Refusal {
  status: number;
  message: string;
}

/** Headers by which a proxy tells that it asks for somebody else. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

/** From this machine, unless others are allowed; by a name of it; from no other site. */
export function placeRefusal(
  request: IncomingMessage,
  { allowRemote, allowedHosts }: ResolvedInspectorOptions,
): Refusal | null {
  if (!allowRemote && !isLocal(request))
    return { status: 403, message: 'only this machine is answered; see allowRemote' };
  // With a token from elsewhere, names are the proxy's business unless they are listed.
  const named = allowRemote && allowedHosts.length === 0 ? [hostOf(request)] : allowedHosts;
  const message = refusal(request, '', { host: '127.0.0.1', allowedHosts: named });
  return message === null ? null : { status: 403, message };
}

/** The page itself holds nothing and needs no token: it asks for one. */
export function tokenRefusal({ headers }: IncomingMessage, token: string): Refusal | null {
  const given = /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  // Digests have one length, so that nothing is told by the time that it takes.
  const [a, b] = [given, token].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a!, b!) ? null : { status: 401, message: 'a bearer token is needed' };
}

function isLocal({ socket, headers }: IncomingMessage): boolean {
  const address = socket.remoteAddress ?? '';
  const isLoopback = /^(::ffff:)?127\.\d+\.\d+\.\d+$|^::1$/.test(address);
  return isLoopback && FORWARDED.every((name) => headers[name] === undefined);
}

function hostOf({ headers }: IncomingMessage): string {
  return (headers.host ?? '').replace(/:\d+$/, '');
}
