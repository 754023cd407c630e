import assert from 'node:assert/strict';
import { incident, repeated } from '../lib/bench.mjs';

const test = incident({ messages: 30, workflows: 24, odd: 0, seed: 41 });
const order = ['CREATED', 'ACTIVE', 'ERROR', 'RETRY', 'FAILED', 'DELIVERED'];

test('logs of a failed message tell its attempts, with bodies in base64', async (b) => {
  const entry = b.messages[2];
  const { logs, events, cursor } = await b.qstash.logs({ messageIds: [entry.messageId] });
  b.wantSent(['GET /v2/events', ['messageIds', entry.messageId]]);
  assert.deepEqual(events, logs);
  assert.equal(cursor, undefined);
  const attempt = ['ACTIVE', 'ERROR', 'RETRY'];
  assert.deepEqual(
    logs.map(({ state }) => state).reverse(),
    ['CREATED', ...attempt, ...attempt, ...attempt, 'ACTIVE', 'ERROR', 'FAILED'],
  );
  for (const [n, log] of logs.entries()) {
    assert.ok(n === 0 || logs[n - 1].time >= log.time, 'newest first');
    assert.equal(log.url, entry.url);
    assert.equal(Buffer.from(log.body, 'base64').toString(), entry.body);
    assert.equal(log.responseStatus, log.state === 'ERROR' ? entry.responseStatus : undefined);
    if (log.state === 'ERROR') assert.equal(Buffer.from(log.responseBody, 'base64').toString(), entry.responseBody);
    if (log.state === 'RETRY') assert.ok(log.nextDeliveryTime > log.time);
  }
});

test('the cursor leads through the whole log, each entry once', async (b) => {
  const whole = await b.qstash.logs();
  assert.equal(whole.cursor, undefined);
  assert.ok(whole.logs.every(({ state }) => order.includes(state)));
  const seen = [];
  let cursor;
  do {
    const page = await b.qstash.logs({ count: 100, cursor });
    seen.push(...page.logs);
    cursor = page.cursor;
  } while (cursor);
  assert.deepEqual(seen, whole.logs);
  assert.equal(b.sent[1].line, 'GET /v2/events?count=100');
  assert.match(b.sent[2].line, /^GET \/v2\/events\?count=100&cursor=/);
});

const orders = 'https://api.acme.io/webhooks/orders';
const partner = 'https://partner.example/v1/sync';
const middle = (all) => all[Math.floor(all.length / 2)].time;
const filters = [
  ['a state', () => ({ state: 'FAILED' }), (l) => l.state === 'FAILED'],
  ['what is in progress', () => ({ state: 'IN_PROGRESS' }), (l) => ['ACTIVE', 'RETRY', 'ERROR'].includes(l.state)],
  ['a message', (all) => ({ messageId: all[0].messageId }), (l, all) => l.messageId === all[0].messageId],
  ['a URL', () => ({ url: orders }), (l) => l.url === orders],
  ['one of two URLs', () => ({ url: [orders, partner] }), (l) => l.url === orders || l.url === partner],
  ['a host', () => ({ host: 'partner.example' }), (l) => l.url === partner],
  ['one of two paths', () => ({ path: ['/v1/sync', '/webhooks/orders'] }), (l) => l.url === orders || l.url === partner],
  ['a queue', () => ({ queueName: 'billing' }), (l) => l.queueName === 'billing'],
  ['one of two labels', () => ({ label: ['checkout', 'orders'] }), (l) => l.labels.includes('checkout') || l.labels.includes('orders')],
  ['a flow control key', () => ({ flowControlKey: 'partner' }), (l) => l.flowControlKey === 'partner'],
  ['a first date', (all) => ({ fromDate: middle(all) }), (l, all) => l.time >= middle(all)],
  ['a last date', (all) => ({ toDate: new Date(middle(all)) }), (l, all) => l.time <= middle(all)],
  ['a host and a state', () => ({ host: 'api.acme.io', state: 'ERROR' }), (l) => l.url !== partner && l.state === 'ERROR'],
];

for (const [name, filterOf, matches] of filters) {
  test(`logs filter by ${name}`, async (b) => {
    const { logs: all } = await b.qstash.logs();
    b.sent.length = 0;
    const filter = filterOf(all);
    const want = all.filter((log) => matches(log, all));
    assert.ok(want.length > 0 && want.length < all.length, `${want.length} of ${all.length} match`);
    const { logs } = await b.qstash.logs({ filter });
    assert.deepEqual(logs, want);
    const query = Object.entries(filter).flatMap(([key, values]) =>
      repeated(key, [values].flat().map((value) => Number(value) || value)));
    b.wantSent(['GET /v2/events', ...query]);
  });
}

test('logs by the address of the publisher show its messages only', async (b) => {
  const { callerIP, messageId } = b.messages[0];
  const of = new Set(b.messages.filter((entry) => entry.callerIP === callerIP).map((entry) => entry.messageId));
  const others = new Set(b.messages.filter((entry) => entry.callerIP !== callerIP).map((entry) => entry.messageId));
  const { logs } = await b.qstash.logs({ filter: { callerIp: callerIP } });
  const seen = new Set(logs.map((log) => log.messageId));
  assert.ok(seen.has(messageId));
  assert.deepEqual([...of].filter((id) => !seen.has(id)), []);
  assert.deepEqual([...others].filter((id) => seen.has(id)), []);
});

