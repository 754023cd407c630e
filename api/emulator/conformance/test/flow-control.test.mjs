import assert from 'node:assert/strict';
import { incident } from '../lib/bench.mjs';

const test = incident({ messages: 30, workflows: 2, odd: 0, seed: 61 });

const limits = (key) => [key.parallelismMax, key.rateMax, key.ratePeriod];
const partnerEntries = (b) => b.messages.filter(({ flowControlKey }) => flowControlKey === 'partner');

test('a flow control key is shown with its limits and its use', async (b) => {
  const key = await b.qstash.flowControl.get('partner');
  b.wantSent(['GET /v2/flowControl/partner']);
  assert.deepEqual(key, {
    flowControlKey: 'partner', waitListSize: 0, parallelismMax: 20, parallelismCount: 0, rateMax: 50, rateCount: 0,
    ratePeriod: 1, ratePeriodStart: key.ratePeriodStart, isPaused: false, isPinnedParallelism: false, isPinnedRate: false,
  });
  assert.equal(typeof key.ratePeriodStart, 'number');
});

test('the flow control keys are listed, and found by a part of their name', async (b) => {
  await b.qstash.flowControl.pin('partner-eu', { parallelism: 1 });
  await b.qstash.flowControl.pin('other', { parallelism: 1 });
  const names = async (path) => (await b.read(path)).map(({ flowControlKey }) => flowControlKey);
  assert.deepEqual(await names('/v2/flowControl'), ['other', 'partner', 'partner-eu']);
  assert.deepEqual(await names('/v2/flowControl?search=partner'), ['partner', 'partner-eu']);
});

test('a flow control key of nobody is not found', async (b) => {
  await b.wantRefused(b.qstash.flowControl.get('nobody'), 404);
});

test('a paused key holds a retried message until it is resumed', async (b) => {
  const { flowControl } = b.qstash;
  await flowControl.pause('partner');
  b.wantSent(['POST /v2/flowControl/partner/pause']);
  const [held] = partnerEntries(b);
  const [{ messageId }] = (await b.qstash.dlq.retry(held.dlqId)).responses;
  await b.eventually('the message waits', async () => (await flowControl.get('partner')).waitListSize === 1);
  assert.equal((await flowControl.get('partner')).isPaused, true);
  assert.deepEqual(await b.states(messageId), ['CREATED']);

  await flowControl.resume('partner');
  await b.delivered(messageId);
  const key = await flowControl.get('partner');
  assert.deepEqual([key.isPaused, key.waitListSize, key.parallelismCount], [false, 0, 0]);
});

test('pinned limits stay whatever messages ask for, until they are unpinned', async (b) => {
  const { flowControl } = b.qstash;
  const [first, second, third] = partnerEntries(b);
  await flowControl.pause('partner');
  b.sent.length = 0;
  await flowControl.pin('partner', { parallelism: 3, rate: 7, period: 60 });
  b.wantSent(['POST /v2/flowControl/partner/pin', ['parallelism', 3], ['rate', 7], ['period', 60]]);
  await b.qstash.dlq.retry(first.dlqId);
  const pinned = await flowControl.get('partner');
  assert.deepEqual(limits(pinned), [3, 7, 60]);
  assert.deepEqual([pinned.isPinnedParallelism, pinned.isPinnedRate], [true, true]);

  b.sent.length = 0;
  await flowControl.unpin('partner', { rate: true });
  b.wantSent(['POST /v2/flowControl/partner/unpin', ['rate', true]]);
  await b.qstash.dlq.retry(second.dlqId);
  const half = await flowControl.get('partner');
  assert.deepEqual(limits(half), [3, 50, 1]);
  assert.deepEqual([half.isPinnedParallelism, half.isPinnedRate], [true, false]);

  await flowControl.unpin('partner', { parallelism: true, rate: true });
  await b.qstash.dlq.retry(third.dlqId);
  const free = await flowControl.get('partner');
  assert.deepEqual(limits(free), [20, 50, 1]);
  assert.deepEqual([free.isPinnedParallelism, free.isPinnedRate], [false, false]);
});

test('a pin of one limit leaves the other to the messages', async (b) => {
  await b.qstash.flowControl.pin('partner', { parallelism: 4 });
  const key = await b.qstash.flowControl.get('partner');
  assert.deepEqual(limits(key), [4, 50, 1]);
  assert.deepEqual([key.isPinnedParallelism, key.isPinnedRate], [true, false]);
});

test('a rate that is used up holds the rest until it is reset', async (b) => {
  const { flowControl } = b.qstash;
  await flowControl.pin('partner', { rate: 1, period: 3600 });
  const [first, second] = partnerEntries(b);
  await b.qstash.dlq.retry([first.dlqId, second.dlqId]);
  await b.eventually('one is delivered and one waits', async () => {
    const key = await flowControl.get('partner');
    return key.rateCount === 1 && key.waitListSize === 1 && key.parallelismCount === 0;
  });
  b.sent.length = 0;
  await flowControl.resetRate('partner');
  b.wantSent(['POST /v2/flowControl/partner/resetRate']);
  await b.eventually('the other is delivered', async () => {
    const key = await flowControl.get('partner');
    return key.waitListSize === 0 && key.parallelismCount === 0;
  });
});

test('a limit that is no number from one on is refused', async (b) => {
  await b.wantRefused(b.qstash.flowControl.pin('partner', { parallelism: 0 }), 400);
  await b.wantRefused(b.qstash.flowControl.pin('partner', { rate: 1.5 }), 400);
  assert.deepEqual(limits(await b.qstash.flowControl.get('partner')), [20, 50, 1]);
});

test('the parallelism of all keys together is shown', async (b) => {
  const { parallelismMax, parallelismCount } = await b.qstash.flowControl.getGlobalParallelism();
  assert.ok(parallelismMax > 0);
  assert.equal(parallelismCount, 0);
});
