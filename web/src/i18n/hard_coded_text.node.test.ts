import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const sourceRoot = join(import.meta.dirname, "..");

/** Attributes whose value a person reads or hears. */
const spokenAttributes = new Set(["aria-label", "aria-description", "title", "alt", "placeholder", "label"]);

/** Words that are the same in every language: the product's name and the names of keys. */
const sameEverywhere = new Set(["Akbuzat", "Ctrl", "⌘", "M", "V", "H", "D", "E", "?"]);

function hasWord(text: string): boolean {
  const trimmed = text.trim();
  return /\p{Letter}/u.test(trimmed) && !sameEverywhere.has(trimmed);
}

/** Texts in `source` that a user would see and that do not come from the catalogue. */
function hardCodedTexts(source: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node) && hasWord(node.text)) found.push(node.text.trim());
    if (ts.isJsxExpression(node) && node.expression && ts.isStringLiteralLike(node.expression)) {
      if (!ts.isJsxAttribute(node.parent) && hasWord(node.expression.text)) found.push(node.expression.text);
    }
    if (ts.isJsxAttribute(node) && spokenAttributes.has(node.name.getText())) {
      const value = node.initializer;
      const text = value && ts.isJsxExpression(value) ? value.expression : value;
      if (text && ts.isStringLiteralLike(text) && hasWord(text.text)) found.push(text.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("x.tsx", source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX));
  return found;
}

describe("hardCodedTexts", () => {
  it("finds text between tags, in braces and in spoken attributes", () => {
    expect(hardCodedTexts('<p aria-label="Name">Hello {"you"}{t("key")}</p>')).toEqual([
      "Name",
      "Hello",
      "you",
    ]);
  });

  it("leaves class names and names of keys alone", () => {
    expect(hardCodedTexts('<kbd className="key">Ctrl</kbd>')).toEqual([]);
  });
});

describe("components and pages", () => {
  const files = readdirSync(sourceRoot, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".tsx") && !file.endsWith(".test.tsx"),
  );

  it("exist", () => {
    expect(files.length).toBeGreaterThan(10);
  });

  it.each(files)("%s takes its texts from the catalogue", (file) => {
    expect(hardCodedTexts(readFileSync(join(sourceRoot, file), "utf8"))).toEqual([]);
  });
});
