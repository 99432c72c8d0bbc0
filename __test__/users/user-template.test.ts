import test from 'ava';
import type { EncodedUser } from '../../src/users/user-encoder';
import { HOLE, templates } from '../../src/users/user-template';

const environment = (json: string) => ({ json, overwrites: true });

function setup(json: string, privateJson = '') {
  let encodings = 0;
  const template = templates(() => (encodings++, { json, privateJson } as unknown as EncodedUser));
  return { template, encodings: () => encodings };
}

test('a template is the JSON, the private JSON, and their length without holes and what joins values', (t) => {
  const { template } = setup(`{"a":"${HOLE}","b":"${HOLE}"}`, `{"c":"${HOLE}"}`);
  const { text, fixedLength } = template(environment(''))!;
  t.is(text, `{"a":"${HOLE}","b":"${HOLE}"}\u0002{"c":"${HOLE}"}`);
  const filled = '{"a":"xx","b":"yyy"}{"c":"z"}';
  const joined = ['xx', 'yyy', 'z'].join(HOLE);
  t.is(fixedLength, filled.length - joined.length);
});

test('one without values has the length of its text', (t) => {
  t.is(setup('{}').template(environment(''))!.fixedLength, 2);
  t.is(setup(`{"a":"${HOLE}"}`).template(environment(''))!.fixedLength, '{"a":""}'.length);
});

test('it is made once for an environment, of which the latest is kept', (t) => {
  const { encodings, template } = setup('{}');
  const [one, two] = [environment('{"tier":"a"}'), environment('{"tier":"b"}')];
  t.is(template(one), template(one));
  t.is(encodings(), 1);
  template(two);
  template(one);
  t.is(encodings(), 3);
});

test('an environment that needs an escape has none', (t) => {
  const { encodings, template } = setup('{}');
  const escaped = environment('{"tier":"\\n"}');
  t.is(template(escaped), null);
  t.is(template(escaped), null);
  t.is(encodings(), 0);
  t.not(template(environment('')), null);
});
