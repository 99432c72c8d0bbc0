/** JSON in pieces is the JSON of the whole. */

import test from 'ava';
import { createJsEngine } from '../../src/engine/js/engine';
import { atOnce } from '../../src/engine/js/turns';
import { parseInPieces } from '../../src/engine/js/wire/pieces';
import { bytes } from './oracle';

/** What JSON.parse makes of an object text, with the order of keys; undefined for anything else. */
function whole(json: Uint8Array): string | undefined {
  try {
    const value = JSON.parse(new TextDecoder().decode(json)) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? JSON.stringify(value)
      : undefined;
  } catch {
    return undefined;
  }
}

function inPieces(json: Uint8Array, pieceBytes: number): string | undefined {
  try {
    return JSON.stringify(atOnce(parseInPieces(json, 512, pieceBytes)));
  } catch {
    return undefined;
  }
}

const TEXTS = [
  '{}',
  ' { } ',
  '{"a":1}',
  '\ufeff{"a":[1,2,3]}',
  '{"a":[1,[2,3],{"b":[4,5]},"x,]}"],"b":{"c":1,"d":[1,2],"10":3,"2":4}}',
  '{"a":[{"x":1},{"y":"\\"}]"},{"z":[[],[{}]]}],"a":[1,2],"__proto__":[1,2,3],"b":{"__proto__":1,"c":2,"d":3}}',
  '{"a":"[[[[","b":[ ],"c":{ },"é":["é","\ud83d\ude00",null,true,-1.5e3],"k":{"a":1,"a":2,"b":3,"a":4}}',
  '{"a":[1,2],"b":[3,4],"a":5,"b":{"x":[1],"y":[2]}}',
  '{"a":["x\\\\",[2],"y\\n","\\""],"b\\\\":[3,"]"],"c\\t":{"\\"":"\\\\"}}',
  '{"1":[1,2,3],"a":[1,2,3],"0":{"2":1,"1":2}} \n',
];

test('valid texts, whatever the size of a piece', (t) => {
  for (const text of TEXTS) {
    const json = bytes(text);
    t.not(whole(json), undefined, text);
    for (const size of [1, 2, 3, 5, 8, 1000])
      t.is(inPieces(json, size), whole(json), `${size}: ${text}`);
  }
});

test('texts that are no JSON objects', (t) => {
  const bad = [
    '',
    ' ',
    '[]',
    '[1,2]',
    '1',
    '"a"',
    'null',
    '{',
    '}',
    '{}}',
    '{}{}',
    '{},',
    ',{}',
    '{,}',
    '{"a":1,}',
    '{"a":[1,]}',
    '{"a":[,1]}',
    '{"a":[1,,2]}',
    '{"a":[1,2}}',
    '{"a":{"b":1,"c":2]}',
    '{"a":[1,2] 3}',
    '{"a":[1,2][3,4]}',
    '{"a":[1][2,3]}',
    '{"a":-[1,2]}',
    '{"a":5[1,2]}',
    '{"a":""[1,2]}',
    '{"a"[1,2]}',
    '{:[1,2]}',
    '{[1,2]}',
    '{"a":"b":[1,2]}',
    '{"a":{1,2}}',
    '{"a":["b":1,"c":2]}',
    '{"a":[1,2],"b"}',
    '5{"a":1}',
    '{"a":1}5',
    '{"a":[1,2',
    '{"a":"b',
    '{"a":[1,"b]}',
    '{"a":[1 2,3]}',
    '{"a":[1,2]]}',
    '{"a":[1,\ufeff2]}',
    '{"a":tru}',
    '{"a":[\u00a01,2]}',
  ];
  for (const text of bad) {
    t.is(whole(bytes(text)), undefined, text);
    for (const size of [1, 2, 3, 1000])
      t.is(inPieces(bytes(text), size), undefined, `${size}: ${text}`);
  }
});

test('texts with a byte changed, added or taken out', (t) => {
  const inserts = bytes('{}[],:"\\ 0a');
  let valid = 0;
  for (const text of TEXTS) {
    const json = bytes(text);
    for (let at = 0; at < json.length; at++) {
      for (const [i, byte] of inserts.entries()) {
        const tail = json.subarray(i % 2 === 0 ? at : at + 1);
        const changed = new Uint8Array([...json.subarray(0, at), byte, ...tail]);
        const expected = whole(changed);
        if (expected !== undefined) valid++;
        for (const size of [1, 4])
          if (inPieces(changed, size) !== expected)
            t.is(inPieces(changed, size), expected, new TextDecoder().decode(changed));
      }
      const without = new Uint8Array([...json.subarray(0, at), ...json.subarray(at + 1)]);
      if (inPieces(without, 1) !== whole(without))
        t.is(inPieces(without, 1), whole(without), new TextDecoder().decode(without));
    }
  }
  t.true(valid > 200, `${valid} of the changed texts are valid`);
});

