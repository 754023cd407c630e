import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client as QStash } from '@upstash/qstash';
import { Client as Workflow } from '@upstash/workflow';
import { startEmulator } from './emulator.mjs';

const TEST_TIME = 20_000;
const EVENTUALLY = 10_000;
const LOOK_AGAIN = 50;
const RECORD = '/_emulator/record';

// incident makes the function that defines a test: each gets an emulator of its own, seeded with the same incident, and
// both SDKs on it.
export function incident(of) {
  return (name, check) =>
    test(name, { timeout: TEST_TIME }, async (t) => {
      const emulator = await startEmulator(of);
      t.after(emulator.stop);
      const bench = new Bench(t, emulator);
      await bench.begin();
      await check(bench);
    });
}

class Bench {
  // sent are the requests of the SDKs so far, in order.
  sent = [];

  constructor(t, { url, token }) {
    this.t = t;
    this.url = url;
    this.token = token;
    const config = { baseUrl: url, token, devMode: false };
    this.qstash = new QStash(config);
    this.workflow = new Workflow(config);
    this.fetch = globalThis.fetch;
    t.mock.method(globalThis, 'fetch', (target, options) => this.pass(target, options));
    // The SDKs write each refusal to the console; the tests look at what is thrown.
    t.mock.method(console, 'error', () => {});
  }

  // begin keeps what the dead letter queue holds before the test, newest first.
  async begin() {
    this.messages = await this.list('/v2/dlq');
    this.runs = await this.list('/v2/workflows/dlq');
  }

  async pass(target, options) {
    const { pathname, search } = new URL(target);
    const method = options?.method ?? 'GET';
    const headers = Object.fromEntries(new Headers(options?.headers).entries());
    this.sent.push({ line: `${method} ${pathname}${search}`, headers, body: options?.body });
    return this.fetch(target, options);
  }

  // wantSent compares the requests of the SDKs with [method and path, ...[key, value]].
  wantSent(...requests) {
    const lines = requests.map(([line, ...query]) => {
      const search = new URLSearchParams(query).toString();
      return search ? `${line}?${search}` : line;
    });
    assert.deepEqual(this.sent.map(({ line }) => line), lines);
  }

  // ask makes a request past the SDKs and answers { status, body }, the body decoded if it is JSON.
  async ask(method, path) {
    const response = await this.fetch(this.url + path, { method, headers: { Authorization: `Bearer ${this.token}` } });
    const text = await response.text();
    const json = response.headers.get('content-type') === 'application/json';
    return { status: response.status, body: json ? JSON.parse(text) : text };
  }

  async read(path) {
    const { status, body } = await this.ask('GET', path);
    assert.equal(status, 200, `GET ${path}: ${JSON.stringify(body)}`);
    return body;
  }

  async list(path) {
    const all = [];
    let cursor = '';
    do {
      const page = await this.read(cursor ? `${path}?cursor=${cursor}` : path);
      all.push(...page.messages);
      cursor = page.cursor;
    } while (cursor);
    return all;
  }

  // wantGone checks that exactly these entries of those at the start are no longer there.
  async wantGone(ids) {
    const gone = new Set(ids);
    for (const [path, before] of [['/v2/dlq', this.messages], ['/v2/workflows/dlq', this.runs]]) {
      for (const { dlqId } of before.filter((entry) => gone.has(entry.dlqId))) {
        const { status, body } = await this.ask('GET', `${path}/${dlqId}`);
        assert.equal(status, 404, `${path}/${dlqId} is still there`);
        assert.ok(body.error, 'a 404 without a reason');
      }
      const now = new Set(idsOf(await this.list(path)));
      const left = idsOf(before).filter((id) => now.has(id));
      assert.deepEqual(left, idsOf(before).filter((id) => !gone.has(id)), `what is left in ${path}`);
    }
  }

  wantUntouched() {
    return this.wantGone([]);
  }

  // wantFate checks that by the emulator's own record exactly these entries have met this fate, and all others none. It
  // returns what the record says of them, in the order of the ids.
  async wantFate(ids, state) {
    const body = await this.read(RECORD);
    const touched = body.entries.filter((entry) => entry.state !== 'present');
    assert.deepEqual(new Map(touched.map((entry) => [entry.dlqId, entry.state])), new Map(ids.map((id) => [id, state])));
    return ids.map((id) => touched.find(({ dlqId }) => dlqId === id));
  }

  // wantRefused checks that a call of an SDK throws the error of a status, and returns its text.
  async wantRefused(call, status) {
    let refusal;
    await assert.rejects(call, (error) => {
      refusal = error;
      return true;
    });
    assert.equal(refusal.status, status, refusal.stack);
    assert.ok(JSON.parse(refusal.message).error, `no reason in ${refusal.message}`);
    return refusal.message;
  }

  // eventually looks until something is so; the emulator delivers within seconds.
  async eventually(what, look) {
    const end = Date.now() + EVENTUALLY;
    for (;;) {
      const seen = await look();
      if (seen) return seen;
      assert.ok(Date.now() < end, `still not so: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
    }
  }

  // states are the states of a message in the log, oldest first.
  async states(messageId) {
    const { logs } = await this.read(`/v2/logs?messageId=${messageId}`);
    return logs.map(({ state }) => state).reverse();
  }

  delivered(messageId) {
    return this.eventually(`${messageId} is delivered`, async () => (await this.states(messageId)).at(-1) === 'DELIVERED');
  }
}

export const idsOf = (entries) => entries.map(({ dlqId }) => dlqId);

// repeated is a query in which one key has many values.
export const repeated = (key, values) => values.map((value) => [key, value]);

export const isWorkflow = (entry) => Boolean(entry.workflowRunId);

export const messageID = /^msg_\w{40,}$/;
export const runID = /^wfr_[\w-]{21}$/;
