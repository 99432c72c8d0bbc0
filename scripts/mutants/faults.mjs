// Faults that can be put into a TypeScript file: each is a place, what stands there, and what is
// put there instead. Types, imports and what a reader is told are left alone.
import ts from 'typescript';

/** Operator → what a slip of the finger makes of it. */
const OPERATORS = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '&&': ['||'],
  '||': ['&&'],
  '&': ['|'],
  '|': ['&'],
  '<<': ['>>'],
  '>>': ['<<'],
  '>>>': ['<<'],
  '+=': ['-='],
  '-=': ['+='],
  '^': ['|'],
};

/** Faults of a file, in the order of the text. */
export function faultsOf(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const faults = [];
  const add = (node, instead, context = node) => {
    const [start, end] = [node.getStart(), node.getEnd()];
    const shown = short(text.slice(context.getStart(), context.getEnd()));
    const what = `${short(text.slice(start, end))} → ${instead === '' ? 'nothing' : instead}`;
    const line = source.getLineAndCharacterOfPosition(start).line + 1;
    const name = `${file}: ${placeOf(node)}: ${what}${context === node ? '' : ` in ${shown}`}`;
    faults.push({ file, start, end, instead, line, name });
  };
  const visit = (node) => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node))
      return;
    if (ts.isTypeAliasDeclaration(node) || ts.isDecorator(node)) return;
    ofNode(node, add);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return faults;
}

function ofNode(node, add) {
  if (ts.isBinaryExpression(node)) {
    for (const other of OPERATORS[node.operatorToken.getText()] ?? [])
      add(node.operatorToken, other, node);
  } else if (ts.isIfStatement(node) || ts.isConditionalExpression(node)) {
    const condition = ts.isIfStatement(node) ? node.expression : node.condition;
    add(condition, 'true');
    add(condition, 'false');
  } else if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
    add(node, node.operand.getText());
  } else if (node.kind === ts.SyntaxKind.TrueKeyword) {
    add(node, 'false', node.parent);
  } else if (node.kind === ts.SyntaxKind.FalseKeyword) {
    add(node, 'true', node.parent);
  } else if (ts.isNumericLiteral(node) && !ts.isLiteralTypeNode(node.parent)) {
    add(node, `(${node.getText()} + 1)`, node.parent);
  } else if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) {
    if (node.expression.expression.kind !== ts.SyntaxKind.SuperKeyword) add(node, ';');
  }
}

/** The function or member that a node is in. */
function placeOf(node) {
  for (let at = node.parent; at !== undefined; at = at.parent)
    if ((ts.isFunctionLike(at) || ts.isPropertyDeclaration(at)) && at.name !== undefined)
      return at.name.getText();
  return 'the module';
}

function short(text) {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 70 ? `${line.slice(0, 67)}…` : line;
}
