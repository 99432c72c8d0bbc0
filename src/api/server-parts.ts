/** What an instance has beside checks: the calls of one life, by what they need. */
import { addMethods, delegate, type ClassOf } from './composed';
import { Explanations, type ExplainCalls } from './explain-calls';
import { deprecatedCalls, type DeprecatedCalls } from './deprecated-calls';
import { Inventory, type InventoryCalls } from './inventory';
import { Listening, type ListeningCalls } from './listening';
import { Lookups, type LookupCalls } from './lookups';
import { NewerNames, type AskedServer, type NewerCalls } from './newer-calls';
import { Operations, type OperationCalls } from './operations';
import { OverrideSetter, type OverrideCalls } from './override-calls';
import type { PublicCalls } from './public-calls';
import type { Overrides } from '../features/overrides';
import type { SafeLogger } from '../observability/logger';
import type { Lifecycle } from '../runtime/lifecycle';
import type { Listeners } from '../runtime/listeners';
import type { Runtime } from '../runtime/runtime';

/** The methods that an instance has by them. */
export interface PartCalls
  extends DeprecatedCalls,
    ExplainCalls,
    InventoryCalls,
    ListeningCalls,
    LookupCalls,
    NewerCalls,
    OperationCalls,
    OverrideCalls {}

/** See the head of this file. */
export interface Parts {
  readonly explanations: Explanations;
  readonly inventory: Inventory;
  readonly listening: Listening;
  readonly lookups: Lookups;
  readonly newer: NewerNames;
  readonly operations: Operations;
  readonly overriding: OverrideSetter;
}

/** What they need of an instance and of its life. */
interface Around {
  readonly publicCalls: PublicCalls;
  readonly runtime: Runtime;
  readonly lifecycle: Lifecycle;
  readonly overrides: Overrides;
  readonly logger: SafeLogger;
  readonly listeners: Listeners;
}

/** Those of a life that begins. */
export function makeParts(server: AskedServer, around: Around): Parts {
  const { publicCalls, runtime, lifecycle, overrides, logger } = around;
  const { engineHost, exceptions, clock, options } = runtime;
  return {
    explanations: new Explanations(publicCalls, runtime, logger),
    inventory: new Inventory(engineHost),
    listening: new Listening(around.listeners),
    lookups: new Lookups(engineHost, clock),
    newer: new NewerNames(server, exceptions, options.sdkType),
    operations: new Operations(runtime, lifecycle),
    overriding: new OverrideSetter(overrides, logger, exceptions),
  };
}

/** Gives a class the methods of `PartCalls`. */
export function giveParts(
  type: ClassOf<{ readonly callParts: Parts; readonly publicCalls: PublicCalls }>,
): void {
  addMethods(type, deprecatedCalls);
  delegate(type, Explanations, ({ callParts }) => callParts.explanations);
  delegate(type, Inventory, ({ callParts }) => callParts.inventory);
  delegate(type, Listening, ({ callParts }) => callParts.listening);
  delegate(type, Lookups, ({ callParts }) => callParts.lookups);
  delegate(type, NewerNames, ({ callParts }) => callParts.newer);
  delegate(type, Operations, ({ callParts }) => callParts.operations);
  delegate(type, OverrideSetter, ({ callParts }) => callParts.overriding);
}
