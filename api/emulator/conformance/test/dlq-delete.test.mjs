import assert from 'node:assert/strict';
import { idsOf, incident, repeated } from '../lib/bench.mjs';

const test = incident({ messages: 40, workflows: 4, odd: 3, seed: 12 });

test('delete of one id removes this entry only', async (b) => {
  const id = idsOf(b.messages)[4];
  assert.deepEqual(await b.qstash.dlq.delete(id), { deleted: 1 });
  b.wantSent([`DELETE /v2/dlq/${id}`]);
  await b.wantGone([id]);
  await b.wantFate([id], 'deleted');
});

test('delete of one id that is gone is refused', async (b) => {
  const [id] = idsOf(b.messages);
  await b.qstash.dlq.delete(id);
  await b.wantRefused(b.qstash.dlq.delete(id), 404);
  await b.wantGone([id]);
});

for (const [name, remove] of [
  ['delete of a list of ids', (dlq, ids) => dlq.delete(ids)],
  ['deleteMany of a list of ids', (dlq, ids) => dlq.deleteMany(ids)],
  ['delete of { dlqIds }', (dlq, dlqIds) => dlq.delete({ dlqIds })],
  ['deleteMany of { dlqIds }', (dlq, dlqIds) => dlq.deleteMany({ dlqIds })],
]) {
  test(`${name} removes these entries only`, async (b) => {
    const ids = idsOf(b.messages).slice(2, 6);
    assert.deepEqual(await remove(b.qstash.dlq, ids), { deleted: 4 });
    b.wantSent(['DELETE /v2/dlq', ...repeated('dlqIds', ids)]);
    await b.wantGone(ids);
    await b.wantFate(ids, 'deleted');
  });
}

test('delete of { dlqIds } with one id as text removes it', async (b) => {
  const id = idsOf(b.messages).at(-1);
  assert.deepEqual(await b.qstash.dlq.delete({ dlqIds: id }), { deleted: 1 });
  b.wantSent(['DELETE /v2/dlq', ['dlqIds', id]]);
  await b.wantGone([id]);
});

test('delete of a list counts the entries that were still there', async (b) => {
  const ids = idsOf(b.messages).slice(0, 3);
  await b.qstash.dlq.delete(ids[1]);
  assert.deepEqual(await b.qstash.dlq.delete([...ids, '1752829295505-7']), { deleted: 2 });
  await b.wantGone(ids);
});

test('delete by a filter removes what matches, a page at a time', async (b) => {
  const filter = { label: ['checkout', 'partner-sync'] };
  const matching = idsOf(b.messages.filter(({ labels }) => labels.includes('checkout') || labels.includes('partner-sync')));
  const first = await b.qstash.dlq.delete({ filter, count: 5 });
  assert.equal(first.deleted, 5);
  await b.wantGone(matching.slice(0, 5));
  const rest = await b.qstash.dlq.delete({ filter, cursor: first.cursor });
  assert.deepEqual(rest, { deleted: matching.length - 5 });
  const labels = repeated('label', filter.label);
  b.wantSent(
    ['DELETE /v2/dlq', ...labels, ['count', '5']],
    ['DELETE /v2/dlq', ...labels, ['count', '100'], ['cursor', first.cursor]],
  );
  await b.wantGone(matching);
});

test('delete by every filter of the SDK reaches the entries that a listing by it shows', async (b) => {
  const [one] = b.messages.filter(({ queueName }) => queueName === 'orders');
  const at = Number(one.dlqId.split('-')[0]);
  const filter = {
    url: one.url, queueName: one.queueName, label: one.labels, responseStatus: one.responseStatus,
    callerIp: one.callerIP, messageId: one.messageId, fromDate: at, toDate: new Date(at),
  };
  assert.deepEqual(await b.qstash.dlq.delete({ filter }), { deleted: 1 });
  await b.wantGone([one.dlqId]);
  const [flow] = b.messages.filter(({ flowControlKey }) => flowControlKey);
  const { deleted } = await b.qstash.dlq.delete({ filter: { flowControlKey: flow.flowControlKey }, count: 1 });
  assert.equal(deleted, 1);
  await b.wantGone([one.dlqId, flow.dlqId]);
  for (const none of [{ urlGroup: 'nobody' }, { scheduleId: 'scd_nobody' }]) {
    assert.deepEqual(await b.qstash.dlq.delete({ filter: none }), { deleted: 0 });
  }
  await b.wantGone([one.dlqId, flow.dlqId]);
});

test('delete by a filter that nothing matches removes nothing', async (b) => {
  assert.deepEqual(await b.qstash.dlq.delete({ filter: { url: 'https://nobody.example' } }), { deleted: 0 });
  await b.wantUntouched();
});

test('delete by a misspelt filter is refused and removes nothing', async (b) => {
  await b.wantRefused(b.qstash.dlq.delete({ filter: { lable: 'checkout' } }), 400);
  await b.wantRefused(b.qstash.dlq.delete({ filter: { host: 'api.acme.io' } }), 400);
  await b.wantUntouched();
});

test('delete of all in a loop empties the plain queue and leaves the workflow runs', async (b) => {
  let cursor;
  let deleted = 0;
  let calls = 0;
  do {
    const answer = await b.qstash.dlq.delete({ all: true, count: 10, cursor });
    deleted += answer.deleted;
    cursor = answer.cursor;
    calls++;
  } while (cursor);
  assert.equal(deleted, b.messages.length);
  assert.equal(calls, Math.ceil(b.messages.length / 10));
  assert.equal(b.sent[0].line, 'DELETE /v2/dlq?count=10');
  await b.wantGone(idsOf(b.messages));
});

test('delete of all without a count removes a hundred at most', async (b) => {
  assert.deepEqual(await b.qstash.dlq.delete({ all: true }), { deleted: b.messages.length });
  b.wantSent(['DELETE /v2/dlq', ['count', '100']]);
  await b.wantGone(idsOf(b.messages));
});

test('a workflow run is not deleted through the plain queue', async (b) => {
  const [run] = idsOf(b.runs);
  await b.wantRefused(b.qstash.dlq.delete(run), 404);
  assert.deepEqual(await b.qstash.dlq.delete([run]), { deleted: 0 });
  await b.wantUntouched();
});
