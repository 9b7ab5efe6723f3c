// SPDX-License-Identifier: MIT
// On what import-haproxy makes of the guide's haproxy.cfg: clients that go, reloads, and the
// program's end (the tests are those of other suites: harness/imported_suites.mjs).
import { declareImported, kImported } from "./harness/imported_suites.mjs";

await declareImported(kImported.ends);
