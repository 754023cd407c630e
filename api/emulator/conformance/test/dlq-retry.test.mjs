import assert from 'node:assert/strict';
import { idsOf, incident, messageID, repeated } from '../lib/bench.mjs';

const test = incident({ messages: 40, workflows: 4, odd: 3, seed: 13 });

const orders = (b) => b.messages.filter(({ queueName }) => queueName === 'orders');

// wantNewMessages checks the answers of a retry: so many new messages, each other than the one that failed.
function wantNewMessages(b, { responses }, number) {
  assert.equal(responses.length, number);
  const before = new Set(b.messages.map(({ messageId }) => messageId));
  for (const { messageId, deduplicated } of responses) {
    assert.match(messageId, messageID);
    assert.ok(!before.has(messageId), `${messageId} is not new`);
    assert.equal(deduplicated, undefined);
  }
  assert.equal(new Set(responses.map(({ messageId }) => messageId)).size, number);
}

test('retry of one id makes a new message like the old, which is delivered', async (b) => {
  const entry = orders(b)[3];
  await b.qstash.queue({ queueName: 'orders' }).pause();
  b.sent.length = 0;
  const answer = await b.qstash.dlq.retry(entry.dlqId);
  b.wantSent(['POST /v2/dlq/retry', ['dlqIds', entry.dlqId]]);
  wantNewMessages(b, answer, 1);
  assert.equal(answer.cursor, undefined);
  await b.wantGone([entry.dlqId]);

  const [{ messageId }] = answer.responses;
  for (const fate of await b.wantFate([entry.dlqId], 'retried')) assert.deepEqual(fate.messageIds, [messageId]);
  const message = await b.qstash.messages.get(messageId);
  for (const name of ['url', 'method', 'body', 'header', 'queueName', 'labels', 'maxRetries', 'callerIP']) {
    assert.deepEqual(message[name], entry[name], name);
  }
  assert.ok(message.createdAt > entry.createdAt);
  await b.qstash.queue({ queueName: 'orders' }).resume();
  await b.delivered(messageId);
  assert.deepEqual(await b.states(messageId), ['CREATED', 'ACTIVE', 'DELIVERED']);
  await b.wantRefused(b.qstash.messages.get(messageId), 404);
});

test('retry of a list of ids retries these entries only', async (b) => {
  const ids = idsOf(b.messages).slice(1, 5);
  const answer = await b.qstash.dlq.retry(ids);
  b.wantSent(['POST /v2/dlq/retry', ...repeated('dlqIds', ids)]);
  wantNewMessages(b, answer, 4);
  assert.equal(answer.cursor, undefined);
  await b.wantGone(ids);
  for (const [n, fate] of (await b.wantFate(ids, 'retried')).entries()) {
    assert.deepEqual(fate.messageIds, [answer.responses[n].messageId]);
  }
});

test('retry of { dlqIds } takes a list and a text', async (b) => {
  const [first, second, third] = idsOf(orders(b));
  wantNewMessages(b, await b.qstash.dlq.retry({ dlqIds: [first, second] }), 2);
  wantNewMessages(b, await b.qstash.dlq.retry({ dlqIds: third }), 1);
  b.wantSent(
    ['POST /v2/dlq/retry', ...repeated('dlqIds', [first, second])],
    ['POST /v2/dlq/retry', ['dlqIds', third]],
  );
  await b.wantGone([first, second, third]);
});

test('retry of an id that is gone is refused', async (b) => {
  const [id] = idsOf(b.messages);
  await b.qstash.dlq.retry(id);
  await b.wantRefused(b.qstash.dlq.retry(id), 404);
  await b.wantGone([id]);
});

test('retry of a list with an id that is gone is refused, and the others were done', async (b) => {
  const [gone, first, second, other] = idsOf(orders(b));
  await b.qstash.dlq.delete(gone);
  await b.wantRefused(b.qstash.dlq.retry([first, gone, second]), 404);
  await b.wantGone([gone, first, second]);
  assert.equal((await b.ask('GET', `/v2/dlq/${other}`)).status, 200);
});

test('retry by a filter retries what matches, a page at a time', async (b) => {
  const filter = { queueName: 'orders', responseStatus: 503 };
  const matching = idsOf(orders(b));
  let cursor;
  let calls = 0;
  const responses = [];
  do {
    const answer = await b.qstash.dlq.retry({ filter, count: 6, cursor });
    assert.notEqual(answer.cursor, '');
    responses.push(...answer.responses);
    cursor = answer.cursor;
    calls++;
  } while (cursor);
  wantNewMessages(b, { responses }, matching.length);
  assert.equal(calls, Math.ceil(matching.length / 6));
  assert.equal(b.sent[0].line, 'POST /v2/dlq/retry?queueName=orders&responseStatus=503&count=6');
  await b.wantGone(matching);
});

test('retry by a filter names a hundred itself when no count is given', async (b) => {
  wantNewMessages(b, await b.qstash.dlq.retry({ filter: { urlGroup: 'nobody', label: ['orders'] } }), 0);
  b.wantSent(['POST /v2/dlq/retry', ['label', 'orders'], ['topicName', 'nobody'], ['count', '100']]);
  await b.wantUntouched();
});

test('retry by a filter with the count one retries exactly the newest', async (b) => {
  const matching = idsOf(orders(b));
  wantNewMessages(b, await b.qstash.dlq.retry({ filter: { queueName: 'orders' }, count: 1 }), 1);
  await b.wantGone(matching.slice(0, 1));
});

test('retry by a filter that nothing matches answers an empty list', async (b) => {
  assert.deepEqual(await b.qstash.dlq.retry({ filter: { label: 'nobody' } }), { responses: [], cursor: undefined });
  await b.wantUntouched();
});

test('retry by a misspelt filter is refused and retries nothing', async (b) => {
  await b.wantRefused(b.qstash.dlq.retry({ filter: { queue: 'orders' } }), 400);
  await b.wantUntouched();
});

test('retry of all in a loop retries the plain entries and leaves the workflow runs', async (b) => {
  let cursor;
  let retried = 0;
  do {
    const answer = await b.qstash.dlq.retry({ all: true, count: 9, cursor });
    retried += answer.responses.length;
    cursor = answer.cursor;
  } while (cursor);
  assert.equal(retried, b.messages.length);
  assert.equal(b.sent.length, Math.ceil(b.messages.length / 9));
  assert.equal(b.sent[0].line, 'POST /v2/dlq/retry?count=9');
  await b.wantGone(idsOf(b.messages));
  await b.wantFate(idsOf(b.messages), 'retried');
});

test('retry of all names a hundred itself when no count is given', async (b) => {
  wantNewMessages(b, await b.qstash.dlq.retry({ all: true }), b.messages.length);
  b.wantSent(['POST /v2/dlq/retry', ['count', '100']]);
  await b.wantGone(idsOf(b.messages));
});

test('a workflow run is not retried as a message', async (b) => {
  const [run] = idsOf(b.runs);
  await assert.rejects(b.qstash.dlq.retry(run), ({ status }) => status === 400 || status === 404);
  await b.wantUntouched();
});
