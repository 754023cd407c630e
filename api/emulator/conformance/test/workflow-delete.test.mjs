import assert from 'node:assert/strict';
import { idsOf, incident, repeated } from '../lib/bench.mjs';

const test = incident({ messages: 6, workflows: 30, odd: 0, seed: 23 });
const path = 'DELETE /v2/workflows/dlq';

test('delete of one id removes this run only', async (b) => {
  const id = idsOf(b.runs)[4];
  assert.deepEqual(await b.workflow.dlq.delete(id), { deleted: 1, cursor: undefined });
  b.wantSent([path, ['dlqIds', id]]);
  await b.wantGone([id]);
  await b.wantFate([id], 'deleted');
});

test('delete of a list and of { dlqIds } removes these runs only', async (b) => {
  const [first, second, third, fourth, fifth] = idsOf(b.runs);
  assert.deepEqual(await b.workflow.dlq.delete([first, second]), { deleted: 2, cursor: undefined });
  assert.deepEqual(await b.workflow.dlq.delete({ dlqIds: [third, fourth] }), { deleted: 2, cursor: undefined });
  assert.deepEqual(await b.workflow.dlq.delete({ dlqIds: fifth }), { deleted: 1, cursor: undefined });
  b.wantSent(
    [path, ...repeated('dlqIds', [first, second])],
    [path, ...repeated('dlqIds', [third, fourth])],
    [path, ['dlqIds', fifth]],
  );
  await b.wantGone([first, second, third, fourth, fifth]);
});

test('delete of a run that is gone counts nothing and is no error', async (b) => {
  const [id] = idsOf(b.runs);
  await b.workflow.dlq.delete(id);
  assert.deepEqual(await b.workflow.dlq.delete(id), { deleted: 0, cursor: undefined });
  await b.wantGone([id]);
});

test('delete does not reach a message', async (b) => {
  assert.equal((await b.workflow.dlq.delete(idsOf(b.messages))).deleted, 0);
  await b.wantUntouched();
});

test('delete by a filter removes what matches, a page at a time', async (b) => {
  const filter = { callerIp: '203.0.113.61', workflowUrl: 'https://api.acme.io/wf/order' };
  const matching = idsOf(b.runs.filter(({ callerIP }) => callerIP === filter.callerIp));
  let cursor;
  let deleted = 0;
  do {
    const answer = await b.workflow.dlq.delete({ filter, count: 4, cursor });
    assert.notEqual(answer.cursor, '');
    deleted += answer.deleted;
    cursor = answer.cursor;
  } while (cursor);
  assert.equal(deleted, matching.length);
  assert.equal(b.sent.length, Math.ceil(matching.length / 4));
  b.sent.length = 1;
  b.wantSent([path, ['callerIp', filter.callerIp], ['workflowUrl', filter.workflowUrl], ['count', '4']]);
  await b.wantGone(matching);
});

test('delete by every filter of the SDK reaches the run that a listing by it shows', async (b) => {
  const one = b.runs[6];
  const filter = {
    workflowUrl: one.workflowUrl, workflowRunId: one.workflowRunId, workflowCreatedAt: one.workflowCreatedAt,
    failureFunctionState: one.failureCallbackInfo.state, label: one.labels, callerIp: one.callerIP,
    fromDate: one.createdAt, toDate: new Date(),
  };
  assert.equal((await b.workflow.dlq.delete({ filter })).deleted, 1);
  assert.equal((await b.workflow.dlq.delete({ filter: { flowControlKey: 'nobody' } })).deleted, 0);
  await b.wantGone([one.dlqId]);
});

test('delete by a misspelt filter, or one that only messages have, is refused', async (b) => {
  for (const filter of [{ lable: 'order-flow' }, { queueName: 'orders' }, { host: 'api.acme.io' }]) {
    await b.wantRefused(b.workflow.dlq.delete({ filter }), 400);
  }
  await b.wantUntouched();
});

test('delete of all in a loop removes the runs and leaves the messages', async (b) => {
  let cursor;
  let deleted = 0;
  do {
    const answer = await b.workflow.dlq.delete({ all: true, count: 7, cursor });
    deleted += answer.deleted;
    cursor = answer.cursor;
  } while (cursor);
  assert.equal(deleted, b.runs.length);
  assert.equal(b.sent.length, Math.ceil(b.runs.length / 7));
  await b.wantGone(idsOf(b.runs));
});

test('delete of all names a hundred itself when no count is given', async (b) => {
  assert.deepEqual(await b.workflow.dlq.delete({ all: true }), { deleted: b.runs.length, cursor: undefined });
  b.wantSent([path, ['count', '100']]);
  await b.wantGone(idsOf(b.runs));
});

const withState = (b, state) => b.runs.filter(({ failureCallbackInfo: info }) => info.state === state);

test('a failed failure function is called again, and the run stays in the queue', async (b) => {
  const [run] = withState(b, 'CALLBACK_FAIL');
  const answer = await b.workflow.dlq.retryFailureFunction({ dlqId: run.dlqId });
  b.wantSent([`POST /v2/workflows/dlq/callback/${run.dlqId}`]);
  assert.deepEqual(answer, { workflowRunId: run.workflowRunId, workflowCreatedAt: run.workflowCreatedAt });
  await b.wantUntouched();
  const state = async () => (await b.read(`/v2/workflows/dlq/${run.dlqId}`)).failureCallbackInfo.state;
  assert.equal(await state(), 'CALLBACK_INPROGRESS');
  await b.wantRefused(b.workflow.dlq.retryFailureFunction({ dlqId: run.dlqId }), 400);
  await b.eventually('the failure function succeeds', async () => (await state()) === 'CALLBACK_SUCCESS');
});

test('a failure function that succeeded is not called again', async (b) => {
  const [run] = withState(b, 'CALLBACK_SUCCESS');
  await b.wantRefused(b.workflow.dlq.retryFailureFunction({ dlqId: run.dlqId }), 400);
  await b.wantUntouched();
});

test('there is no failure function of a message or of a run that is gone', async (b) => {
  const [run] = idsOf(b.runs);
  await b.workflow.dlq.delete(run);
  await b.wantRefused(b.workflow.dlq.retryFailureFunction({ dlqId: run }), 404);
  await b.wantRefused(b.workflow.dlq.retryFailureFunction({ dlqId: idsOf(b.messages)[0] }), 400);
  await b.wantGone([run]);
});
