// SPDX-License-Identifier: MIT
// Words, calls and headers that have no place here, each with what to use instead.
import { isCpp, isLetOff, isProgram, matches } from "../tree.mjs";

const inSource = (file) => file.path.startsWith("src/") && isCpp(file);

// `of`: the files it is about. `except`: where it is allowed all the same, and `because`.
const kBannedCalls = [
  {
    pattern: /(?<!operator |<)\bnew\b|(?<!= |operator )\bdelete\b/g,
    of: inSource,
    instead: "values, std::make_unique, or an owner of src/net",
  },
  {
    pattern: /::operator (new|delete)\b/g,
    of: inSource,
    except: /^src\/net\/(frame_pool|buffer_pool)\.(h|cc)$/,
    because: "coroutine frames and buffers are what these two pools are for",
    instead: "a container, or one of the pools of src/net",
  },
  {
    pattern: /\b(malloc|calloc|realloc|free)\s*\(/g,
    of: inSource,
    except: /^src\/net\/buffer_pool\.cc$/,
    because: "buffers need no constructors",
    instead: "a container, or one of the pools of src/net",
  },
  {
    pattern: /\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof)\s*\(/g,
    of: isCpp,
    instead: "std::string, std::format_to_n-like writers, std::from_chars",
  },
  {
    pattern: /\bs?rand\s*\(|std::mt19937\b(?!.*seed)/g,
    of: inSource,
    instead: "OpenSSL's RAND_bytes for secrets, a counter for turns",
  },
  { pattern: /\bassert\s*\(/g, of: inSource, instead: "ASSERT: it stays in release builds" },
  { pattern: /std::regex\b/g, of: isCpp, instead: "RE2: linear time on hostile text" },
  {
    pattern: /\bevent_(new|assign|add|del|free|base_\w+)\s*\(|#include <event2?[/.]/g,
    of: (file) => isCpp(file) && !file.path.startsWith("bench/"),
    except: /^(src|tests\/unit)\/net\//,
    because: "net makes libevent small for all others",
    instead: "net/event_loop.h and net/socket.h",
  },
  {
    pattern: /#include <openssl\//g,
    of: inSource,
    except: /^src\/(net|config|app)\//,
    because: "net speaks TLS, config judges certificates, app's demo makes one",
    instead: "net/stream.h",
  },
  {
    pattern: /^using namespace /gm,
    of: ({ path }) => path.endsWith(".h"),
    instead: "names in full",
  },
];

export const calls = {
  name: "no banned calls",
  *check(files) {
    for (const { pattern, of, except, instead } of kBannedCalls) {
      for (const file of files.filter((it) => of(it) && !except?.test(it.path))) {
        for (const { match, line } of matches(file, pattern)) {
          if (isLetOff(file, line, "calls")) continue;
          yield { file, line, what: `${match[0].trim()}: use ${instead}` };
        }
      }
    }
  },
};

// Time limits (harness/wait.mjs) are no waits: they race with the event that is awaited. And a
// stand-in may take its time: that is what it stands for.
const kPassesTime = /\b(?:u?sleep|nanosleep|sleep_for|sleep_until|setTimeout|setInterval)\s*\(/g;
const kPauses = /\bpause\s*\(/g;
const kMayPassTime = /^tests\/(runner|tidy)\/|^tests\/e2e\/harness\/wait\.mjs$/;

export const waits = {
  name: "tests wait for events, not for time to pass",
  *check(files) {
    const tests = files.filter(({ path }) => /^tests\/.*\.(h|cc|mjs)$/.test(path));
    for (const file of tests.filter(({ path }) => !kMayPassTime.test(path))) {
      const found = [...matches(file, kPassesTime)];
      if (/\.test\.mjs$/.test(file.path)) found.push(...matches(file, kPauses));
      for (const { match, line } of found.filter((it) => !isLetOff(file, it.line, "waits"))) {
        const what = `${match[0]}…): await the event; or say "// tidy: waits, because …"`;
        yield { file, line, what };
      }
    }
  },
};

export const leftovers = {
  name: "nothing left for later",
  *check(files) {
    const texts = files.filter((it) => isProgram(it) || /\.(md|conf)$/.test(it.path));
    for (const file of texts.filter(({ path }) => !path.startsWith("tests/tidy/"))) {
      for (const { match, line } of matches(file, /\b(TODO|FIXME|XXX|HACK)\b/g, (it) => it.text)) {
        yield { file, line, what: `${match[0]}: do it, or file an issue` };
      }
    }
  },
};

// Its word for a backend stands in its configuration, among the words that we translate, and in a
// field that SeaTable knows.
const kNginxSpeaks = /nginx|"upstream|upstream \S.* \{|proxy_pass|x-upstream-server/i;

export const sides = {
  name: "client and server, never up or down the stream",
  *check(files) {
    const texts = files.filter((it) => isProgram(it) || /\.(md|conf)$/.test(it.path));
    for (const file of texts.filter(({ path }) => !path.startsWith("tests/tidy/"))) {
      for (const { match, line } of matches(file, /\b(up|down)streams?\b/gi, (it) => it.text)) {
        if (kNginxSpeaks.test(file.lines[line - 1]) || isLetOff(file, line, "sides")) continue;
        yield { file, line, what: `${match[0]}: codebases disagree on it; say client or server` };
      }
    }
  },
};
