/** Responses for clients: whose environment a user gets, and how often an engine is asked. */
import test from 'ava';
import { EvaluationFailedError } from '../../src/answers/verdict';
import { EvalCode } from '../../src/engine/engine';
import { ClientResponses } from '../../src/engine-host/client-responses';

const TIER = '{"tier":"staging"}';

function setup(isJson = true) {
  const environments: [string, boolean][] = [];
  const acted: number[] = [];
  const users: object[] = [];
  const engine = { generation: 1, lastError: () => 'the last error' };
  const table = {
    setEnvironment: ({ json, overwrites }: { json: string; overwrites: boolean }) =>
      void environments.push([json, overwrites]),
    acquire: (user: object) => (users.push(user), { slot: 3, isJson }),
  };
  const responses = new ClientResponses(
    engine as never,
    table as never,
    (code) => void acted.push(code),
  );
  return { acted, environments, responses, users };
}

test('an environment is set once, and fills what is missing while a response is made', (t) => {
  const { environments, responses } = setup();
  responses.setEnvironment({ json: TIER, overwrites: true });
  responses.setEnvironment({ json: TIER, overwrites: true });
  t.deepEqual(environments.splice(0), [[TIER, true]]);
  t.is(
    responses.respond({}, (slot) => `of slot ${slot}`),
    'of slot 3',
  );
  t.deepEqual(environments.splice(0), [
    [TIER, false],
    [TIER, true],
  ]);
  responses.setEnvironment({ json: TIER, overwrites: false });
  responses.setEnvironment({ json: '{}', overwrites: false });
  t.is(environments.length, 2);
  t.throws(() =>
    responses.respond({}, () => {
      throw new Error('of a test');
    }),
  );
  t.deepEqual(environments.at(-1), ['{}', false], 'whatever happens');
});

test('a user who is no JSON is cloned, and brings its environment', (t) => {
  const { environments, responses, users } = setup(false);
  responses.setEnvironment({ json: TIER, overwrites: true });
  const untold = {
    toJSON() {
      throw new Error('of a test');
    },
  };
  t.throws(() => responses.respond(untold, () => 'text'), { instanceOf: TypeError });
  const fine = {
    toJSON(this: { statsigEnvironment?: object }) {
      return { userID: 'json', statsigEnvironment: this.statsigEnvironment };
    },
  };
  environments.length = users.length = 0;
  responses.respond(fine, () => 'text');
  t.like(users.at(-1), { userID: 'json', statsigEnvironment: { tier: 'staging' } });
  t.deepEqual(environments, [
    [TIER, false],
    ['', true],
    [TIER, true],
  ]);
});

test('a user agent that was asked for is given at once the next time, until other specs serve', (t) => {
  const { acted, responses } = setup();
  const codes = [EvalCode.NeedsUserAgent, 'first', 'second', 'third'];
  const ask = () => codes.shift()!;
  t.is(responses.respond({}, ask), 'first');
  t.deepEqual(acted.splice(0), [EvalCode.NeedsUserAgent]);
  t.is(responses.respond({}, ask), 'second');
  t.deepEqual(acted.splice(0), [EvalCode.NeedsUserAgent]);
  responses.startEpoch();
  t.is(responses.respond({}, ask), 'third');
  t.deepEqual(acted, []);
});

test('other needs are met each time; eight attempts are enough', (t) => {
  const { acted, responses } = setup();
  const error = t.throws(() => responses.respond({}, () => EvalCode.TableFull), {
    instanceOf: EvaluationFailedError,
  });
  t.is(error?.message, 'the last error');
  t.deepEqual(acted, Array(8).fill(EvalCode.TableFull));
  acted.length = 0;
  responses.respond({}, () => 'text');
  t.deepEqual(acted, []);
});
