/**
 * A local server that speaks the part of Statsig's protocol that server SDKs use: config downloads,
 * ID lists, events. For trying the SDK without an account, and for tests. Node's `http` only;
 * listens on 127.0.0.1 unless told otherwise.
 */
export { createLocalServer } from './create';
export { hashUnitId } from './id-lists';
export type {
  Fault,
  IdListInput,
  LocalServer,
  LocalServerOptions,
  ReceivedEvent,
  ReceivedRequest,
  Route,
  SpecsInput,
} from './types';
