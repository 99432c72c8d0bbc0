/** An evaluation with its steps, without exposure. */
import { EvaluationFailedError, Verdict } from '../answers/verdict';
import { EvalBits, type LookupKind } from '../engine/engine';
import type { Trace } from '../engine/trace';
import type { EngineHost } from './engine-host';

/** A user agent to be parsed, full tables, an engine that died: each once, and to spare. */
const ATTEMPTS = 5;

/** What came of it; `verdict` is null when there is no answer, and `error` says why. */
export interface Explained {
  trace: Trace;
  verdict: Verdict | null;
  error: string;
}

/** Evaluates step by step. Nothing that is remembered is used. Does not throw. */
export function explained(
  host: EngineHost,
  user: object,
  kind: LookupKind,
  name: string,
): Explained {
  let trace: Trace = { code: 0, isCut: false, steps: [] };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { engine } = host;
    const { generation } = engine;
    const index = engine.specIndex(kind, name);
    if (index < 0) {
      if (engine.generation === generation) engine.reset();
      continue;
    }
    const record = host.current(user);
    trace = engine.explain(record.slot, index, host.time());
    if (trace.code >= 0) {
      const spelled = host.outcomes.get(engine, trace.code >> EvalBits.OutcomeShift);
      // Without it the engine died just now.
      if (spelled === null) continue;
      const verdict = new Verdict(spelled, user, host.time(), host.specTimes);
      return { trace, verdict, error: '' };
    }
    try {
      host.actOn(trace.code, record, user, generation);
    } catch (error) {
      if (!(error instanceof EvaluationFailedError)) throw error;
      return { trace, verdict: null, error: error.message };
    }
  }
  return { trace, verdict: null, error: host.engine.lastError() };
}
