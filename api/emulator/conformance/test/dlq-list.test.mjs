import assert from 'node:assert/strict';
import { idsOf, incident, repeated } from '../lib/bench.mjs';

const test = incident({ messages: 60, workflows: 4, odd: 100, seed: 11 });

test('listMessages without options answers the newest page with whole entries', async (b) => {
  const { messages, cursor } = await b.qstash.dlq.listMessages();
  b.wantSent(['GET /v2/dlq']);
  assert.deepEqual(idsOf(messages), idsOf(b.messages));
  assert.equal(cursor, undefined);
  for (const message of messages) {
    const { urlGroup, ratePerSecond, ...onTheWire } = message;
    assert.deepEqual(onTheWire, await b.read(`/v2/dlq/${message.dlqId}`));
    assert.equal(urlGroup, message.topicName);
    assert.equal(ratePerSecond, message.rate);
  }
  assert.ok(messages.some(({ urlGroup }) => urlGroup), 'no entry of a URL group');
  assert.ok(messages.some(({ ratePerSecond }) => ratePerSecond === 50), 'no entry with a rate');
});

test('an entry has the types that the SDK declares', async (b) => {
  const { messages } = await b.qstash.dlq.listMessages({ filter: { url: 'https://partner.example/v1/sync' } });
  for (const entry of messages) {
    assert.match(entry.dlqId, /^\d{13}-\d+$/);
    for (const name of ['messageId', 'url', 'method', 'body', 'callerIP', 'label', 'flowControlKey', 'responseBody']) {
      assert.equal(typeof entry[name], 'string', name);
    }
    for (const name of ['createdAt', 'notBefore', 'maxRetries', 'parallelism', 'rate', 'period', 'responseStatus']) {
      assert.equal(typeof entry[name], 'number', name);
    }
    assert.equal(entry.labels[0], entry.label);
    for (const headers of [entry.header, entry.responseHeader]) {
      assert.ok(Object.values(headers).every(Array.isArray));
    }
  }
});

test('a body that is no text comes as base64 and nothing else', async (b) => {
  const { messages } = await b.qstash.dlq.listMessages({ filter: { label: 'binary-body' } });
  assert.equal(messages.length, 1);
  assert.equal(messages[0].body, undefined);
  assert.equal(Buffer.from(messages[0].bodyBase64, 'base64').length, 600);
});

test('the cursor leads through all pages, each entry once, and is missing on the last', async (b) => {
  const seen = [];
  let cursor;
  let pages = 0;
  do {
    const page = await b.qstash.dlq.listMessages({ count: 7, cursor });
    assert.ok(page.messages.length <= 7);
    assert.notEqual(page.cursor, '');
    seen.push(...idsOf(page.messages));
    cursor = page.cursor;
    pages++;
  } while (cursor);
  assert.deepEqual(seen, idsOf(b.messages));
  assert.equal(pages, Math.ceil(b.messages.length / 7));
  assert.equal(b.sent[0].line, 'GET /v2/dlq?count=7');
  assert.equal(b.sent[1].line, `GET /v2/dlq?count=7&cursor=${seen[6]}`);
});

test('a cursor goes on from an entry that was deleted in the meantime', async (b) => {
  const { messages, cursor } = await b.qstash.dlq.listMessages({ count: 5 });
  await b.qstash.dlq.delete(idsOf(messages));
  const next = await b.qstash.dlq.listMessages({ count: 5, cursor });
  assert.deepEqual(idsOf(next.messages), idsOf(b.messages).slice(5, 10));
});

test('listMessages by ids asks for these and leaves out those that are gone', async (b) => {
  const [first, second, third] = idsOf(b.messages);
  await b.qstash.dlq.delete(second);
  const { messages, cursor } = await b.qstash.dlq.listMessages({ dlqIds: [third, second, first] });
  b.wantSent([`DELETE /v2/dlq/${second}`], ['GET /v2/dlq', ...repeated('dlqIds', [third, second, first])]);
  assert.deepEqual(idsOf(messages).sort(), [first, third].sort());
  assert.equal(cursor, undefined);
  const single = await b.qstash.dlq.listMessages({ dlqIds: first, count: 3 });
  assert.deepEqual(idsOf(single.messages), [first]);
});

