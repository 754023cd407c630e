import { spawn } from 'node:child_process';

const START_TIME = 10_000;

// startEmulator serves a seeded incident on a free port of 127.0.0.1. messages, workflows and odd are numbers of
// entries; the seed makes the same ones again.
export async function startEmulator({ messages = 40, workflows = 8, odd = 4, seed = 1 } = {}) {
  const binary = process.env.REDRIVE_BINARY;
  if (!binary) throw new Error('REDRIVE_BINARY does not say where the program is: run npm test');
  const flags = Object.entries({ messages, workflows, odd, seed }).map(([name, value]) => `--${name}=${value}`);
  const child = spawn(binary, ['emulator', '--addr=127.0.0.1:0', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  try {
    const said = await greeting(child);
    return { url: said.QSTASH_URL, token: said.QSTASH_TOKEN, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

// greeting reads the two variables that the program prints once it listens.
function greeting(child) {
  return new Promise((resolve, reject) => {
    let output = '';
    let trouble = '';
    const late = setTimeout(() => reject(new Error(`the emulator did not start: ${trouble}`)), START_TIME);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the emulator ended with ${code}: ${trouble}`)));
    child.stderr.on('data', (text) => (trouble += text));
    child.stdout.on('data', (text) => {
      output += text;
      const said = Object.fromEntries([...output.matchAll(/^export (\w+)=(.*)\n/gm)].map(([, name, value]) => [name, value]));
      if (!said.QSTASH_URL || !said.QSTASH_TOKEN) return;
      clearTimeout(late);
      resolve(said);
    });
  });
}