test('logs of a URL group and of a schedule of nobody are empty', async (b) => {
  for (const filter of [{ urlGroup: 'nobody' }, { scheduleId: 'scd_nobody' }]) {
    assert.deepEqual((await b.qstash.logs({ filter })).logs, []);
  }
  b.wantSent(['GET /v2/events', ['topicName', 'nobody']], ['GET /v2/events', ['scheduleId', 'scd_nobody']]);
});

test('a state that there is not is refused', async (b) => {
  await b.wantRefused(b.qstash.logs({ filter: { state: 'LOST' } }), 400);
  await b.wantRefused(b.workflow.logs({ filter: { state: 'RUN_LOST' } }), 400);
});

test('the deprecated call for events is the call for logs', async (b) => {
  const { events } = await b.qstash.events({ filter: { state: 'DELIVERED' } });
  assert.ok(events.length > 0 && events.every(({ state }) => state === 'DELIVERED'));
});

test('logs of workflow runs come ten at a time, newest first, with their steps and entries', async (b) => {
  const first = await b.workflow.logs();
  b.wantSent(['GET /v2/workflows/events', ['groupBy', 'workflowRunId']]);
  assert.equal(first.runs.length, 10);
  const seen = [...first.runs];
  let { cursor } = first;
  while (cursor) {
    const page = await b.workflow.logs({ cursor, count: 5 });
    assert.ok(page.runs.length <= 5);
    seen.push(...page.runs);
    cursor = page.cursor;
  }
  assert.equal(cursor, undefined);
  const entries = new Map(b.runs.map((run) => [run.workflowRunId, run]));
  assert.equal(seen.length, entries.size);
  assert.equal(new Set(seen.map(({ workflowRunId }) => workflowRunId)).size, entries.size);
  for (const [n, run] of seen.entries()) {
    assert.ok(n === 0 || seen[n - 1].workflowRunCreatedAt >= run.workflowRunCreatedAt, 'newest first');
    const entry = entries.get(run.workflowRunId);
    assert.equal(run.dlqId, entry.dlqId);
    assert.equal(run.workflowState, 'RUN_FAILED');
    assert.equal(run.workflowUrl, entry.workflowUrl);
    assert.equal(run.workflowRunCreatedAt, entry.workflowCreatedAt);
    assert.equal(run.failureFunction.state, entry.failureCallbackInfo.state);
    assert.deepEqual(run.steps.map(({ type }) => type), ['sequential', 'sequential', 'sequential', 'next']);
    const [failed] = run.steps.at(-1).steps;
    assert.equal(failed.stepName, 'charge-card');
    assert.equal(failed.state, 'STEP_FAILED');
    assert.equal(failed.errors.length, entry.maxRetries + 1);
    assert.equal(failed.errors[0].status, entry.responseStatus);
  }
});

const runFilters = [
  ['a run and its creation', (r) => ({ workflowRunId: r.workflowRunId, workflowCreatedAt: r.workflowCreatedAt }), (r, o) => r === o],
  ['a run with another creation', (r) => ({ workflowRunId: r.workflowRunId, workflowCreatedAt: r.workflowCreatedAt + 1 }), () => false],
  ['the first date of creation', (r) => ({ fromDate: new Date(r.workflowCreatedAt) }), (r, o) => r.workflowCreatedAt >= o.workflowCreatedAt],
  ['the last date of creation', (r) => ({ toDate: r.workflowCreatedAt }), (r, o) => r.workflowCreatedAt <= o.workflowCreatedAt],
  ['an address', (r) => ({ callerIp: r.callerIP }), (r, o) => r.callerIP === o.callerIP],
  ['a label', () => ({ label: 'order-flow' }), () => true],
  ['one of two labels', () => ({ label: ['nobody', 'order-flow'] }), () => true],
  ['a label of nobody', () => ({ label: 'nobody' }), () => false],
  ['a workflow URL', (r) => ({ workflowUrl: r.workflowUrl }), () => true],
  ['a part of a workflow URL', () => ({ workflowUrl: 'https://api.acme.io/wf' }), () => false],
  ['failure', () => ({ state: 'RUN_FAILED' }), () => true],
  ['success', () => ({ state: 'RUN_SUCCESS' }), () => false],
];

for (const [name, filterOf, matches] of runFilters) {
  test(`logs of workflow runs filter by ${name}`, async (b) => {
    const one = b.runs[7];
    const want = b.runs.filter((run) => matches(run, one)).map(({ workflowRunId }) => workflowRunId).sort();
    const seen = [];
    let cursor;
    do {
      const page = await b.workflow.logs({ filter: filterOf(one), cursor });
      seen.push(...page.runs.map(({ workflowRunId }) => workflowRunId));
      cursor = page.cursor;
    } while (cursor);
    assert.deepEqual(seen.sort(), want);
  });
}

test('the filters of older versions beside the cursor still work', async (b) => {
  const [{ workflowRunId, workflowCreatedAt, workflowUrl }] = b.runs;
  const { runs } = await b.workflow.logs({ workflowRunId, workflowCreatedAt, workflowUrl, state: 'RUN_FAILED', count: 2 });
  assert.deepEqual(runs.map((run) => run.workflowRunId), [workflowRunId]);
});
