import assert from 'node:assert/strict';
import { incident, messageID } from '../lib/bench.mjs';

const test = incident({ messages: 6, workflows: 2, odd: 0, seed: 81 });
const url = 'https://app.example/hooks/mail?lang=de&page=1';

// gate pauses a flow control key, so that the messages which name it stay where they are.
const gate = { key: 'gate', parallelism: 2, rate: 5, period: '2m' };

test('a published message is there with everything it was given, and is delivered', async (b) => {
  await b.qstash.flowControl.pause('gate');
  const { messageId, deduplicated } = await b.qstash.publishJSON({
    url, body: { n: 1, text: 'grün' }, headers: { 'X-Tenant': 't_7' }, method: 'PUT', retries: 2, retryDelay: '1000 * (1 + retried)',
    callback: 'https://app.example/done', failureCallback: 'https://app.example/failed', label: ['mail', 'night'],
    flowControl: gate, timeout: 30,
  });
  assert.match(messageId, messageID);
  assert.ok(!deduplicated);
  const message = await b.qstash.messages.get(messageId);
  const { createdAt, notBefore, callerIP, header, ...rest } = message;
  assert.deepEqual(JSON.parse(rest.body), { n: 1, text: 'grün' });
  assert.deepEqual(header['X-Tenant'], ['t_7']);
  assert.deepEqual(header['Content-Type'], ['application/json']);
  assert.ok(Math.abs(createdAt - Date.now()) < 60_000 && notBefore >= createdAt);
  assert.match(callerIP, /127\.0\.0\.1/);
  const want = {
    messageId, url, method: 'PUT', maxRetries: 2, retryDelayExpression: '1000 * (1 + retried)', label: 'mail',
    callback: 'https://app.example/done', failureCallback: 'https://app.example/failed', labels: ['mail', 'night'],
    flowControlKey: 'gate', parallelism: 2, rate: 5, period: 120, ratePerSecond: 5,
  };
  for (const [name, value] of Object.entries(want)) assert.deepEqual(rest[name], value, name);

  await b.qstash.flowControl.resume('gate');
  await b.delivered(messageId);
  assert.deepEqual(await b.states(messageId), ['CREATED', 'ACTIVE', 'DELIVERED']);
});

test('a raw body is published as it is', async (b) => {
  await b.qstash.flowControl.pause('gate');
  const { messageId } = await b.qstash.publish({
    url, body: 'a=1&b=2', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, flowControl: gate,
  });
  const message = await b.qstash.messages.get(messageId);
  assert.deepEqual([message.body, message.method, message.maxRetries], ['a=1&b=2', 'POST', 3]);
  assert.deepEqual(message.header['Content-Type'], ['application/x-www-form-urlencoded']);
});

test('a delay and a time keep a message from being delivered before', async (b) => {
  const notBefore = Math.floor(Date.now() / 1000) + 7200;
  const delayed = await b.qstash.publish({ url, body: 'a', delay: 3600 });
  const timed = await b.qstash.publish({ url, body: 'b', notBefore });
  const first = await b.qstash.messages.get(delayed.messageId);
  assert.ok(Math.abs(first.notBefore - first.createdAt - 3_600_000) < 1000);
  assert.equal((await b.qstash.messages.get(timed.messageId)).notBefore, notBefore * 1000);
  assert.deepEqual(await b.states(delayed.messageId), ['CREATED']);
});

test('an equal message within ten minutes is the first one again', async (b) => {
  const first = await b.qstash.publish({ url, body: 'a', deduplicationId: 'order-1' });
  const second = await b.qstash.publish({ url, body: 'b', deduplicationId: 'order-1' });
  assert.deepEqual([second.messageId, second.deduplicated], [first.messageId, true]);
  const third = await b.qstash.publish({ url, body: 'c', contentBasedDeduplication: true });
  const fourth = await b.qstash.publish({ url, body: 'c', contentBasedDeduplication: true });
  const fifth = await b.qstash.publish({ url, body: 'd', contentBasedDeduplication: true });
  assert.deepEqual([fourth.messageId, fourth.deduplicated], [third.messageId, true]);
  assert.notEqual(fifth.messageId, third.messageId);
  const colon = await b.wantRefused(b.qstash.publish({ url, body: 'a', deduplicationId: 'order:1' }), 400);
  assert.match(colon, /cannot contain ':'/);
});

