/** Who wants to know of evaluations and of new specs. */
import { randomUUID } from 'node:crypto';
import { onRejection } from '../observability/rejection';
import type { SdkEvent } from './types';

type Listener = (event: unknown) => void;

/** See the head of this file. What a listener throws stays there. */
export class SdkEvents {
  private readonly listeners = new Map<string, { name: string; listener: Listener }>();

  /** @param complain gets what a listener threw */
  constructor(private readonly complain: (error: unknown) => void) {}

  subscribe(name: SdkEvent, listener: Listener): string {
    const id = `${randomUUID()}@${typeof name === 'string' ? name : typeof name}`;
    this.listeners.set(id, { name, listener });
    return id;
  }

  unsubscribe(name: SdkEvent): void {
    for (const [id, entry] of this.listeners) if (entry.name === name) this.listeners.delete(id);
  }

  unsubscribeById(id: string): void {
    this.listeners.delete(id);
  }

  unsubscribeAll(): void {
    this.listeners.clear();
  }

  has(name: Exclude<SdkEvent, '*'>): boolean {
    for (const entry of this.listeners.values())
      if (entry.name === name || entry.name === '*') return true;
    return false;
  }

  emit(name: Exclude<SdkEvent, '*'>, data: () => object): void {
    if (this.listeners.size === 0 || !this.has(name)) return;
    const event = { event_name: name, data: data() };
    for (const entry of [...this.listeners.values()]) {
      if (entry.name !== name && entry.name !== '*') continue;
      try {
        onRejection(entry.listener(event), this.complain);
      } catch (error) {
        this.complain(error);
      }
    }
  }
}
