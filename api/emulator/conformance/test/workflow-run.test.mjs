import assert from 'node:assert/strict';
import { idsOf, incident, repeated, runID } from '../lib/bench.mjs';

const test = incident({ messages: 6, workflows: 30, odd: 0, seed: 22 });
const many = incident({ messages: 6, workflows: 120, odd: 0, seed: 22 });

// wantNewRuns checks the answers of a resume or restart: so many runs, each other than the one that failed.
function wantNewRuns(b, runs, number) {
  assert.equal(runs.length, number);
  const before = new Set(b.runs.map(({ workflowRunId }) => workflowRunId));
  for (const { workflowRunId, workflowCreatedAt } of runs) {
    assert.match(workflowRunId, runID);
    assert.ok(!before.has(workflowRunId), `${workflowRunId} is not new`);
    assert.ok(Math.abs(workflowCreatedAt - Date.now()) < 60_000, `created at ${workflowCreatedAt}`);
  }
  assert.equal(new Set(runs.map(({ workflowRunId }) => workflowRunId)).size, number);
}

// logOf is a run in the log.
async function logOf(b, { workflowRunId, workflowCreatedAt }) {
  const { runs } = await b.workflow.logs({ filter: { workflowRunId, workflowCreatedAt } });
  assert.equal(runs.length, 1);
  return runs[0];
}

