/** Custom events as an engine takes them. */
import { quote } from './user-encoder';

/** A custom event. `value` and `metadata` are JSON text ('null' when absent). */
export interface CustomEvent {
  eventName: string;
  valueJson: string;
  metadataJson: string;
  /** ms */
  time: number;
}

/** The event's JSON before and after its user. */
export function customEventText({ eventName, metadataJson, time, valueJson }: CustomEvent): { head: string; tail: string } {
  return {
    head: `{"eventName":${quote(eventName)},"metadata":${metadataJson},"time":${numberJson(time)},"user":`,
    tail: `,"value":${valueJson},"secondaryExposures":[],"statsigMetadata":{}}`,
  };
}

/** `JSON.stringify` of a number, without the call that costs 100 ns. */
export function numberJson(value: number): string {
  return Number.isFinite(value) ? `${value}` : 'null';
}
