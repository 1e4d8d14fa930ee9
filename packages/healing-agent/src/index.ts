export type { RegistryPlace } from './act/act-context.ts'
export { AgentError } from './act/agent-error.ts'
export { encodeHealerCall, type HealerCall } from './act/registry-call.ts'
export {
  finishRollbacks,
  isByHand,
  planRollback,
  type RollBackOptions,
  type RollbackDecision,
  rollBackByHand,
} from './act/roll-back-by-hand.ts'
export type { AgentKey, Warning } from './agent/agent-key.ts'
export type { AgentPorts } from './agent/agent-ports.ts'
export { type AgentSettings, resolveSettings } from './agent/agent-settings.ts'
export type { AgentTools } from './agent/agent-tools.ts'
export {
  type Agent,
  type AgentOptions,
  createAgent,
  type PassRequest,
  type RunOptions,
  SETTLE_DEADLINE_MS,
} from './agent/create-agent.ts'
export { type AgentToolsOptions, createAgentTools } from './agent/create-agent-tools.ts'
export type { Keeper } from './agent/keeper.ts'
export { healingMs } from './agent/next-incident.ts'
export type {
  ActionReport,
  ConditionReport,
  DomainReport,
  PageReport,
  PassReport,
  ReplicaReport,
  ResolverReport,
} from './agent/pass-report.ts'
export type { AgentDomain, AgentReplica } from './agent-domain.ts'
export { type Thaw, thawSigner, thawTypedData } from './approve/thaw-typed-data.ts'
export { type DiagnoseContext, diagnose } from './diagnose/diagnose.ts'
export { createConsoleNotifier, createJsonLinesNotifier, type LineSink } from './notifiers/lines.ts'
export type { NotifierRoute } from './notifiers/message-route.ts'
export { createWebhookNotifier, type WebhookOptions } from './notifiers/webhook.ts'
export type { ProofMode, ProofResult, Prove } from './observe/observe-replica.ts'
export { createGatewayPreview, type Preview } from './observe/preview.ts'
export type { ReleaseTarget, Verification, VerifyRelease } from './observe/verification.ts'
export type { Action, ActionKind, AdditiveAction, MessageAction, PointerAction, PublishBlock } from './plan/action.ts'
export type { ActionRecord } from './plan/action-record.ts'
export { actionWords } from './plan/action-words.ts'
export type { LadderPosition } from './plan/climb.ts'
export { type ConditionLadder, type Plan, plan } from './plan/plan.ts'
export { PLAN_DEFAULTS, type PlanSettings } from './plan/plan-settings.ts'
export type { Answer, Candidate, PlanState, ReplicaFact } from './plan/plan-state.ts'
