// How the editor reads the languages that a program can be written in.

import { cpp } from "@codemirror/lang-cpp";
import { StreamLanguage, type StringStream } from "@codemirror/language";
import type { Extension } from "@codemirror/state";

/** By the name of the file. */
export function languageOf(file: string): Extension {
  if (file.endsWith(".ts")) return ASSEMBLY_SCRIPT;
  return file.endsWith(".wat") ? WEBASSEMBLY_TEXT : cpp();
}

const AS_KEYWORDS =
  /^(?:as|break|case|class|const|continue|declare|default|do|else|enum|export|extends|for|from|function|if|import|let|new|of|return|static|switch|this|throw|type|while)$/;
const AS_TYPES = /^(?:bool|f32|f64|i8|i16|i32|i64|isize|string|u8|u16|u32|u64|usize|void)$/;

interface State {
  /** What a comment or a text, which goes over lines, ends with. */
  until: string | undefined;
}

/** Takes everything up to the end of what began, and says what it is. */
function takeUntil(stream: StringStream, state: State, kind: string): string {
  const { until } = state;
  while (until !== undefined && !stream.eol()) {
    if (stream.match(until)) {
      state.until = undefined;
      return kind;
    }
    if (until === "`" && stream.peek() === "\\") stream.next();
    stream.next();
  }
  return kind;
}

const ASSEMBLY_SCRIPT = StreamLanguage.define<State>({
  name: "assemblyscript",
  startState: () => ({ until: undefined }),
  token(stream, state) {
    if (state.until !== undefined) return takeUntil(stream, state, state.until === "`" ? "string" : "comment");
    if (stream.eatSpace()) return null;
    if (stream.match(/^\/\/.*/)) return "comment";
    if (stream.match("/*")) {
      state.until = "*/";
      return takeUntil(stream, state, "comment");
    }
    if (stream.match("`")) {
      state.until = "`";
      return takeUntil(stream, state, "string");
    }
    if (stream.match(/^(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)/)) return "string";
    if (stream.match(/^\d[\w.]*/)) return "number";
    if (stream.match(/^[A-Za-z_$][\w$]*/)) {
      const word = stream.current();
      if (AS_KEYWORDS.test(word)) return "keyword";
      return AS_TYPES.test(word) || word.endsWith("_t") ? "typeName" : "variableName";
    }
    stream.next();
    return "operator";
  },
  languageData: { commentTokens: { line: "//", block: { open: "/*", close: "*/" } } },
});

const WEBASSEMBLY_TEXT = StreamLanguage.define<State>({
  name: "wat",
  startState: () => ({ until: undefined }),
  token(stream, state) {
    if (state.until !== undefined) return takeUntil(stream, state, "comment");
    if (stream.eatSpace()) return null;
    if (stream.match(/^;;.*/)) return "comment";
    if (stream.match("(;")) {
      state.until = ";)";
      return takeUntil(stream, state, "comment");
    }
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return "string";
    if (stream.match(/^\$[^\s()]+/)) return "variableName";
    if (stream.match(/^[-+]?\d[\w.]*/)) return "number";
    if (stream.match(/^(?:[if](?:32|64)|v128|funcref|externref)(?![.\w])/)) return "typeName";
    if (stream.match(/^[a-z][\w.]*/)) return "keyword";
    stream.next();
    return "punctuation";
  },
  languageData: { commentTokens: { line: ";;", block: { open: "(;", close: ";)" } } },
});
