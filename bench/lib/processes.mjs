// SPDX-License-Identifier: MIT
// Starting, watching and ending processes. Only what was started here is ever signalled, and all of
// it dies with this process, however that ends.

import { spawn } from 'node:child_process';
import { openSync, closeSync, readdirSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export const PROXY_CORE = 1;
export const LOAD_CORE = 0;
const STOP_WITHIN_MS = 5000;
const TICKS = 100; // a second, in /proc

const running = new Set();

// `log`: file for stderr (and stdout unless `pipe`). `orphaned`: the signal at our own end.
export function start(core, command, args, { log, pipe = false, orphaned = 'TERM' } = {}) {
  const file = log ? openSync(log, 'a') : 'inherit';
  const stdio = ['ignore', pipe ? 'pipe' : file, file];
  // setpriv: the kernel sends it, even if we go by SIGKILL.
  const child = spawn(
    'setpriv',
    ['--pdeathsig', orphaned, 'taskset', '-c', String(core), command, ...args],
    { stdio },
  );
  if (log) closeSync(file);
  running.add(child);
  child.exited = once(child, 'exit').finally(() => running.delete(child));
  child.exited.catch(() => {});
  return child;
}

export async function stop(child) {
  if (!running.has(child)) return;
  child.kill('SIGTERM');
  child.kill('SIGCONT'); // to one that is frozen
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await child.exited.catch(() => {});
  clearTimeout(timer);
}

export const stopAll = () => Promise.all([...running].map(stop));

export const isRunning = (child) => running.has(child);

// Everything the child prints, once it has ended well; fails after the limit.
export async function output(child, limitMs) {
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  const [[code, signal]] = await Promise.all([child.exited, once(child.stdout, 'close')]);
  clearTimeout(timer);
  if (code !== 0)
    throw new Error(`${child.spawnargs.slice(6).join(' ')} ended with ${signal ?? code}`);
  return text;
}

export async function firstLine(child) {
  let text = '';
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.includes('\n')) return text.slice(0, text.indexOf('\n'));
  }
  throw new Error(`${child.spawnargs.slice(6).join(' ')} said nothing`);
}

// The child and all its descendants (nginx does its work in a child of its own).
export function family(pid) {
  const parents = new Map();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      /* ended meanwhile */
    }
  }
  const members = [pid];
  for (const member of members) {
    for (const [child, parent] of parents) if (parent === member) members.push(child);
  }
  return members;
}

export function pssBytes(pids) {
  return pids.reduce((sum, pid) => {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return sum + Number(/^Pss:\s+(\d+) kB/m.exec(rollup)[1]) * 1024;
  }, 0);
}

// What these processes (none: all of the machine) have used, in seconds of one core.
export function cpuSeconds(pids) {
  const sum = (fields) => fields.reduce((total, field) => total + Number(field), 0) / TICKS;
  if (pids) {
    return pids.reduce((total, pid) => {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return total + sum(stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(11, 13));
    }, 0);
  }
  const [, ...all] = readFileSync('/proc/stat', 'utf8').split('\n')[0].split(/ +/);
  return sum(all.filter((_, i) => i < 8 && i !== 3 && i !== 4)); // not idle, nor waiting for a disk
}

// Ports that were free a moment ago.
export async function freePorts(count) {
  const servers = Array.from({ length: count }, () => net.createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

export async function until(what, limitMs, condition) {
  const end = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${limitMs / 1000} s`);
    await pause(50);
  }
}
