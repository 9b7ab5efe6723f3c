// SPDX-License-Identifier: MIT
// How each file looks: licence, opening, width, titles.
import { isProgram } from "../tree.mjs";

const kColumns = 100;

export const licence = {
  name: "the licence on the first line",
  *check(files) {
    for (const file of files.filter(isProgram)) {
      const first = file.lines[file.text.startsWith("#!") ? 1 : 0] ?? "";
      if (/^(\/\/|#) SPDX-License-Identifier: MIT$/.test(first)) continue;
      yield { file, line: 1, what: "begin with: SPDX-License-Identifier: MIT" };
    }
  },
};

export const opening = {
  name: "each header says what it is for, and has #pragma once",
  *check(files) {
    for (const file of files.filter(({ path }) => path.endsWith(".h"))) {
      if (!/^\/\/ \S/.test(file.lines[1] ?? "")) {
        yield { file, line: 2, what: "say here what it is for, and what it must not know" };
      }
      const after = file.lines.findIndex((line) => !line.startsWith("//") && line !== "");
      if (file.lines[after] === "#pragma once") continue;
      yield { file, line: after + 1, what: "#pragma once belongs below the opening comment" };
    }
  },
};

// Where tabs are the language.
function isMakefile({ lines }) {
  return /^#!.*\bmake\b/.test(lines[0] ?? "");
}

export const width = {
  name: `${kColumns} columns, no tabs, no blanks at line ends`,
  *check(files) {
    for (const file of files.filter(isProgram)) {
      for (const [at, text] of file.lines.entries()) {
        const columns = [...text].length;
        const line = at + 1;
        if (columns > kColumns) yield { file, line, what: `${columns} columns: break the line` };
        if (text.includes("\t") && !isMakefile(file)) {
          yield { file, line, what: "a tab: indent with blanks" };
        }
        if (/\s$/.test(text)) yield { file, line, what: "blanks at the end: remove them" };
      }
      if (file.text !== "" && !file.text.endsWith("\n")) {
        yield { file, line: file.lines.length, what: "end the last line with a newline" };
      }
    }
  },
};

export const titles = {
  name: "each document has one title, of its own",
  *check(files) {
    const seen = new Map();
    for (const file of files.filter(({ path }) => path.endsWith(".md"))) {
      const found = titlesOf(file);
      if (found.length !== 1) {
        yield { file, line: found[1]?.line ?? 1, what: `${found.length} titles: keep one` };
      }
      for (const { title, line } of found) {
        const what = `${seen.get(title)} has this title, too: say what is different`;
        if (seen.has(title)) yield { file, line, what };
        seen.set(title, file.path);
      }
    }
  },
};

function titlesOf(file) {
  let inCode = false;
  return file.lines.flatMap((text, at) => {
    if (text.startsWith("```")) inCode = !inCode;
    return !inCode && /^# /.test(text) ? [{ title: text.slice(2).trim(), line: at + 1 }] : [];
  });
}
