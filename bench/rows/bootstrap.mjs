// The client-initialize response, as text for a page and as an object.
import { timeRequests } from '../lib/checks.mjs';
import { calibrate } from '../lib/measure.mjs';

function bootstrap(form, project) {
  const method = form === 'text' ? 'bootstrapText' : 'bootstrapObject';
  return {
    id: `bootstrap-${form}-${project}`,
    title: `client-initialize response, ${form}, ${project}`,
    unit: 'µs',
    project,
    exposures: true,
    needs: [method],
    async setup(bench) {
      const once = (plain) => {
        const response = bench.client[method](bench.client.user(plain));
        return form === 'text' ? response.length : Object.keys(response.feature_gates).length;
      };
      const count = await calibrate(() => once(bench.freshUser()), bench.targetMs, { max: 20_000 });
      return { once, count, size: once(bench.user(1)) };
    },
    async round(bench, { once, count, size }) {
      const plain = Array.from({ length: count }, () => bench.freshUser());
      const result = await timeRequests(count, 1, (i) => once(plain[i]));
      return { ...result, value: result.value / 1000, size };
    },
  };
}

export const rows = [
  bootstrap('text', 'real'),
  bootstrap('object', 'real'),
  bootstrap('text', 'specs3000'),
  bootstrap('object', 'specs3000'),
];
