import assert from 'node:assert/strict';
import { incident } from '../lib/bench.mjs';

const test = incident({ messages: 30, workflows: 2, odd: 0, seed: 51 });

test('the queues that entries name are listed, and each is found by its name', async (b) => {
  const queues = await b.qstash.queue().list();
  b.wantSent(['GET /v2/queues']);
  assert.deepEqual(queues.map(({ name }) => name), ['billing', 'orders']);
  for (const queue of queues) {
    assert.deepEqual(await b.qstash.queue({ queueName: queue.name }).get(), queue);
    assert.ok(queue.createdAt > 0 && queue.updatedAt >= queue.createdAt && queue.parallelism > 0);
    assert.deepEqual([queue.paused, queue.lag], [false, 0]);
  }
});

test('a queue of nobody is not found, and a name that cannot be is refused', async (b) => {
  for (const call of ['get', 'pause', 'resume']) {
    await b.wantRefused(b.qstash.queue({ queueName: 'nobody' })[call](), 404);
    await b.wantRefused(b.qstash.queue({ queueName: 'no:body' })[call](), 400);
  }
});

test('a paused queue holds a retried message until it is resumed', async (b) => {
  const queue = b.qstash.queue({ queueName: 'orders' });
  await queue.pause();
  await queue.pause();
  b.wantSent(['POST /v2/queues/orders/pause'], ['POST /v2/queues/orders/pause']);
  assert.equal((await queue.get()).paused, true);

  const held = b.messages.find(({ queueName }) => queueName === 'orders');
  const free = b.messages.find(({ queueName }) => queueName === 'billing');
  const [{ messageId }] = (await b.qstash.dlq.retry(held.dlqId)).responses;
  const [other] = (await b.qstash.dlq.retry(free.dlqId)).responses;
  await b.delivered(other.messageId);
  assert.deepEqual(await b.states(messageId), ['CREATED']);
  assert.equal((await queue.get()).lag, 1);

  await queue.resume();
  await queue.resume();
  assert.equal((await queue.get()).paused, false);
  await b.delivered(messageId);
  assert.equal((await queue.get()).lag, 0);
});

test('a queue is created, changed and deleted', async (b) => {
  const queue = b.qstash.queue({ queueName: 'mail' });
  await queue.upsert({ parallelism: 3 });
  assert.deepEqual([(await queue.get()).parallelism, (await queue.get()).paused], [3, false]);
  await queue.upsert({ parallelism: 2, paused: true });
  assert.deepEqual([(await queue.get()).parallelism, (await queue.get()).paused], [2, true]);
  assert.deepEqual((await queue.list()).map(({ name }) => name), ['billing', 'mail', 'orders']);
  await queue.delete();
  await b.wantRefused(queue.get(), 404);
  await b.wantRefused(b.qstash.queue({ queueName: 'no:body' }).upsert({}), 400);
});
