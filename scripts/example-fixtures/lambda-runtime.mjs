// Lambda's runtime interface, from the side of the function: asks for events, answers them, one at a time.
const { AWS_LAMBDA_RUNTIME_API: host, _HANDLER: path = 'handler.mjs' } = process.env;
const api = `http://${host}/2018-06-01/runtime/invocation`;
const { handler } = await import(`${process.cwd()}/${path}`);

for (;;) {
  const next = await fetch(`${api}/next`);
  const awsRequestId = next.headers.get('lambda-runtime-aws-request-id');
  const answer = async (kind, body) =>
    fetch(`${api}/${awsRequestId}/${kind}`, { method: 'POST', body: JSON.stringify(body) });
  try {
    await answer('response', await handler(await next.json(), { awsRequestId }));
  } catch (error) {
    await answer('error', { errorMessage: error.message });
  }
}
