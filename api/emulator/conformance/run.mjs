// Builds the emulator, runs every test against it, and leaves nothing behind: no process and no file.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUILD_TIME = 300_000;
const TEST_TIME = 60_000;

const here = dirname(fileURLToPath(import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'redrive-conformance-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const binary = join(scratch, 'redrive');
const built = spawnSync('go', ['build', '-o', binary, '../../..'], { cwd: here, stdio: 'inherit', timeout: BUILD_TIME });
if (built.status !== 0) {
  console.error('the emulator does not build:', built.error?.message ?? `go build ended with ${built.status ?? built.signal}`);
  process.exit(1);
}

const files = readdirSync(join(here, 'test')).filter((name) => name.endsWith('.test.mjs')).sort();
const wanted = process.argv.slice(2);
const chosen = files.filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
if (chosen.length === 0) {
  console.error(`no test file has ${wanted.join(' or ')} in its name; there are ${files.join(', ')}`);
  process.exit(1);
}

// What the SDKs read from the environment would lead them away from the emulator.
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/QSTASH_/.test(name)));
environment.REDRIVE_BINARY = binary;

// A process group of its own holds the tests and the emulators that they start, so that all of them can be ended.
const tests = spawn(
  process.execPath,
  ['--test', '--test-reporter=spec', '--test-concurrency=4', ...chosen.map((name) => join('test', name))],
  { cwd: here, stdio: ['ignore', 'inherit', 'inherit'], env: environment, detached: true },
);
const endAll = () => {
  try {
    process.kill(-tests.pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
};
const tooLong = setTimeout(() => {
  console.error(`the tests took longer than ${TEST_TIME / 1000} s`);
  endAll();
}, TEST_TIME);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    endAll();
    process.exit(128 + constants.signals[signal]);
  });
}
tests.on('exit', (code) => {
  clearTimeout(tooLong);
  endAll();
  process.exit(code ?? 1);
});
