// Stands in for node:http2 and loads it when axios is asked for HTTP/2, which the SDK never does (5
// ms).
module.exports = {
  get connect() {
    return require('node:http2').connect;
  },
  get constants() {
    return require('node:http2').constants;
  },
};
