// SPDX-License-Identifier: MIT
// Somebody who watches a program while it works: a browser with its statistics page open and a
// Prometheus, each of which loads its page once a second.

import http from 'node:http';

const EVERY_MS = 1000;

// The status of the page, its body read; 0: there was no answer.
export function load(port, path) {
  return new Promise((resolve) => {
    const options = { port, host: '127.0.0.1', path, agent: false, timeout: EVERY_MS };
    const request = http.get(options, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
      response.on('error', () => resolve(0));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(0));
  });
}

// Loads these pages now and each second. stop() says what went wrong, or nothing.
export function watch(port, pages) {
  const answers = [];
  const loadAll = () => answers.push(...pages.map((page) => load(port, page)));
  loadAll();
  const timer = setInterval(loadAll, EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      const bad = (await Promise.all(answers)).find((status) => status !== 200);
      return bad === undefined ? undefined : `a page was answered with ${bad}`;
    },
  };
}