const orders = 'https://api.acme.io/webhooks/orders';
const partner = 'https://partner.example/v1/sync';
const middle = (entries) => Number(entries[Math.floor(entries.length / 2)].dlqId.split('-')[0]);
const failedAt = ({ dlqId }) => Number(dlqId.split('-')[0]);
const filters = [
  ['a URL', () => ({ url: orders }), (e) => e.url === orders],
  ['one of two URLs', () => ({ url: [orders, partner] }), (e) => e.url === orders || e.url === partner],
  ['a queue', () => ({ queueName: 'billing' }), (e) => e.queueName === 'billing'],
  ['one of two queues', () => ({ queueName: ['billing', 'orders'] }), (e) => ['billing', 'orders'].includes(e.queueName)],
  ['a URL group', () => ({ urlGroup: 'product-changed' }), (e) => e.topicName === 'product-changed'],
  ['a schedule', () => ({ scheduleId: 'scd_7cYJ4nZtFp3xQw9rLmKvB2' }), (e) => e.scheduleId !== undefined],
  ['a second label', () => ({ label: 'orders' }), (e) => e.labels?.includes('orders')],
  ['one of two labels', () => ({ label: ['checkout', 'orders'] }), (e) => e.labels?.some((l) => ['checkout', 'orders'].includes(l))],
  ['a status', () => ({ responseStatus: 422 }), (e) => e.responseStatus === 422],
  ['one of two statuses', () => ({ responseStatus: [400, 422] }), (e) => [400, 422].includes(e.responseStatus)],
  ['an address', () => ({ callerIp: '198.51.100.4' }), (e) => e.callerIP === '198.51.100.4'],
  ['a flow control key', () => ({ flowControlKey: 'partner' }), (e) => e.flowControlKey === 'partner'],
  ['a message', (all) => ({ messageId: all[3].messageId }), (e, all) => e.messageId === all[3].messageId],
  ['a first date', (all) => ({ fromDate: middle(all) }), (e, all) => failedAt(e) >= middle(all)],
  ['a last date', (all) => ({ toDate: new Date(middle(all)) }), (e, all) => failedAt(e) <= middle(all)],
  ['a queue and an address', () => ({ queueName: 'orders', callerIp: '203.0.113.11' }), (e) => e.queueName === 'orders' && e.callerIP === '203.0.113.11'],
];

for (const [name, filterOf, matches] of filters) {
  test(`listMessages filters by ${name}`, async (b) => {
    const filter = filterOf(b.messages);
    const want = idsOf(b.messages.filter((entry) => matches(entry, b.messages)));
    assert.ok(want.length > 0 && want.length < b.messages.length, `${want.length} of ${b.messages.length} match`);
    const { messages } = await b.qstash.dlq.listMessages({ filter });
    assert.deepEqual(idsOf(messages), want);
    const { messages: few } = await b.qstash.dlq.listMessages({ filter, count: 1 });
    assert.deepEqual(idsOf(few), want.slice(0, 1));
    const query = Object.entries(filter).flatMap(([key, values]) =>
      repeated(key === 'urlGroup' ? 'topicName' : key, [values].flat().map((value) => Number(value) || value)));
    b.wantSent(['GET /v2/dlq', ...query], ['GET /v2/dlq', ['count', '1'], ...query]);
  });
}

test('the filter by API is dropped by the SDK, so that everything is listed', async (b) => {
  const { messages } = await b.qstash.dlq.listMessages({ filter: { api: 'llm' } });
  b.wantSent(['GET /v2/dlq']);
  assert.equal(messages.length, b.messages.length);
});

test('a filter that the dead letter queue does not know is refused', async (b) => {
  for (const filter of [{ host: 'api.acme.io' }, { path: '/checkout' }, { order: 'earliestFirst' }]) {
    await b.wantRefused(b.qstash.dlq.listMessages({ filter }), 400);
  }
});
