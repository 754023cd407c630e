import assert from 'node:assert/strict';
import { idsOf, incident, isWorkflow, repeated, runID } from '../lib/bench.mjs';

const test = incident({ messages: 12, workflows: 24, odd: 100, seed: 21 });

test('list without options answers the failed runs and no message', async (b) => {
  const { messages, cursor } = await b.workflow.dlq.list();
  b.wantSent(['GET /v2/dlq', ['source', 'workflow']]);
  assert.deepEqual(idsOf(messages), idsOf(b.runs));
  assert.ok(messages.every(isWorkflow));
  assert.equal(cursor, undefined);
  for (const run of messages) assert.deepEqual(run, await b.read(`/v2/workflows/dlq/${run.dlqId}`));
});

test('a failed run has the types that the SDK declares', async (b) => {
  const { messages } = await b.workflow.dlq.list({ filter: { label: 'order-flow' } });
  assert.ok(messages.length > 0);
  for (const run of messages) {
    assert.match(run.workflowRunId, runID);
    for (const name of ['dlqId', 'workflowUrl', 'body', 'callerIP', 'responseBody', 'failureCallback', 'label']) {
      assert.equal(typeof run[name], 'string', name);
    }
    for (const name of ['workflowCreatedAt', 'createdAt', 'notBefore', 'maxRetries', 'responseStatus']) {
      assert.equal(typeof run[name], 'number', name);
    }
    assert.match(run.failureCallbackInfo.state, /^CALLBACK_(FAIL|SUCCESS)$/);
    assert.ok(run.workflowCreatedAt <= run.createdAt);
  }
  const failed = messages.filter(({ failureCallbackInfo }) => failureCallbackInfo.state === 'CALLBACK_FAIL');
  assert.ok(failed.length > 0);
  for (const { failureCallbackInfo: info } of failed) {
    assert.equal(info.responseStatus, 500);
    assert.ok(info.responseBody);
    assert.ok(Object.values(info.responseHeaders).every(Array.isArray));
  }
});

test('the cursor leads through all failed runs, each once', async (b) => {
  const seen = [];
  let cursor;
  do {
    const page = await b.workflow.dlq.list({ count: 5, cursor });
    seen.push(...idsOf(page.messages));
    cursor = page.cursor;
  } while (cursor);
  assert.deepEqual(seen, idsOf(b.runs));
  assert.equal(b.sent.length, Math.ceil(b.runs.length / 5));
  assert.equal(b.sent[0].line, 'GET /v2/dlq?count=5&source=workflow');
  assert.equal(b.sent[1].line, `GET /v2/dlq?cursor=${seen[4]}&count=5&source=workflow`);
});

const orderFlow = 'https://api.acme.io/wf/order';
const middle = (runs) => Number(runs[Math.floor(runs.length / 2)].dlqId.split('-')[0]);
const failedAt = ({ dlqId }) => Number(dlqId.split('-')[0]);
const stateOf = ({ failureCallbackInfo }) => failureCallbackInfo?.state;
const filters = [
  ['a workflow URL', () => ({ workflowUrl: orderFlow }), (r) => r.workflowUrl === orderFlow],
  ['one of two workflow URLs', () => ({ workflowUrl: ['https://nobody.example', orderFlow] }), (r) => r.workflowUrl === orderFlow],
  ['a URL', () => ({ url: orderFlow }), (r) => r.url === orderFlow],
  ['a run', (all) => ({ workflowRunId: all[5].workflowRunId }), (r, all) => r.workflowRunId === all[5].workflowRunId],
  ['the creation of a run', (all) => ({ workflowCreatedAt: all[5].workflowCreatedAt }), (r, all) => r.workflowCreatedAt === all[5].workflowCreatedAt],
  ['the state of the failure function', () => ({ failureFunctionState: 'CALLBACK_FAIL' }), (r) => stateOf(r) === 'CALLBACK_FAIL'],
  ['a label', () => ({ label: 'order-flow' }), (r) => r.labels?.includes('order-flow')],
  ['one of two labels', () => ({ label: ['nobody', 'order-flow'] }), (r) => r.labels?.includes('order-flow')],
  ['an address', () => ({ callerIp: '203.0.113.61' }), (r) => r.callerIP === '203.0.113.61'],
  ['a status', () => ({ responseStatus: 504 }), (r) => r.responseStatus === 504],
  ['a first date', (all) => ({ fromDate: new Date(middle(all)) }), (r, all) => failedAt(r) >= middle(all)],
  ['a last date', (all) => ({ toDate: middle(all) }), (r, all) => failedAt(r) <= middle(all)],
  ['a label and a state', () => ({ label: 'order-flow', failureFunctionState: 'CALLBACK_FAIL' }), (r) => stateOf(r) === 'CALLBACK_FAIL'],
];

for (const [name, filterOf, matches] of filters) {
  test(`list filters failed runs by ${name}`, async (b) => {
    const filter = filterOf(b.runs);
    const want = idsOf(b.runs.filter((run) => matches(run, b.runs)));
    assert.ok(want.length > 0 && want.length < b.runs.length, `${want.length} of ${b.runs.length} match`);
    const { messages } = await b.workflow.dlq.list({ filter });
    assert.deepEqual(idsOf(messages), want);
    const query = Object.entries(filter).flatMap(([key, values]) =>
      repeated(key, [values].flat().map((value) => Number(value) || value)));
    b.wantSent(['GET /v2/dlq', ...query, ['source', 'workflow']]);
  });
}

test('a flow control key of nobody lists no run', async (b) => {
  assert.deepEqual(await b.workflow.dlq.list({ filter: { flowControlKey: ['nobody'] } }), { messages: [], cursor: undefined });
});
