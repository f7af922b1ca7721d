/**
 * ESLint rule: the wall clock can be set, so two of its values are never subtracted or compared, and none is a
 * deadline. A value is the wall clock's when it comes from `now()` of a clock, from `Date`, or has a name that stamps
 * have in this project; a variable is what its initial value is.
 */

const OPERATORS = new Set(["-", "+", "<", "<=", ">", ">=", "-=", "+="]);
const STAMPS = new Set(["at", "createdAt", "startedAt", "finishedAt", "renewedAtMs", "expiresAtMs"]);

const MESSAGE =
  "the wall clock can be set: use Clock.elapsed() within a process, moments of harness/tools/time/moment.ts across processes; or name the file, with its reason, in eslint.config.js";

function isWall(node, scopeOf) {
  switch (node.type) {
    case "CallExpression":
      return isWallCall(node.callee, scopeOf);
    case "NewExpression":
      return node.callee.name === "Date";
    case "MemberExpression":
      return node.object.type !== "ThisExpression" && !node.computed && STAMPS.has(node.property.name);
    case "Identifier":
      return isWallVariable(node, scopeOf);
    case "TSNonNullExpression":
    case "ChainExpression":
      return isWall(node.expression, scopeOf);
    case "LogicalExpression":
      return isWall(node.left, scopeOf) || isWall(node.right, scopeOf);
    default:
      return false;
  }
}

function isWallCall(callee, scopeOf) {
  if (callee.type !== "MemberExpression" || callee.computed) return false;
  const { object, property } = callee;
  if (property.name === "now") return object.name !== "performance";
  if (property.name === "parse") return object.name === "Date";
  if (property.name === "getTime" || property.name === "valueOf") return isWall(object, scopeOf);
  return false;
}

function isWallVariable(node, scopeOf) {
  for (let scope = scopeOf(node); scope !== null; scope = scope.upper) {
    const variable = scope.set.get(node.name);
    if (variable === undefined) continue;
    const [definition] = variable.defs;
    const init = definition?.node.init;
    const isPlain =
      definition?.type === "Variable" && definition.node.id.type === "Identifier" && init != null;
    return isPlain ? isWall(init, scopeOf) : false;
  }
  return false;
}

export const noWallTimeDifference = {
  meta: { type: "problem", schema: [], messages: { difference: MESSAGE } },
  create(context) {
    const scopeOf = (node) => context.sourceCode.getScope(node);
    const check = (node) => {
      if (!OPERATORS.has(node.operator)) return;
      if (isWall(node.left, scopeOf) || isWall(node.right, scopeOf))
        context.report({ node, messageId: "difference" });
    };
    return { BinaryExpression: check, AssignmentExpression: check };
  },
};
