// Every row of the benchmark, in the order of the report.
//
// A row is a plain object. To add one, write it in a file here and list it below.
//   id, title, unit           unit names what `value` is; lower is better for all of them
//   project                   a name of payloads/index.mjs; SDKs that can't hold it are left out
//   exposures                 true: events really go to the local server
//   needs                     names of client functions (sdks/index.mjs) without which an SDK is left out
//   setup(bench) → state      once per process; calibrates iteration counts, which stay fixed afterwards
//   round(bench, state) → {value, …}   once per round; other fields are kept in the raw results
//   fresh: true               a new process for each round and no client: round calls bench.create() itself
//   baselineProject           with `fresh`: a second process runs it, its value is subtracted
//   encoding                  'br' or 'gzip': the server compresses the specs, as real services do
//   alone                     the same without any SDK takes part
//   polls                     the SDK may poll by itself;  big: only with --big
//   target                    {ratio: at least this many times better than the faster Statsig SDK,
//                              ratioToOthers: … than the fastest other SDK, against: row id to compare with}
import { rows as bootstrap } from './bootstrap.mjs';
import { rows as checks } from './checks.mjs';
import { rows as cold } from './cold.mjs';
import { rows as cpu } from './cpu.mjs';
import { rows as idList } from './id-list.mjs';
import { rows as newer } from './newer.mjs';
import { rows as poll } from './poll.mjs';
import { rows as service } from './service.mjs';
import { rows as start } from './start.mjs';
import { rows as values } from './values.mjs';
import { rows as workers } from './workers.mjs';

export const ROWS = [
  ...service,
  ...checks,
  ...cpu,
  ...values,
  ...newer,
  ...bootstrap,
  ...idList,
  ...start,
  ...cold,
  ...poll,
  ...workers,
];
