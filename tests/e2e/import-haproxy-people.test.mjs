// SPDX-License-Identifier: MIT
// On what import-haproxy makes of the guide's haproxy.cfg: editors, git, who comes by http, what
// servers are told (the tests are those of other suites: harness/imported_suites.mjs).
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import test from "node:test";
import { declareImported, kImported, kNotImported } from "./harness/imported_suites.mjs";

test("every suite is run on the imported sample, or is known to be about something else", () => {
  const suites = readdirSync(new URL(".", import.meta.url))
    .flatMap((name) => /^(.*)\.test\.mjs$/.exec(name)?.[1] ?? [])
    .filter((name) => !Object.keys(kImported).includes(name.replace("import-haproxy-", "")));
  const known = [...Object.values(kImported).flatMap(Object.keys), ...Object.keys(kNotImported)];
  assert.deepEqual(known.sort(), suites.sort());
});

await declareImported(kImported.people);
