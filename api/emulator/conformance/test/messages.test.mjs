import assert from 'node:assert/strict';
import { idsOf, incident, repeated } from '../lib/bench.mjs';

const test = incident({ messages: 30, workflows: 2, odd: 0, seed: 71 });

// held retries so many entries of the queue "orders", which is paused, so that their messages stay where they are.
async function held(b, number) {
  await b.qstash.queue({ queueName: 'orders' }).pause();
  const ids = idsOf(b.messages.filter(({ queueName }) => queueName === 'orders')).slice(0, number);
  const { responses } = await b.qstash.dlq.retry(ids);
  b.sent.length = 0;
  return responses.map(({ messageId }) => messageId);
}

const requested = async (b, messageId) => (await b.states(messageId)).includes('CANCEL_REQUESTED');

test('a message on its way is shown', async (b) => {
  const [messageId] = await held(b, 1);
  const message = await b.qstash.messages.get(messageId);
  b.wantSent([`GET /v2/messages/${messageId}`]);
  assert.equal(message.messageId, messageId);
  assert.equal(message.url, 'https://api.acme.io/webhooks/orders');
  assert.equal(message.queueName, 'orders');
  assert.equal(message.urlGroup, undefined);
  assert.equal(message.responseStatus, undefined);
  assert.equal(message.dlqId, undefined);
});

test('a message that failed, or that there never was, is not found', async (b) => {
  await b.wantRefused(b.qstash.messages.get(b.messages[0].messageId), 404);
  await b.wantRefused(b.qstash.messages.get('msg_nobody'), 404);
  await b.wantRefused(b.qstash.messages.cancel('msg_nobody'), 404);
  await b.wantRefused(b.qstash.messages.delete('msg_nobody'), 404);
});

test('a cancelled message is not delivered and does not come back', async (b) => {
  const [messageId, other] = await held(b, 2);
  assert.deepEqual(await b.qstash.messages.cancel(messageId), { cancelled: 1 });
  b.wantSent([`DELETE /v2/messages/${messageId}`]);
  assert.ok(await requested(b, messageId));
  await b.qstash.queue({ queueName: 'orders' }).resume();
  await b.eventually('the message is cancelled', async () => (await b.states(messageId)).at(-1) === 'CANCELLED');
  await b.delivered(other);
  await b.wantRefused(b.qstash.messages.get(messageId), 404);
  const { logs } = await b.qstash.logs({ filter: { state: 'CANCELED' } });
  assert.deepEqual(logs.map((log) => log.messageId), [messageId]);
  assert.deepEqual((await b.qstash.dlq.listMessages({ filter: { messageId } })).messages, []);
});

test('the deprecated delete cancels one message', async (b) => {
  const [messageId] = await held(b, 1);
  assert.equal(await b.qstash.messages.delete(messageId), undefined);
  b.wantSent([`DELETE /v2/messages/${messageId}`]);
  assert.ok(await requested(b, messageId));
});

for (const [name, cancel] of [
  ['cancel of a list', async (messages, ids) => (await messages.cancel(ids)).cancelled],
  ['cancel of { messageIds }', async (messages, messageIds) => (await messages.cancel({ messageIds })).cancelled],
  ['the deprecated deleteMany', async (messages, ids) => messages.deleteMany(ids)],
]) {
  test(`${name} cancels these messages only`, async (b) => {
    const [first, second, third] = await held(b, 3);
    assert.equal(await cancel(b.qstash.messages, [first, third, 'msg_nobody']), 2);
    b.wantSent(['DELETE /v2/messages', ...repeated('messageIds', [first, third, 'msg_nobody'])]);
    assert.deepEqual([await requested(b, first), await requested(b, second), await requested(b, third)], [true, false, true]);
  });
}

test('cancel by a filter cancels what matches', async (b) => {
  const ids = await held(b, 3);
  const { messages } = b.qstash;
  assert.deepEqual(await messages.cancel({ filter: { queueName: 'billing' } }), { cancelled: 0 });
  assert.deepEqual(await messages.cancel({ filter: { label: ['nobody', 'orders'], host: 'partner.example' } }), { cancelled: 0 });
  assert.ok(!(await requested(b, ids[0])));
  const filter = {
    url: 'https://api.acme.io/webhooks/orders', host: 'api.acme.io', path: '/webhooks/orders', queueName: ['orders'],
    label: 'release-42', fromDate: Date.now() - 60_000, toDate: new Date(Date.now() + 60_000),
  };
  assert.deepEqual(await messages.cancel({ filter }), { cancelled: 3 });
  for (const id of ids) assert.ok(await requested(b, id));
});

test('cancel of all, and the deprecated deleteAll, cancel everything on its way', async (b) => {
  const ids = await held(b, 2);
  assert.deepEqual(await b.qstash.messages.cancel({ all: true }), { cancelled: 2 });
  b.wantSent(['DELETE /v2/messages', ['count', '100']]);
  for (const id of ids) assert.ok(await requested(b, id));
  assert.equal(await b.qstash.messages.deleteAll(), 0);
});
