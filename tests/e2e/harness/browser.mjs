// SPDX-License-Identifier: MIT
// A browser as far as a balancer can tell: cookies, kept-alive connections, TLS that is verified.
import http from "node:http";
import https from "node:https";
import { cleanUp } from "./cleanup.mjs";
import { within } from "./wait.mjs";

// Cookies by name, as set and taken back by answers to one host.
export class CookieJar {
  cookies = new Map();

  take(setCookieLines = []) {
    for (const line of setCookieLines) {
      const cookie = parseSetCookie(line);
      const past = new Date(cookie.attributes.expires ?? NaN) < new Date();
      const expired = cookie.maxAge === 0 || past;
      if (expired) this.cookies.delete(cookie.name);
      else this.cookies.set(cookie.name, cookie.value);
    }
  }

  get(name) {
    return this.cookies.get(name);
  }

  set(name, value) {
    this.cookies.set(name, value);
  }

  // The value of a Cookie field; undefined if there is nothing to send.
  header() {
    const pairs = [...this.cookies].map(([name, value]) => `${name}=${value}`);
    return pairs.length > 0 ? pairs.join("; ") : undefined;
  }
}

// "n=v; Path=/; HttpOnly" as { name, value, attributes: { path: "/", httponly: true }, maxAge }.
export function parseSetCookie(line) {
  const [pair, ...rest] = line.split(/; */);
  const [, name, value] = /^([^=]*)=(.*)$/.exec(pair);
  const attributes = {};
  for (const attribute of rest.filter(Boolean)) {
    const [, key, , content] = /^([^=]*)(=(.*))?$/.exec(attribute);
    attributes[key.toLowerCase()] = content ?? true;
  }
  const maxAge = attributes["max-age"] === undefined ? undefined : Number(attributes["max-age"]);
  return { name, value, attributes, maxAge };
}

export class Browser {
  constructor(t, base, options = {}) {
    const { ca, keepAlive = true, maxSockets = 6, jar = new CookieJar() } = options;
    this.base = base;
    this.jar = jar;
    const module = base.startsWith("https:") ? https : http;
    this.agent = new module.Agent({ keepAlive, maxSockets, ca });
    this.send = module.request;
    cleanUp(t, () => this.close());
  }

  close() {
    this.agent.destroy();
  }

  get(target, options) {
    return this.fetch("GET", target, options);
  }

  post(target, body, options) {
    return this.fetch("POST", target, { body, ...options });
  }

  // The whole answer. `body` may be a string, a Buffer or a stream; `headers` go with the jar's
  // cookies. Redirects are answers like others.
  async fetch(method, target, { headers = {}, body, limit } = {}) {
    const cookie = this.jar.header();
    const request = this.send(new URL(target, this.base), {
      method,
      agent: this.agent,
      headers: { ...(cookie && { cookie }), ...headers },
    });
    const answer = new Promise((resolve, reject) => {
      request.on("response", (response) => collect(response).then(resolve, reject));
      request.on("error", reject);
    });
    if (body?.pipe) body.pipe(request);
    else request.end(body);
    const got = await within(answer, `the answer to ${method} ${target}`, limit);
    this.jar.take(got.setCookies);
    return got;
  }
}

async function collect(response) {
  const parts = [];
  for await (const part of response) parts.push(part);
  const body = Buffer.concat(parts);
  return {
    status: response.statusCode,
    headers: response.headers,
    rawHeaders: response.rawHeaders,
    setCookies: response.headers["set-cookie"] ?? [],
    servedBy: response.headers["x-served-by"],
    body,
    text: body.toString(),
    get json() {
      return JSON.parse(this.text);
    },
  };
}

// A browser that has visited once and so belongs to a server: `session.server`.
export async function stickySession(t, balancer, { target = "/headers", url, ...options } = {}) {
  const browser = new Browser(t, url ?? balancer.httpsUrl, { ca: balancer.ca, ...options });
  const answer = await browser.get(target);
  browser.server = answer.servedBy;
  return browser;
}
