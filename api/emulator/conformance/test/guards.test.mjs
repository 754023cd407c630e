import assert from 'node:assert/strict';
import { Client as QStash } from '@upstash/qstash';
import { Client as Workflow } from '@upstash/workflow';
import { idsOf, incident } from '../lib/bench.mjs';

const test = incident({ messages: 12, workflows: 8, odd: 0, seed: 31 });

const throwing = {
  'qstash dlq.delete of an empty id': (b) => b.qstash.dlq.delete(''),
  'qstash dlq.delete of { dlqIds: [] }': (b) => b.qstash.dlq.delete({ dlqIds: [] }),
  'qstash dlq.delete of an empty filter value': (b) => b.qstash.dlq.delete({ filter: { label: [] } }),
  'qstash dlq.deleteMany of { dlqIds: [] }': (b) => b.qstash.dlq.deleteMany({ dlqIds: [] }),
  'qstash dlq.retry of { dlqIds: [] }': (b) => b.qstash.dlq.retry({ dlqIds: [] }),
  'qstash dlq.retry of an empty filter value': (b) => b.qstash.dlq.retry({ filter: { url: [] } }),
  'qstash dlq.listMessages of { dlqIds: [] }': (b) => b.qstash.dlq.listMessages({ dlqIds: [] }),
  'qstash dlq.listMessages of an empty filter value': (b) => b.qstash.dlq.listMessages({ filter: { queueName: [] } }),
  'qstash logs of no messages': (b) => b.qstash.logs({ messageIds: [] }),
  'qstash messages.get of an empty id': (b) => b.qstash.messages.get(''),
  'qstash messages.cancel of an empty id': (b) => b.qstash.messages.cancel(''),
  'qstash messages.cancel of { messageIds: [] }': (b) => b.qstash.messages.cancel({ messageIds: [] }),
  'qstash messages.delete of an empty id': (b) => b.qstash.messages.delete(''),
  'qstash flowControl.get of an empty key': (b) => b.qstash.flowControl.get(''),
  'qstash queue.get without a name': (b) => b.qstash.queue().get(),
  'qstash queue.pause without a name': (b) => b.qstash.queue().pause(),
  'workflow dlq.list of an empty filter value': (b) => b.workflow.dlq.list({ filter: { label: [] } }),
  'workflow dlq.delete of an empty id': (b) => b.workflow.dlq.delete(''),
  'workflow dlq.delete of a list with an empty id': (b) => b.workflow.dlq.delete([idsOf(b.runs)[0], '']),
  'workflow dlq.delete of { dlqIds: [] }': (b) => b.workflow.dlq.delete({ dlqIds: [] }),
  'workflow dlq.delete of an empty filter value': (b) => b.workflow.dlq.delete({ filter: { label: [] } }),
  'workflow dlq.delete of no selection': (b) => b.workflow.dlq.delete({}),
  'workflow dlq.delete of a filter that is not under filter': (b) => b.workflow.dlq.delete({ label: 'order-flow' }),
  'workflow dlq.retryFailureFunction of an empty id': (b) => b.workflow.dlq.retryFailureFunction({ dlqId: '' }),
};
for (const verb of ['resume', 'restart']) {
  Object.assign(throwing, {
    [`workflow dlq.${verb} of an empty id`]: (b) => b.workflow.dlq[verb](''),
    [`workflow dlq.${verb} of a list with an empty id`]: (b) => b.workflow.dlq[verb]([idsOf(b.runs)[0], '']),
    [`workflow dlq.${verb} of { dlqIds: [] }`]: (b) => b.workflow.dlq[verb]({ dlqIds: [] }),
    [`workflow dlq.${verb} of { dlqId: [] }`]: (b) => b.workflow.dlq[verb]({ dlqId: [] }),
    [`workflow dlq.${verb} of an empty filter value`]: (b) => b.workflow.dlq[verb]({ filter: { label: [] } }),
    [`workflow dlq.${verb} of no selection`]: (b) => b.workflow.dlq[verb]({}),
  });
}

for (const [name, call] of Object.entries(throwing)) {
  test(`${name} throws and sends nothing`, async (b) => {
    await assert.rejects(async () => call(b), Error);
    b.wantSent();
    await b.wantUntouched();
  });
}

