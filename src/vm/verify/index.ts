// The verifier: whether prepared bytes keep the promises made of them.

export {
  verifyModule,
  type FunctionClaim,
  type FunctionRole,
  type PreparedClaims,
  type VerifierFinding,
} from "./verify-module.ts";
