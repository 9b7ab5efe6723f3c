// SPDX-License-Identifier: MIT
// Each rule lets good text pass and catches a planted breach.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { arrows, deadHeaders, linkedArrows } from "./rules/arrows.mjs";
import { awaitShapes } from "./rules/coroutines.mjs";
import { licence, opening, titles, width } from "./rules/form.mjs";
import { fileLength, functionLength, medianLength } from "./rules/size.mjs";
import { format, headersAlone } from "./rules/tools.mjs";
import { calls, leftovers, sides, waits } from "./rules/words.mjs";
import { makeFile } from "./tree.mjs";

// What the rule finds in these files, as "path:line".
async function findings(rule, texts, t) {
  const root = t && laidOut(texts, t);
  const files = Object.entries(texts).map(([path, text]) => makeFile(path, text));
  const found = [];
  for await (const { file, line } of rule.check(files, { root })) {
    found.push(`${file.path}:${line}`);
  }
  return found;
}

// For the rules that run programs over real files.
function laidOut(texts, t) {
  const root = mkdtempSync(join(tmpdir(), "tidy-"));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

async function assertKept(rule, texts, t) {
  assert.deepEqual(await findings(rule, texts, t), []);
}

async function assertBroken(rule, texts, places, t) {
  assert.deepEqual(await findings(rule, texts, t), [places].flat());
}

test("a room may include what is below it", () =>
  assertKept(arrows, {
    "src/proxy/relay.cc": '#include "net/stream.h"\n#include "config/config.h"\n',
    "tests/unit/http/head_test.cc": '#include "http/head.h"\n#include "base/units.h"\n',
    "src/main.cc": '#include "app/command_line.h"\n',
  }));

test("a room may not include what is above or beside it", async () => {
  await assertBroken(arrows, { "src/http/a.cc": '\n#include "config/a.h"\n' }, "src/http/a.cc:2");
  await assertBroken(arrows, { "src/net/a.h": '#include "http/head.h"\n' }, "src/net/a.h:1");
  await assertBroken(arrows, { "src/proxy/a.h": '#include "observe/a.h"\n' }, "src/proxy/a.h:1");
  await assertBroken(arrows, { "src/main.cc": '#include "net/a.h"\n' }, "src/main.cc:1");
});

test("an include names the room", () =>
  assertBroken(arrows, { "src/http/a.cc": '#include "head.h"\n' }, "src/http/a.cc:1"));

test("CMake links the arrows as drawn", async () => {
  await assertKept(linkedArrows, { "CMakeLists.txt": "room(http base PkgConfig::X)\n" });
  await assertBroken(linkedArrows, { "CMakeLists.txt": "\nroom(http base net)\n" },
    "CMakeLists.txt:2");
});

test("a header that only its own source and tests include is dead", () =>
  assertBroken(deadHeaders, {
    "src/http/a.h": "",
    "src/http/a.cc": '#include "http/a.h"\n',
    "tests/unit/http/a_test.cc": '#include "http/a.h"\n',
    "src/http/b.h": "",
    "src/http/c.cc": '#include "http/b.h"\n',
  }, "src/http/a.h:1"));

test("500 lines are enough for a file", async () => {
  await assertKept(fileLength, { "src/base/a.cc": "\n".repeat(500) });
  await assertBroken(fileLength, { "src/base/a.cc": "\n".repeat(501) }, "src/base/a.cc:501");
});

test("the median file has 200 lines at most", async () => {
  const short = { "src/a.cc": "\n", "src/b.cc": "\n".repeat(200), "src/c.cc": "\n".repeat(400) };
  await assertKept(medianLength, short);
  await assertBroken(medianLength, { ...short, "src/b.cc": "\n".repeat(201) }, "src:1");
});

test("70 lines are enough for a function", async (t) => {
  const cpp = (lines) => ({ "src/a.cc": `int f() {\n${"  g();\n".repeat(lines - 2)}}\n` });
  await assertKept(functionLength, cpp(70), t);
  await assertBroken(functionLength, cpp(71), "src/a.cc:1", t);
  const script = { "a.mjs": `function f() {\n${"  g();\n".repeat(69)}}\n` };
  await assertBroken(functionLength, script, "a.mjs:1", t);
});

const kGoodWaits = [
  "co_await send(data);",
  "const auto head = co_await stream.read_head(deadline);",
  "http::Head* head = co_await connection->read_head(until(3));",
  "Result<Head, Failure> head = co_await\n    read<Head>(deadline, buffer[0]);",
  "woke = co_await socket().readable(limit);",
  "outcome_ = co_await attempt(server);",
  "co_return co_await finish();",
  "if (auto head = co_await read()) use(head);",
  "while (auto part = co_await read()) {\n  use(part);\n}",
  "if (done && pause > Duration{0}) co_await finish();",
  "else co_await finish();",
  "case Phase::last: co_await finish();",
];

const kBadWaits = [
  "if (co_await ready()) use();",
  "while (!co_await ready()) use();",
  "switch (co_await phase()) {}",
  "use(co_await read());",
  "co_await send({.size = 3});",
  "co_await send(Head{});",
  "co_await send(a ? b : c);",
  "auto x = a ? co_await b() : c;",
  "co_await spawn([this] { work(); });",
  "auto [a, b] = co_await read();",
  "auto x = co_await f() + 1;",
  "auto x = (co_await f()).size();",
  "auto x = co_await f(co_await g());",
  "return Pair{co_await f(), 1};",
  "co_return Result{co_await f()};",
  "for (auto x : co_await list()) use(x);",
  "auto task = [&]() -> Task<> { co_await send(data); };",
  "spawn([] { co_return; });",
];

test("waits in the shapes that g++ 12 compiles pass", async () => {
  for (const wait of kGoodWaits) {
    const found = await findings(awaitShapes, { "src/net/a.cc": `Task<> f() {\n  ${wait}\n}\n` });
    assert.deepEqual(found, [], wait);
  }
});

test("all other waits are caught", async () => {
  for (const wait of kBadWaits) {
    const found = await findings(awaitShapes, { "src/net/a.cc": `Task<> f() {\n  ${wait}\n}\n` });
    assert.ok(found.includes("src/net/a.cc:2"), wait);
  }
});

test("waits in comments and texts are none", () =>
  assertKept(awaitShapes, { "src/a.cc": '// f(co_await g())\nauto x = "f(co_await g())";\n' }));

const kBadCalls = [
  "auto* x = new Thing;", "delete x;", "void* x = ::operator new(8);", "void* p = malloc(3);",
  "sprintf(a, b);", "int x = atoi(text);", "int x = rand();", "assert(x);", "std::regex x;",
  "event_add(x, y);", "#include <event2/event.h>", "#include <openssl/ssl.h>",
];

test("each banned call is caught", async () => {
  for (const call of kBadCalls) {
    await assertBroken(calls, { "src/proxy/a.cc": `\n${call}\n` }, "src/proxy/a.cc:2");
  }
  await assertBroken(calls, { "src/a.h": "using namespace std;\n" }, "src/a.h:1");
});

test("what only looks like a banned call passes", () =>
  assertKept(calls, {
    "src/net/a.cc": '#include <new>\n#include <event2/event.h>\n// new\nauto x = "delete";\n',
    "src/http/a.h": "A(const A&) = delete;\nvoid* operator new(size_t);\nint new_size;\n",
  }));

test("a reason lets one place off", () =>
  assertKept(calls, { "src/a.cc": "// tidy: calls, because C asks for it\nfree(x);\n" }));

test("a test does not wait for time to pass", async () => {
  await assertBroken(waits, { "tests/unit/net/a_test.cc": "usleep(3);\n" },
    "tests/unit/net/a_test.cc:1");
  await assertBroken(waits, { "tests/e2e/a.test.mjs": "await pause(30);\n" },
    "tests/e2e/a.test.mjs:1");
  await assertKept(waits, {
    "tests/e2e/a.test.mjs": "// tidy: waits, because nothing must happen\nawait pause(30);\n",
    "tests/e2e/standins/slow.mjs": "await pause(30);\n",
  });
});

test("nothing is left for later", () =>
  assertBroken(leftovers, { "docs/a.md": "# A\nTODO: write\n" }, "docs/a.md:2"));

test("sides are called client and server", async () => {
  await assertBroken(sides, { "src/a.cc": "int upstream_port;\nint upstream;\n" }, "src/a.cc:2");
  await assertKept(sides, { "bench/nginx.conf": "upstream servers {\nproxy_pass http://u;\n" });
});

test("the licence stands first, after #! at most", async () => {
  const line = "SPDX-License-Identifier: MIT\n";
  await assertKept(licence, { "src/a.h": `// ${line}`, "run": `#!/bin/sh\n# ${line}` });
  await assertBroken(licence, { "src/a.h": `\n// ${line}`, "run": "#!/bin/sh\n" },
    ["src/a.h:1", "run:1"]);
});

test("a header opens with its purpose", async () => {
  const head = "// SPDX-License-Identifier: MIT\n";
  await assertKept(opening, { "src/a.h": `${head}// Dates.\n#pragma once\n` });
  await assertBroken(opening, { "src/a.h": `${head}#pragma once\n` }, "src/a.h:2");
  await assertBroken(opening, { "src/a.h": `${head}// Dates.\nint x;\n` }, "src/a.h:3");
});

test("a line has 100 columns, whatever its bytes", async () => {
  await assertKept(width, { "src/a.cc": `${"…".repeat(100)}\n` });
  await assertBroken(width, { "src/a.cc": `${"x".repeat(101)}\n` }, "src/a.cc:1");
  await assertBroken(width, { "a.sh": "\tx\ny \nz" }, ["a.sh:1", "a.sh:2", "a.sh:3"]);
});

test("a document has one title of its own", async () => {
  await assertKept(titles, { "a.md": "# A\n```\n# not a title\n```\n", "b.md": "# B\n" });
  await assertBroken(titles, { "a.md": "# A\n", "b.md": "\n# A\n" }, "b.md:2");
  await assertBroken(titles, { "a.md": "# A\n# B\n" }, "a.md:2");
});

test("clang-format has the last word on form", async (t) => {
  await assertKept(format, { "src/a.cc": "int x = 1;\n" }, t);
  await assertBroken(format, { "src/a.cc": "int  x=1;\n" }, "src/a.cc:1", t);
});

test("a header includes what it uses", async (t) => {
  await assertKept(headersAlone, { "src/a.h": "#pragma once\nint x();\n" }, t);
  const lacking = { "src/a.h": "#pragma once\n\nstd::string x();\n" };
  await assertBroken(headersAlone, lacking, "src/a.h:3", t);
  const hidden = { ...lacking, "src/a.cc": '#include <string>\n#include "a.h"\n' };
  await assertBroken(headersAlone, hidden, "src/a.h:3", t);
  await assertKept(headersAlone, { ...lacking, "src/a.cc": '#include "a.h"\n' }, t);
});
