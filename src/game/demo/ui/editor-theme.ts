// Colors of the editor: warm text on soot, gas green for what the machine knows.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const base = EditorView.theme(
  {
    "&": { backgroundColor: "var(--soot)", color: "var(--cream)", fontSize: "13px" },
    "&.cm-focused": { outline: "none" },
    "&.cm-focused .cm-gutters": { boxShadow: "inset 2px 0 0 var(--gold)" },
    ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
    ".cm-content": { caretColor: "var(--hot-gold)", padding: "8px 0" },
    ".cm-cursor": { borderLeft: "2px solid var(--hot-gold)" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
      backgroundColor: "#4d3f37 !important",
    },
    ".cm-gutters": { backgroundColor: "var(--soot)", color: "#7d6a5c", border: "none", paddingLeft: "4px" },
    ".cm-lineNumbers .cm-gutterElement": { minWidth: "28px", padding: "0 8px 0 2px" },
    ".cm-activeLine": { backgroundColor: "#2a211e80" },
    ".cm-activeLineGutter": { backgroundColor: "#2a211e", color: "var(--bone)" },
    ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
      backgroundColor: "#23605f80",
      outline: "1px solid var(--gas)",
    },
    ".cm-panels": { backgroundColor: "var(--slag)", color: "var(--bone)" },
    ".cm-tooltip": {
      border: "2px solid var(--ink)",
      backgroundColor: "var(--slag)",
      color: "var(--cream)",
      fontFamily: "var(--sans)",
      fontSize: "14px",
    },
    ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "13px" },
    ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--verdigris)", color: "var(--cream)" },
    ".cm-completionInfo": { maxWidth: "320px", padding: "6px 10px", whiteSpace: "pre-line" },
    ".cm-completionDetail": { color: "var(--dust)", fontStyle: "normal" },
    ".word-tooltip": { maxWidth: "420px", padding: "6px 10px", whiteSpace: "pre-line" },
    ".word-tooltip code": { fontFamily: "var(--mono)", fontSize: "13px", color: "#f3cd92" },
    ".word-tooltip p": { margin: "4px 0 0" },
    ".cm-diagnostic": { padding: "6px 10px", maxWidth: "460px" },
    ".cm-diagnostic-error": { borderLeft: "4px solid var(--ember)" },
    ".cm-diagnostic-warning": { borderLeft: "4px solid var(--gold)" },
    ".cm-diagnosticAction": { backgroundColor: "var(--gold)", color: "var(--ink)", borderRadius: "0" },
    ".cm-lintRange-error": { backgroundImage: "none", borderBottom: "2px dotted var(--ember)" },
    ".cm-lintRange-warning": { backgroundImage: "none", borderBottom: "2px dotted var(--gold)" },
    ".cm-gutter-lint": { width: "16px" },
    ".cm-lint-marker": { width: "12px", height: "12px" },
  },
  { dark: true },
);

const code = HighlightStyle.define([
  { tag: [tags.comment, tags.meta], color: "#98816f", fontStyle: "italic" },
  { tag: [tags.keyword, tags.controlKeyword, tags.operatorKeyword, tags.modifier], color: "#f5903a" },
  { tag: [tags.typeName, tags.standard(tags.typeName)], color: "#6fd6a8" },
  { tag: [tags.string, tags.character], color: "#e0b23f" },
  { tag: [tags.escape, tags.special(tags.string)], color: "#fbe27a" },
  { tag: [tags.number, tags.bool, tags.null], color: "#c4f7cf" },
  { tag: [tags.processingInstruction], color: "#c9713d", fontStyle: "normal" },
  { tag: [tags.function(tags.variableName), tags.function(tags.definition(tags.variableName))], color: "#f3cd92" },
  { tag: [tags.operator, tags.punctuation, tags.bracket], color: "#c8b49c" },
]);

/** Theme and highlighting of the code. */
export const EDITOR_THEME: Extension = [base, syntaxHighlighting(code)];
