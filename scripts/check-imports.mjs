// Checks every import in src against scripts/import-rules.mjs: `import`, `import type`, `export from`, `import()`,
// `require`, import types, workers by `?modulePath` and by `new URL(…, import.meta.url)`.
//
//   node scripts/check-imports.mjs [--root DIR]     prints file:line and the rule; exits with 1 when there is any

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, posix, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseSync, Visitor } from 'vite';
import { rows, unreachable } from './import-rules.mjs';

/** @typedef {{ file: string, line: number, rule: string, why: string }} Violation */

const { values } = parseArgs({ options: { root: { type: 'string' } } });
const root = resolve(values.root ?? join(dirname(fileURLToPath(import.meta.url)), '..'));

const files = sourceFiles();
const imports = files.flatMap(readImports);
const violations = [...files.flatMap(checkPlace), ...imports.flatMap(checkImport), ...unreachable.flatMap(checkReach)];
for (const { file, line, rule, why } of violations) console.log(`${file}:${line}  [${rule}] ${why}`);
console.log(`imports: ${files.length} files, ${imports.length} imports, ${violations.length} violations`);
process.exit(violations.length === 0 ? 0 : 1);

// Reading

function sourceFiles() {
  return readdirSync(join(root, 'src'), { recursive: true })
    .map(name => posix.join('src', name.split(sep).join('/')))
    .filter(name => /\.(ts|tsx|mts|cts|js|mjs|cjs|jsx)$/.test(name) && statSync(join(root, name)).isFile())
    .sort();
}

/** Every import of one file: `{ file, line, target, text, typeOnly }`. */
function readImports(file) {
  const source = readFileSync(join(root, file), 'utf8');
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  const found = [];
  const add = (node, specifier, typeOnly = false) => {
    const line = source.slice(0, node.start).split('\n').length;
    const text = literal(specifier);
    found.push({ file, line, text, target: text === undefined ? undefined : locate(file, text), typeOnly });
  };
  new Visitor({
    ImportDeclaration: node => add(node, node.source, isTypeOnly(node, 'importKind')),
    ExportAllDeclaration: node => add(node, node.source, node.exportKind === 'type'),
    ExportNamedDeclaration: node => node.source && add(node, node.source, isTypeOnly(node, 'exportKind')),
    ImportExpression: node => add(node, node.source),
    TSImportType: node => add(node, node.source ?? node.argument, true),
    TSExternalModuleReference: node => add(node, node.expression),
    CallExpression: node => isRequire(node.callee) && add(node, node.arguments[0]),
    NewExpression: node => isOwnUrl(node) && add(node, node.arguments[0]),
  }).visit(program);
  return found;
}

function isTypeOnly(node, kind) {
  if (node[kind] === 'type') return true;
  return node.specifiers.length > 0 && node.specifiers.every(specifier => specifier[kind] === 'type');
}

/** `require(…)`, `require.resolve(…)`, `import.meta.resolve(…)`. */
function isRequire(callee) {
  if (callee.type === 'Identifier') return callee.name === 'require';
  if (callee.type !== 'MemberExpression' || callee.property.name !== 'resolve') return false;
  return callee.object.type === 'MetaProperty' || callee.object.name === 'require';
}

/** `new URL('./x.worker.ts', import.meta.url)`. */
function isOwnUrl({ callee, arguments: [, base] }) {
  return callee.name === 'URL' && base?.type === 'MemberExpression' && base.object.type === 'MetaProperty';
}

function literal(node) {
  if (node?.type === 'TSLiteralType') return literal(node.literal);
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0].value.cooked;
  return typeof node?.value === 'string' ? node.value : undefined;
}

/** A path in the project, 'node:*', 'assets', or a package's name. */
function locate(file, specifier) {
  const bare = specifier.replace(/\?.*$/, '');
  if (isBuiltin(bare)) return 'node:*';
  if (!bare.startsWith('.')) return bare.split('/', bare.startsWith('@') ? 2 : 1).join('/');
  if (/\.(css|svg|png|woff2)$/.test(bare)) return 'assets';
  const path = posix.join(posix.dirname(file), bare);
  const endings = ['', '.ts', '.tsx', '.mjs', '.js', '/index.ts', '/index.tsx'];
  return endings.map(ending => path + ending).find(isFile) ?? path;
}

function isFile(path) {
  return existsSync(join(root, path)) && statSync(join(root, path)).isFile();
}

// Judging

/** @returns {Violation[]} */
function checkPlace(file) {
  return rowOf(file)
    ? []
    : [{ file, line: 1, rule: 'no-rule', why: 'no row of scripts/import-rules.mjs fits this file' }];
}

/** @returns {Violation[]} */
function checkImport({ file, line, text, target, typeOnly }) {
  const row = rowOf(file);
  if (row === undefined) return [];
  const { name, folder, may } = row;
  if (target === undefined)
    return [{ file, line, rule: 'computed', why: 'imports what cannot be known before it runs' }];
  if (target === folder || target.startsWith(`${folder}/`)) return [];
  const allowed = may.some(rule => {
    const [, types, pattern] = /^(types of )?(.*)$/.exec(rule);
    return (typeOnly || !types) && fits(pattern, target);
  });
  const how = typeOnly ? 'the types of ' : '';
  return allowed ? [] : [{ file, line, rule: name, why: `may not import ${how}${target} ('${text}')` }];
}

/** The row for a file, and the folder that is its own: the row's, with names for the stars. */
function rowOf(file) {
  for (const [name, may] of rows) {
    const folder = prefix(name, file);
    if (folder !== undefined) return { name, folder, may };
  }
  return undefined;
}

/**
 * A package by name; a path by folder or file. Two folders open less than they hold: 'src/main' is its own files, not
 * its folders; a core service's folder leaves out the store, which shows its index.ts alone.
 */
function fits(pattern, target) {
  if (!pattern.includes('/') || pattern.startsWith('@')) return matcher(pattern).test(target);
  if (pattern === 'src/main') return /^src\/main\/[^/]+$/.test(target);
  if (pattern === 'src/main/core/*' && target.startsWith('src/main/core/store/')) return false;
  return prefix(pattern, target) !== undefined;
}

function prefix(pattern, path) {
  return new RegExp(`^${stars(pattern)}(?=/|$)`).exec(path)?.[0];
}

function matcher(pattern) {
  return new RegExp(`^${stars(pattern)}$`);
}

function stars(pattern) {
  return pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]+');
}

/**
 * Follows every import from one file, types left out since nothing of them runs; tells the chain.
 * @returns {Violation[]}
 */
function checkReach({ from, to }) {
  const chains = new Map([[from, [from]]]);
  for (const [file, chain] of chains) {
    for (const { target, line, typeOnly } of imports.filter(one => one.file === file)) {
      if (typeOnly || target === undefined || chains.has(target)) continue;
      if (target === to) {
        const why = `${to} can be reached from here: ${[...chain.slice(1), `${to} (line ${line})`].join(' > ')}`;
        return [{ file: from, line: 1, rule: `${from} without ${to}`, why }];
      }
      chains.set(target, [...chain, target]);
    }
  }
  return [];
}
