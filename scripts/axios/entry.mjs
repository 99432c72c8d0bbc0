// What the SDK uses of axios: its adapter for Node's http. Not its client, which merges and normalises a configuration that
// is complete already: half of what a POST costs in JavaScript.
import http from 'axios/unsafe/adapters/http.js';
import AxiosHeaders from 'axios/unsafe/core/AxiosHeaders.js';

export const request = (config) => http({ ...config, headers: AxiosHeaders.from(config.headers) });