const nothing = {
  'qstash dlq.delete': [(b) => b.qstash.dlq.delete([]), { deleted: 0 }],
  'qstash dlq.deleteMany': [(b) => b.qstash.dlq.deleteMany([]), { deleted: 0 }],
  'qstash dlq.retry': [(b) => b.qstash.dlq.retry([]), { responses: [] }],
  'qstash messages.cancel': [(b) => b.qstash.messages.cancel([]), { cancelled: 0 }],
  'workflow dlq.resume': [(b) => b.workflow.dlq.resume([]), { workflowRuns: [] }],
  'workflow dlq.restart': [(b) => b.workflow.dlq.restart([]), { workflowRuns: [] }],
  'workflow dlq.delete': [(b) => b.workflow.dlq.delete([]), { deleted: 0 }],
};

for (const [name, [call, answer]] of Object.entries(nothing)) {
  test(`${name} of an empty list answers that nothing was done and sends nothing`, async (b) => {
    assert.deepEqual(await call(b), answer);
    b.wantSent();
    await b.wantUntouched();
  });
}

// What the SDKs let through. The emulator refuses an id that is empty.
const unguarded = {
  'qstash dlq.retry of an empty id': (b) => b.qstash.dlq.retry(''),
  'qstash dlq.retry of a list of an empty id': (b) => b.qstash.dlq.retry(['']),
  'qstash dlq.delete of a list of an empty id': (b) => b.qstash.dlq.delete(['']),
  'qstash dlq.delete of { dlqIds } that is empty text': (b) => b.qstash.dlq.delete({ dlqIds: '' }),
  'qstash dlq.listMessages of { dlqIds } that is empty text': (b) => b.qstash.dlq.listMessages({ dlqIds: '' }),
  'workflow dlq.delete of { dlqIds } that is empty text': (b) => b.workflow.dlq.delete({ dlqIds: '' }),
  'workflow dlq.resume of { dlqId } that is empty': (b) => b.workflow.dlq.resume({ dlqId: '' }),
  'workflow dlq.restart of { dlqId } that is empty': (b) => b.workflow.dlq.restart({ dlqId: '' }),
};

for (const [name, call] of Object.entries(unguarded)) {
  test(`${name} is sent and refused`, async (b) => {
    await b.wantRefused(call(b), 400);
    assert.equal(b.sent.length, 1);
    assert.match(b.sent[0].line, /\?dlqIds=$/);
    await b.wantUntouched();
    await b.wantFate([], 'present');
  });
}

test('an empty filter of the QStash SDK selects everything', async (b) => {
  const { responses, cursor } = await b.qstash.dlq.retry({ filter: {}, count: 2 });
  assert.equal(responses.length, 2);
  assert.equal(cursor, idsOf(b.messages)[1]);
  assert.deepEqual(await b.qstash.dlq.delete({ filter: {} }), { deleted: 10 });
  b.wantSent(['POST /v2/dlq/retry', ['count', '2']], ['DELETE /v2/dlq', ['count', '100']]);
  await b.wantGone(idsOf(b.messages));
});

test('an empty filter of the Workflow SDK selects every run', async (b) => {
  assert.equal((await b.workflow.dlq.delete({ filter: {} })).deleted, 8);
  b.wantSent(['DELETE /v2/workflows/dlq', ['count', '100']]);
  await b.wantGone(idsOf(b.runs));
});

test('a call for dead letters carries the token, and neither a body nor a header of its own', async (b) => {
  const [first, second] = idsOf(b.messages);
  const [run, other, third] = idsOf(b.runs);
  await b.qstash.dlq.listMessages();
  await b.qstash.dlq.retry(first);
  await b.qstash.dlq.delete(second);
  await b.qstash.dlq.delete({ filter: { label: 'nobody' } });
  await b.workflow.dlq.list();
  await b.workflow.dlq.resume(run);
  await b.workflow.dlq.restart(other);
  await b.workflow.dlq.delete(third);
  assert.equal(b.sent.length, 8);
  for (const { headers, body } of b.sent) {
    assert.deepEqual(headers, { authorization: `Bearer ${b.token}` });
    assert.equal(body, undefined);
  }
});

test('a wrong token is refused by name, and nothing is done', async (b) => {
  const config = { baseUrl: b.url, token: 'wrong', devMode: false };
  const calls = [
    () => new QStash(config).dlq.listMessages(),
    () => new QStash(config).dlq.delete({ all: true }),
    () => new Workflow(config).dlq.restart({ all: true }),
  ];
  for (const call of calls) assert.match(await b.wantRefused(call(), 401), /invalid token/);
  await b.wantUntouched();
});

test('a base URL with a slash at its end works', async (b) => {
  const { messages } = await new QStash({ baseUrl: `${b.url}/`, token: b.token, devMode: false }).dlq.listMessages();
  assert.equal(messages.length, b.messages.length);
  b.wantSent(['GET /v2/dlq']);
});