for (const [verb, state] of [['resume', 'resumed'], ['restart', 'restarted']]) {
  const path = `POST /v2/workflows/dlq/${verb}`;

  test(`${verb} of one id makes a new run, which succeeds`, async (b) => {
    const old = b.runs[3];
    await b.qstash.flowControl.pause('gate');
    b.sent.length = 0;
    const answer = await b.workflow.dlq[verb](old.dlqId, { flowControl: { key: 'gate', parallelism: 1 } });
    b.wantSent([path, ['dlqIds', old.dlqId]]);
    wantNewRuns(b, answer.workflowRuns, 1);
    assert.equal(answer.cursor, undefined);

    const [made] = answer.workflowRuns;
    const started = await logOf(b, made);
    assert.equal(started.workflowState, 'RUN_STARTED');
    assert.equal(started.workflowUrl, old.workflowUrl);
    assert.deepEqual(started.labels, old.labels);
    const names = (run) => run.steps.flatMap((group) => group.steps.map(({ stepName }) => stepName));
    assert.deepEqual(names(started).slice(0, 2), ['init', 'validate']);
    assert.equal(names(started).includes('charge-card'), verb === 'resume', 'the step that the run is at');
    await b.wantGone([old.dlqId]);
    for (const fate of await b.wantFate([old.dlqId], state)) assert.deepEqual(fate.runs, [made]);

    await b.qstash.flowControl.resume('gate');
    await b.eventually('the run ends', async () => (await logOf(b, made)).workflowState !== 'RUN_STARTED');
    const ended = await logOf(b, made);
    assert.equal(ended.workflowState, 'RUN_SUCCESS');
    assert.deepEqual(names(ended), ['init', 'validate', 'create-intent', 'charge-card', 'send-receipt']);
    assert.equal((await logOf(b, old)).workflowState, 'RUN_FAILED');
  });

  test(`${verb} of a list of ids ${verb}s these runs only`, async (b) => {
    const ids = idsOf(b.runs).slice(2, 6);
    const answer = await b.workflow.dlq[verb](ids);
    b.wantSent([path, ...repeated('dlqIds', ids)]);
    wantNewRuns(b, answer.workflowRuns, 4);
    assert.equal(answer.cursor, undefined);
    await b.wantGone(ids);
    for (const [n, fate] of (await b.wantFate(ids, state)).entries()) {
      assert.deepEqual(fate.runs, [answer.workflowRuns[n]]);
    }
  });

  test(`${verb} of { dlqIds } takes a list and a text`, async (b) => {
    const [first, second, third] = idsOf(b.runs);
    wantNewRuns(b, (await b.workflow.dlq[verb]({ dlqIds: [first, second] })).workflowRuns, 2);
    wantNewRuns(b, (await b.workflow.dlq[verb]({ dlqIds: third })).workflowRuns, 1);
    b.wantSent([path, ...repeated('dlqIds', [first, second])], [path, ['dlqIds', third]]);
    await b.wantGone([first, second, third]);
  });

  test(`${verb} of { dlqId } answers one run, of a list of them a list`, async (b) => {
    const [first, second, third] = idsOf(b.runs);
    wantNewRuns(b, [await b.workflow.dlq[verb]({ dlqId: first })], 1);
    wantNewRuns(b, await b.workflow.dlq[verb]({ dlqId: [second, third], retries: 1 }), 2);
    b.wantSent([path, ['dlqIds', first]], [path, ...repeated('dlqIds', [second, third])]);
    assert.equal(b.sent[0].headers['upstash-retries'], undefined);
    assert.equal(b.sent[1].headers['upstash-retries'], '1');
    await b.wantGone([first, second, third]);
  });

  test(`${verb} takes retries and flow control for the new run`, async (b) => {
    const options = { retries: 7, flowControl: { key: `slow-${verb}`, parallelism: 2, rate: 5, period: 60 } };
    const { workflowRuns } = await b.workflow.dlq[verb](b.runs[1].dlqId, options);
    assert.equal(b.sent[0].headers['upstash-retries'], '7');
    assert.equal(b.sent[0].headers['upstash-flow-control-key'], `slow-${verb}`);
    assert.equal(b.sent[0].headers['upstash-flow-control-value'], 'parallelism=2, rate=5, period=60s');
    const key = await b.qstash.flowControl.get(`slow-${verb}`);
    assert.deepEqual([key.parallelismMax, key.rateMax, key.ratePeriod], [2, 5, 60]);
    const run = await logOf(b, workflowRuns[0]);
    assert.ok(run.steps.every((group) => group.steps.every(({ retries }) => retries === 7)));
    const { runs } = await b.workflow.logs({ filter: { flowControlKey: `slow-${verb}` } });
    assert.deepEqual(runs.map(({ workflowRunId }) => workflowRunId), [workflowRuns[0].workflowRunId]);
  });

  test(`${verb} of { dlqId } takes flow control, with the period as text too`, async (b) => {
    const flowControl = { key: 'per-day', rate: 3, period: '1d' };
    await b.workflow.dlq[verb]({ dlqId: b.runs[1].dlqId, flowControl });
    assert.equal(b.sent[0].headers['upstash-flow-control-value'], 'rate=3, period=1d');
    const key = await b.qstash.flowControl.get('per-day');
    assert.deepEqual([key.rateMax, key.ratePeriod], [3, 86_400]);
  });

  test(`${verb} with a flow control that has no limit is not sent`, async (b) => {
    await assert.rejects(b.workflow.dlq[verb](b.runs[0].dlqId, { flowControl: { key: 'none' } }), /at least one/);
    b.wantSent();
    await b.wantUntouched();
  });

  test(`${verb} of an id that is gone is refused`, async (b) => {
    const [id] = idsOf(b.runs);
    await b.workflow.dlq.delete(id);
    await b.wantRefused(b.workflow.dlq[verb](id), 404);
    await b.wantRefused(b.workflow.dlq[verb]({ dlqId: id }), 404);
    await b.wantGone([id]);
  });

  test(`${verb} of a message is refused`, async (b) => {
    const [id] = idsOf(b.messages);
    await assert.rejects(b.workflow.dlq[verb](id), ({ status }) => status === 400 || status === 404);
    await b.wantUntouched();
  });

  test(`${verb} by a filter takes what matches, a page at a time`, async (b) => {
    const filter = { failureFunctionState: 'CALLBACK_FAIL', label: 'order-flow' };
    const matching = idsOf(b.runs.filter(({ failureCallbackInfo: info }) => info.state === 'CALLBACK_FAIL'));
    assert.ok(matching.length > 3 && matching.length < b.runs.length);
    const runs = [];
    let cursor;
    do {
      const answer = await b.workflow.dlq[verb]({ filter, count: 3, cursor });
      assert.notEqual(answer.cursor, '');
      runs.push(...answer.workflowRuns);
      cursor = answer.cursor;
    } while (cursor);
    wantNewRuns(b, runs, matching.length);
    assert.equal(b.sent.length, Math.ceil(matching.length / 3));
    assert.equal(b.sent[0].line, `${path}?failureFunctionState=CALLBACK_FAIL&label=order-flow&count=3`);
    await b.wantGone(matching);
  });

  test(`${verb} by every filter of the SDK reaches the run that a listing by it shows`, async (b) => {
    const one = b.runs[6];
    const filter = {
      workflowUrl: [one.workflowUrl], workflowRunId: one.workflowRunId, workflowCreatedAt: one.workflowCreatedAt,
      failureFunctionState: one.failureCallbackInfo.state, label: one.labels, callerIp: one.callerIP,
      fromDate: new Date(one.createdAt), toDate: Date.now(),
    };
    wantNewRuns(b, (await b.workflow.dlq[verb]({ filter })).workflowRuns, 1);
    const none = await b.workflow.dlq[verb]({ filter: { flowControlKey: 'nobody' } });
    assert.deepEqual(none, { workflowRuns: [], cursor: undefined });
    await b.wantGone([one.dlqId]);
  });

  test(`${verb} by a misspelt filter is refused`, async (b) => {
    await b.wantRefused(b.workflow.dlq[verb]({ filter: { workflowURL: 'https://api.acme.io/wf/order' } }), 400);
    await b.wantUntouched();
  });

  many(`${verb} of all goes fifty runs at a time though the SDK asks for a hundred`, async (b) => {
    const runs = [];
    let cursor;
    do {
      const answer = await b.workflow.dlq[verb]({ all: true, cursor });
      runs.push(...answer.workflowRuns);
      cursor = answer.cursor;
    } while (cursor);
    wantNewRuns(b, runs, 120);
    assert.equal(b.sent.length, 3);
    assert.equal(b.sent[0].line, `${path}?count=100`);
    assert.match(b.sent[1].line, /\?count=100&cursor=/);
    await b.wantGone(idsOf(b.runs));
    await b.wantFate(idsOf(b.runs), state);
  });
}

test('a resumed run whose code was changed comes back as another entry', async (b) => {
  const { workflowRuns } = await b.workflow.dlq.resume({ all: true });
  const before = new Set(idsOf(b.runs));
  const back = await b.eventually('a run is back', async () => {
    const { messages } = await b.workflow.dlq.list();
    return messages.find(({ dlqId }) => !before.has(dlqId));
  });
  const run = workflowRuns.find(({ workflowRunId }) => workflowRunId === back.workflowRunId);
  assert.equal(back.workflowCreatedAt, run.workflowCreatedAt);
  const log = await logOf(b, run);
  assert.equal(log.workflowState, 'RUN_FAILED');
  assert.equal(log.dlqId, back.dlqId);
  const [failed] = log.steps.at(-1).steps;
  assert.equal(failed.state, 'STEP_FAILED');
  assert.match(failed.errors[0].body, /incompatible step/);
});