test('what cannot be a destination is refused', async (b) => {
  await b.wantRefused(b.qstash.publish({ url: 'ftp://app.example', body: 'a' }), 400);
  await assert.rejects(b.qstash.publish({ urlGroup: 'nobody', body: 'a' }), ({ status }) => status === 400 || status === 404);
});

test('redacted fields are hashes where they are read', async (b) => {
  await b.qstash.flowControl.pause('gate');
  const { messageId } = await b.qstash.publish({
    url, body: 'secret', headers: { 'X-Key': 'k', 'X-Open': 'o' }, redact: { body: true, header: ['X-Key'] }, flowControl: gate,
  });
  const { body, header } = await b.qstash.messages.get(messageId);
  assert.match(body, /^REDACTED:[0-9a-f]{64}$/i);
  assert.match(header['X-Key'][0], /^REDACTED:[0-9a-f]{64}$/i);
  assert.deepEqual(header['X-Open'], ['o']);
});

test('an enqueued message waits in its queue, which is made for it', async (b) => {
  const queue = b.qstash.queue({ queueName: 'mail' });
  const { messageId } = await queue.enqueueJSON({ url, body: { n: 1 } });
  assert.equal((await queue.get()).parallelism, 1);
  await b.delivered(messageId);
  await queue.pause();
  const held = await queue.enqueue({ url, body: 'raw' });
  const message = await b.qstash.messages.get(held.messageId);
  assert.deepEqual([message.queueName, message.body, message.url], ['mail', 'raw', url]);
  assert.equal((await queue.get()).lag, 1);
  await queue.resume();
  await b.delivered(held.messageId);
});

test('a batch publishes and enqueues, and answers in its order', async (b) => {
  await b.qstash.flowControl.pause('gate');
  const answers = await b.qstash.batch([
    { url: 'https://app.example/a', body: 'first', flowControl: gate },
    { url: 'https://app.example/b', body: 'second', queueName: 'mail', flowControl: gate, retries: 0 },
  ]);
  assert.equal(answers.length, 2);
  const [first, second] = await Promise.all(answers.map(({ messageId }) => b.qstash.messages.get(messageId)));
  assert.deepEqual([first.url, first.body, first.queueName], ['https://app.example/a', 'first', undefined]);
  assert.deepEqual([second.url, second.body, second.queueName, second.maxRetries], ['https://app.example/b', 'second', 'mail', 0]);
  const [json] = await b.qstash.batchJSON([{ url, body: { n: 2 }, flowControl: gate }]);
  assert.deepEqual(JSON.parse((await b.qstash.messages.get(json.messageId)).body), { n: 2 });
});

test('a message that fails is listed, retried and fails again as another entry', async (b) => {
  const headers = { 'Emulator-Answers': '503' };
  const { messageId } = await b.qstash.publishJSON({ url, body: { n: 1 }, headers, retries: 0, label: 'e2e' });
  const entryOf = (id) => b.eventually(`${id} fails`, async () => {
    const { messages } = await b.qstash.dlq.listMessages({ filter: { messageId: id } });
    return messages[0];
  });
  const entry = await entryOf(messageId);
  assert.deepEqual([entry.responseStatus, entry.url, entry.labels, entry.maxRetries], [503, url, ['e2e'], 0]);
  assert.deepEqual(await b.states(messageId), ['CREATED', 'ACTIVE', 'ERROR', 'FAILED']);
  const { responses } = await b.qstash.dlq.retry(entry.dlqId);
  const back = await entryOf(responses[0].messageId);
  assert.notEqual(back.dlqId, entry.dlqId);
  assert.equal(back.body, entry.body);
  await b.wantRefused(b.qstash.dlq.delete(entry.dlqId), 404);
  assert.deepEqual(await b.qstash.dlq.delete({ filter: { label: 'e2e' } }), { deleted: 1 });
  await b.wantUntouched();
});
