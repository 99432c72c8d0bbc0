// Before a page is chosen, at the edge: an instance of its own, on the package's edge build.
import { NextResponse } from 'next/server';
import { StatsigServer } from 'statsig-node-native';

export const config = { matcher: '/' };

let statsig;

export async function middleware(request, event) {
  statsig ??= new StatsigServer(process.env.STATSIG_SECRET_KEY, { api: process.env.STATSIG_API });
  await statsig.initializeAsync();
  const userID = request.cookies.get('user')?.value ?? 'anonymous';
  const response = NextResponse.next();
  response.headers.set('x-checkout', statsig.checkGate({ userID }, 'new_checkout') ? 'new' : 'old');
  event.waitUntil(statsig.flush(1000));
  return response;
}
