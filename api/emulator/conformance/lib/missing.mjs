// The endpoints that the emulator need not have yet: the tests that meet one of them are skipped when it answers that
// there is no such page. Empty, nothing is skipped.
export const MAY_BE_MISSING = [
  'POST /v2/publish',
  'POST /v2/enqueue',
  'POST /v2/batch',
  'DELETE /v2/messages',
  'GET /v2/globalParallelism',
  'POST /v2/queues',
  'DELETE /v2/queues',
  'GET /_emulator/record',
];

// missing says which of the endpoints a request met in vain: the router's own answers are plain text.
export function missing(method, path, status, body) {
  const unknown = typeof body === 'string' && ((status === 404 && body.includes('page not found')) || (status === 405 && body === 'Method Not Allowed'));
  if (!unknown) return undefined;
  return MAY_BE_MISSING.find((endpoint) => `${method} ${path}`.startsWith(endpoint));
}