test('levels are bounded', (t) => {
  const nested = (levels: number): Uint8Array =>
    bytes(`{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`);
  t.notThrows(() => atOnce(parseInPieces(nested(20), 20)));
  t.throws(() => atOnce(parseInPieces(nested(21), 20)), {
    message: 'the payload is nested deeper than 20 levels',
  });
  t.throws(() => atOnce(parseInPieces(nested(100_000), 20)), { message: /nested deeper/ });
});

test('what nests too deep is no payload, wherever that is', (t) => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  const places: [number, (value: string) => string][] = [
    [1, (v) => `"x":${v}`],
    [3, (v) => `"feature_gates":[{"name":"g","rules":[],"defaultValue":${v}}]`],
    [4, (v) => `"feature_gates":[{"name":"g","rules":{"a":${v}}}]`],
    [3, (v) => `"feature_gates":[{"rules":[],"unnamed":${v}}]`],
    [2, (v) => `"dynamic_configs":[${v}]`],
    [4, (v) => `"feature_gates":[{"name":"g","rules":[${v}]}]`],
    [5, (v) => `"feature_gates":[{"name":"g","rules":[{"id":"r","returnValue":${v}}]}]`],
    [5, (v) => `"feature_gates":[{"name":"g","rules":[{"id":${v}}]}]`],
    [6, (v) => `"feature_gates":[{"name":"g","rules":[{"conditions":[${v}]}]}]`],
    [
      7,
      (v) =>
        `"feature_gates":[{"name":"g","rules":[{"conditions":[{"type":"public","other":${v}}]}]}]`,
    ],
    [
      7,
      (v) =>
        `"feature_gates":[{"name":"g","rules":[{"conditions":[{"type":"user_field","field":"f","operator":"any","targetValue":${v}}]}]}]`,
    ],
  ];
  for (const [level, place] of places) {
    const text = (levels: number): Uint8Array => {
      const body = place(nested(levels));
      const rest = ['feature_gates', 'dynamic_configs', 'layer_configs']
        .filter((key) => !body.includes(`"${key}"`))
        .map((key) => `,"${key}":[]`);
      return bytes(`{"has_updates":true,"time":1,${body}${rest.join('')}}`);
    };
    const engine = createJsEngine('v');
    t.notThrows(() => engine.prepareSpecsNow(text(512 - level)), place('…'));
    t.throws(
      () => engine.prepareSpecsNow(text(513 - level)),
      { message: /nested deeper than 512/ },
      place('…'),
    );
  }
  const keyed = (levels: number): Uint8Array =>
    bytes(
      '{"has_updates":true,"dynamic_configs":{},"layer_configs":{},"feature_gates":{"g":{"rules":[{"conditions":["c"]}]},"h":[]},' +
        `"condition_map":{"c":{"type":"public","other":${nested(levels)}}}}`,
    );
  t.notThrows(() => createJsEngine('v').prepareSpecsNow(keyed(512 - 3)));
  t.throws(() => createJsEngine('v').prepareSpecsNow(keyed(513 - 3)), { message: /nested deeper/ });
  const bucket = (levels: number): Uint8Array =>
    bytes(
      '{"has_updates":true,"dynamic_configs":{},"layer_configs":{},"feature_gates":{},' +
        `"condition_map":{"c":{"type":"user_bucket","operator":"any","targetValue":{"7":${nested(levels)}}}}}`,
    );
  t.notThrows(() => createJsEngine('v').prepareSpecsNow(bucket(512 - 4)));
  t.throws(() => createJsEngine('v').prepareSpecsNow(bucket(513 - 4)), {
    message: /nested deeper/,
  });
  const none = (levels: number): Uint8Array => bytes(`{"has_updates":false,"x":${nested(levels)}}`);
  t.notThrows(() => createJsEngine('v').prepareSpecsNow(none(511)));
  t.throws(() => createJsEngine('v').prepareSpecsNow(none(512)), { message: /nested deeper/ });
});
