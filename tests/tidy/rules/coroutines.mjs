// SPDX-License-Identifier: MIT
// g++ 12 silently miscompiles many ways of writing co_await (docs/decisions). It does well with
//
//   co_await call(…);                          alone
//   Type name = co_await call(…);              or an assignment to one variable
//   co_return co_await call(…);
//   if (auto name = co_await call(…))          while likewise
//
// with nothing in the call's arguments that is a brace, a lambda, a ?: or another co_await.
import { isCpp, lineAt } from "../tree.mjs";

const kName = String.raw`[\w:]+(?:(?:\.|->)\w+|\[\w+\])*`;
const kType = String.raw`(?:const )?[\w:]+(?:<[\w:<>,*& ]*>)?(?: const)?[&*]*`;
const kBefore = [
  String.raw``,
  String.raw`${kType} \w+ = `,
  String.raw`${kName} = `,
  String.raw`co_return `,
  String.raw`(?:else )?(?:if|while) \(${kType} \w+ = `,
].join("|");
const kGood = new RegExp(String.raw`^(?:${kBefore})co_await (.*)$`);
// One link of what is awaited: "a", "b(…", "->c[0]", "d<T>(…".
const kLink = /^(?:\.|->)?\*?[\w:]+(?:<[\w:<>,*& ]*>)?(?:\[\w+\])?/;

export const awaitShapes = {
  name: "co_await only in the shapes that g++ 12 compiles",
  *check(files) {
    for (const file of files.filter(isCpp)) {
      for (const { index } of file.code.matchAll(/\bco_await\b/g)) {
        const fault = faultAt(file.code, index);
        if (fault) yield { file, line: lineAt(file.code, index), what: fault };
      }
      for (const index of coroutineLambdas(file.code)) {
        const what = "a lambda is a coroutine: make it a function";
        yield { file, line: lineAt(file.code, index), what };
      }
    }
  },
};

function faultAt(code, index) {
  const end = endOfStatement(code, index);
  if (code[end] === "}") return "braces around the wait: give its result a name first";
  const statement = code.slice(startOfStatement(code, index), end).replace(/\s+/g, " ").trim();
  if (statement.match(/\bco_await\b/g).length > 1) {
    return "two waits in one statement: give the first a name";
  }
  const shape = statement.replace(/ ?\( /g, "(").replace(/->\s*/g, "->");
  const awaited = kGood.exec(shape)?.[1];
  if (!awaited || !isOneCall(awaited)) return "give the result a name in a statement of its own";
  if (/[{}]/.test(awaited)) return "braces in the arguments: name the value on the line above";
  if (/[?]/.test(awaited)) return "?: in the arguments: name the value on the line above";
  if (/[(,]\s*\[/.test(awaited)) return "a lambda in the arguments: name it on the line above";
  return null;
}

// "socket().readable(limit)" is; "f() + 1" is not.
function isOneCall(text) {
  while (text !== "") {
    const link = kLink.exec(text)?.[0];
    if (!link) return false;
    text = text.slice(link.length);
    if (text.startsWith("(")) text = text.slice(closing(text, 0) + 1);
  }
  return true;
}

// Back to the end of the statement before, leaping over labels and one-line conditions.
function startOfStatement(code, index) {
  let from = index;
  let depth = 0;  // of parentheses that close before the wait: their insides do not count
  while (from > 0 && (depth > 0 || !/[;{}]/.test(code[from - 1]))) {
    from -= 1;
    if (code[from] === ")") depth += 1;
    if (code[from] === "(") depth = Math.max(0, depth - 1);
  }
  let text = code.slice(from, index);
  const label = /^\s*(?:case [\w:]+|default)\s*:(?!:)/.exec(text);
  if (label) [from, text] = [from + label[0].length, text.slice(label[0].length)];
  // "if (done) co_await …;" and "else co_await …;": the wait stands after the condition.
  const control = /^\s*(?:else\s+)?(?:if|while|for)\s*(?:constexpr\s*)?\(/.exec(text);
  if (control) {
    const close = closing(text, control[0].length - 1);
    if (close >= 0) from += close + 1;
  } else if (/^\s*else\b/.test(text)) {
    from += text.indexOf("else") + "else".length;
  }
  return from;
}

// A statement with a block of its own (if, while) ends where its condition does.
function endOfStatement(code, index) {
  let depth = 0;
  for (let at = index; at < code.length; at += 1) {
    const it = code[at];
    if (it === "(" || it === "[" || it === "{") depth += 1;
    if (it === ")" || it === "]" || it === "}") depth -= 1;
    if (depth < 0 || (depth === 0 && it === ";")) return at;
  }
  return code.length;
}

function closing(text, open) {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === "(") depth += 1;
    if (text[at] === ")" && (depth -= 1) === 0) return at;
  }
  return -1;
}

// Places of lambdas in whose bodies something waits or returns as a coroutine.
function* coroutineLambdas(code) {
  const blocks = [];
  for (const { 0: token, index } of code.matchAll(/[{}]|\bco_(?:await|return|yield)\b/g)) {
    if (token === "{") {
      blocks.push({ index, isLambda: opensLambda(code.slice(Math.max(0, index - 200), index)) });
    } else if (token === "}") {
      blocks.pop();
    } else {
      const lambda = blocks.find((block) => block.isLambda);
      if (!lambda || lambda.told) continue;
      lambda.told = true;
      yield lambda.index;
    }
  }
}

function opensLambda(before) {
  return /\]\s*(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?\s*(?:mutable|noexcept|->\s*[\w:<>, ]+|\s)*$/
    .test(before) && !/\boperator\s*\[\]/.test(before);
}
