/** Custom events as an engine takes them. */
import { quote } from '../users/user-json';

/** A custom event. `value` and `metadata` are JSON text ('null' when absent). */
export interface CustomEvent {
  eventName: string;
  valueJson: string;
  metadataJson: string;
  /** ms */
  time: number;
}

/** The latest name and time, which the next event has as a rule: writing them takes 150 ns. */
let latestName = '';
let latestNameJson = '""';
let latestTime = 0;
let latestTimeJson = '0';

/** The event's JSON before and after its user. */
export function customEventText({ eventName, metadataJson, time, valueJson }: CustomEvent): {
  head: string;
  tail: string;
} {
  if (eventName !== latestName) {
    latestNameJson = quote(eventName);
    latestName = eventName;
  }
  if (time !== latestTime) {
    latestTimeJson = numberJson(time);
    latestTime = time;
  }
  return {
    head:
      `{"eventName":${latestNameJson},"metadata":${metadataJson},"time":${latestTimeJson},` +
      '"user":',
    tail: `,"value":${valueJson},"secondaryExposures":[],"statsigMetadata":{}}`,
  };
}

/** `JSON.stringify` of a number, without the call that costs 100 ns. */
export function numberJson(value: number): string {
  return Number.isFinite(value) ? `${value}` : 'null';
}
