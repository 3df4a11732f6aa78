"""Rows of the database, with the columns that somebody signed in may read. Written by make gen."""

from typing import Any, ClassVar, Literal
from uuid import UUID

from holdfast.types import Amount, Answer, Time


class Row(Answer):
    """A row. relation: where it is read."""

    relation: ClassVar[str]


class AddressKinds(Row):
    """Rows of address_kinds."""

    relation = "address_kinds"
    kind: str
    pattern: str
    ignores_case: bool
    checksum: str | None
    hint: str


class ApiKeyRules(Row):
    """Rows of api_key_rules."""

    relation = "api_key_rules"
    id: bool
    live_keys: int


class ApiKeys(Row):
    """Rows of api_keys."""

    relation = "api_keys"
    id: UUID
    party_id: UUID
    created_by: UUID
    name: str
    prefix: str
    last4: str
    scopes: list[str]
    ip_allow: list[str]
    expires_at: Time | None
    last_used_at: Time | None
    created_at: Time
    revoked_at: Time | None


class ApiScopes(Row):
    """Rows of api_scopes."""

    relation = "api_scopes"
    scope: str
    description: str


class ApiUsage(Row):
    """Rows of api_usage."""

    relation = "api_usage"
    party_id: UUID
    key_id: UUID
    method: str
    route: str
    status_class: int
    hour: Time
    n: int
    errors: int
    sum_ms: int
    histogram: list[int]


class ApiUsageDays(Row):
    """Rows of api_usage_days."""

    relation = "api_usage_days"
    party_id: UUID | None
    key_id: UUID | None
    method: str | None
    route: str | None
    status_class: int | None
    day: Time | None
    n: int | None
    errors: int | None
    sum_ms: int | None


class ArbiterCapacities(Row):
    """Rows of arbiter_capacities."""

    relation = "arbiter_capacities"
    user_id: UUID
    max_open: int
    updated_at: Time


class AssetProofs(Row):
    """Rows of asset_proofs."""

    relation = "asset_proofs"
    escrow_id: UUID
    snapshot_id: UUID
    compared_to: UUID
    author_role: str
    author_id: UUID
    differences: Any
    created_at: Time


class AssetSnapshots(Row):
    """Rows of asset_snapshots."""

    relation = "asset_snapshots"
    id: UUID
    party_id: UUID
    provider: str
    kind: str
    asset_id: str
    document: str
    sha256: str
    taken_at: Time


class AuditLog(Row):
    """Rows of audit_log."""

    relation = "audit_log"
    id: int
    created_at: Time
    table_name: str
    row_id: str
    action: str
    before: Any
    after: Any
    actor_id: UUID | None
    reason: str
    request_id: str
    endpoint: str | None
    address: str | None
    user_agent: str | None
    one_operator: bool
    seals: Any


class ChainCoinLooks(Row):
    """Rows of chain_coin_looks."""

    relation = "chain_coin_looks"
    chain_id: int
    request_id: UUID
    block_number: int
    block_time: Time
    balance: Amount
    nonce: int
    looked_at: Time


class ChainConfirmations(Row):
    """Rows of chain_confirmations."""

    relation = "chain_confirmations"
    chain_id: int
    amount_from: Amount
    block_tag: str


class ChainCursors(Row):
    """Rows of chain_cursors."""

    relation = "chain_cursors"
    chain_id: int
    block_number: int
    block_hash: str
    block_time: Time
    scanned_at: Time


class ChainDeposits(Row):
    """Rows of chain_deposits."""

    relation = "chain_deposits"
    chain_id: int
    transaction_hash: str
    log_index: int
    block_number: int
    block_hash: str
    block_time: Time
    token: str
    currency: str
    sender: str
    recipient: str
    request_id: UUID
    amount: Amount
    state: str
    credits: int
    watched: bool
    next_at: Time
    proof: Any
    doubt: str
    doubts: int
    doubted_at: Time | None
    last_event: str
    created_at: Time
    updated_at: Time


class ChainPayouts(Row):
    """Rows of chain_payouts."""

    relation = "chain_payouts"
    id: UUID
    payout_id: UUID
    attempt: int
    chain_id: int
    wallet: str
    nonce: int
    currency: str
    amount: Amount
    destination: str
    created_at: Time


class ChainRules(Row):
    """Rows of chain_rules."""

    relation = "chain_rules"
    chain_id: int
    first_block: int
    fee_ceiling: int
    least_tip: int
    stale_after_blocks: int


class ChainSlices(Row):
    """Rows of chain_slices."""

    relation = "chain_slices"
    chain_id: int
    slice: int
    block_number: int
    block_time: Time
    read_at: Time


class ChainSweeps(Row):
    """Rows of chain_sweeps."""

    relation = "chain_sweeps"
    chain_id: int
    request_id: UUID
    nonce: int
    transaction_hash: str
    currency: str
    amount: Amount
    cost: Amount
    block_number: int
    found_at: Time


class ChainTokens(Row):
    """Rows of chain_tokens."""

    relation = "chain_tokens"
    chain_id: int
    address: str
    currency: str
    dust_below: Amount


class ChainTransactions(Row):
    """Rows of chain_transactions."""

    relation = "chain_transactions"
    chain_payout_id: UUID
    number: int
    transaction_hash: str
    max_fee: int
    max_priority_fee: int
    created_at: Time


class ChainWallets(Row):
    """Rows of chain_wallets."""

    relation = "chain_wallets"
    chain_id: int
    address: str
    first_nonce: int
    next_nonce: int
    created_at: Time


class ContractDocuments(Row):
    """Rows of contract_documents."""

    relation = "contract_documents"
    contract_id: UUID
    edition: str
    object_key: str
    sha256: str
    size_bytes: int
    created_at: Time


class ContractMilestones(Row):
    """Rows of contract_milestones."""

    relation = "contract_milestones"
    id: UUID
    contract_id: UUID
    position: int
    title: str
    description: str
    amount: Amount
    days: int
    reference_amount: Amount | None


class ContractProgress(Row):
    """Rows of contract_progress."""

    relation = "contract_progress"
    contract_id: UUID | None
    milestones: int | None
    open_milestones: int | None
    paid_out: Amount | None
    status: str | None


class ContractSignatures(Row):
    """Rows of contract_signatures."""

    relation = "contract_signatures"
    contract_id: UUID
    role: str
    signed_by: UUID
    document_hash: str
    signed_at: Time


class ContractSnapshots(Row):
    """Rows of contract_snapshots."""

    relation = "contract_snapshots"
    contract_id: UUID
    snapshot_id: UUID


class Contracts(Row):
    """Rows of contracts."""

    relation = "contracts"
    id: UUID
    offer_id: UUID
    listing_id: UUID
    buyer_id: UUID
    seller_id: UUID
    currency: str
    total: Amount
    policy_id: str
    rail: str
    document: str
    document_hash: str
    created_at: Time


class Currencies(Row):
    """Rows of currencies."""

    relation = "currencies"
    code: str
    symbol: str
    name: str
    kind: str
    network_id: str | None
    contract_address: str | None
    decimals: int
    coingecko_id: str | None
    pegged_to: str | None
    display_order: int
    is_active: bool
    created_at: Time


class DataExports(Row):
    """Rows of data_exports."""

    relation = "data_exports"
    id: UUID
    party_id: UUID
    state: str
    last_event: str
    last_actor_role: str
    object_key: str | None
    sha256: str | None
    size_bytes: int | None
    next_at: Time
    deadline_at: Time
    created_at: Time
    updated_at: Time


class Deliveries(Row):
    """Rows of deliveries."""

    relation = "deliveries"
    id: UUID
    milestone_id: UUID
    revision: int
    note: str | None
    files: list[str]
    delivered_by: UUID | None
    created_at: Time
    seals: Any


class DepositBalances(Row):
    """Rows of deposit_balances."""

    relation = "deposit_balances"
    request_id: UUID
    currency: str
    amount: Amount
    as_of: Time


class DepositKeys(Row):
    """Rows of deposit_keys."""

    relation = "deposit_keys"
    id: int
    address_kind: str
    fingerprint: str
    next_index: int
    created_at: Time


class DepositQuarantines(Row):
    """Rows of deposit_quarantines."""

    relation = "deposit_quarantines"
    id: UUID
    chain_id: int
    transaction_hash: str
    log_index: int
    reason: str
    screening_id: UUID | None
    decide_by: Time | None
    outcome: str | None
    decided_by: UUID | None
    note: str
    created_at: Time
    decided_at: Time | None


class DepositRequests(Row):
    """Rows of deposit_requests."""

    relation = "deposit_requests"
    id: UUID
    purpose: str
    reference_id: UUID
    party_id: UUID
    rail: str
    currency: str
    amount: Amount | None
    key_id: int | None
    address_index: int | None
    address: str | None
    slice: int | None
    active_until: Time | None
    provider_reference: str | None
    requested_by: UUID | None
    created_at: Time
    closed_at: Time | None


class DepositsToSweep(Row):
    """Rows of deposits_to_sweep."""

    relation = "deposits_to_sweep"
    rail: str | None
    currency: str | None
    address: str | None
    amount: Amount | None
    amount_so_far: Amount | None
    as_of: Time | None


class DiscordLinks(Row):
    """Rows of discord_links."""

    relation = "discord_links"
    id: UUID
    party_id: UUID | None
    guild_id: UUID | None
    discord_id: str | None
    source: str
    occurred_at: Time
    seals: Any


class DisputeAssignments(Row):
    """Rows of dispute_assignments."""

    relation = "dispute_assignments"
    dispute_id: UUID
    number: int
    level: int
    arbiter_id: UUID
    assigned_at: Time


class DisputeDecisions(Row):
    """Rows of dispute_decisions."""

    relation = "dispute_decisions"
    dispute_id: UUID
    level: int
    arbiter_id: UUID
    approved_by: UUID | None
    payer_amount: Amount
    payee_amount: Amount
    reason: str
    grounds: str
    created_at: Time


class DisputeEvidence(Row):
    """Rows of dispute_evidence."""

    relation = "dispute_evidence"
    dispute_id: UUID
    sha256: str
    author_role: Literal['payer', 'payee', 'arbiter', 'second_arbiter', 'operator', 'timer', 'rail', 'system']
    author_id: UUID
    name: str | None
    media_type: str
    size_bytes: int
    created_at: Time
    seals: Any


class DisputePriorities(Row):
    """Rows of dispute_priorities."""

    relation = "dispute_priorities"
    priority: str
    min_score: int


class DisputeQueue(Row):
    """Rows of dispute_queue."""

    relation = "dispute_queue"
    dispute_id: UUID | None
    escrow_id: UUID | None
    product: Literal['p2p', 'market'] | None
    policy_id: str | None
    currency: str | None
    amount: Amount | None
    reference_amount: Amount | None
    reason: str | None
    score: int | None
    priority: str | None
    level: int | None
    phase: Literal['', 'statements', 'acknowledge', 'decide', 'approve'] | None
    arbiter_id: UUID | None
    mine: bool | None
    reassignments: int | None
    silent_roles: list[Literal['payer', 'payee', 'arbiter', 'second_arbiter', 'operator', 'timer', 'rail', 'system']] | None
    payer_statement_due_at: Time | None
    payee_statement_due_at: Time | None
    deadline_at: Time | None
    expires_at: Time | None
    frozen: bool | None
    created_at: Time | None


class DisputeReasonOutcomes(Row):
    """Rows of dispute_reason_outcomes."""

    relation = "dispute_reason_outcomes"
    product: Literal['p2p', 'market']
    reason: str
    finding: str
    award: str
    name: str


class DisputeReasons(Row):
    """Rows of dispute_reasons."""

    relation = "dispute_reasons"
    product: Literal['p2p', 'market']
    code: str
    name: str
    open_to: list[Literal['payer', 'payee', 'arbiter', 'second_arbiter', 'operator', 'timer', 'rail', 'system']]
    from_states: list[Literal['proposed', 'awaiting_funds', 'funding_exception', 'funded', 'performed', 'disputed', 'decided', 'released', 'refunded', 'split', 'void']]
    weight: int


class DisputeStatements(Row):
    """Rows of dispute_statements."""

    relation = "dispute_statements"
    dispute_id: UUID
    author_role: Literal['payer', 'payee', 'arbiter', 'second_arbiter', 'operator', 'timer', 'rail', 'system']
    author_id: UUID
    body: str | None
    sha256: str | None
    created_at: Time
    seals: Any


class Disputes(Row):
    """Rows of disputes."""

    relation = "disputes"
    id: UUID
    escrow_id: UUID
    raised_by: UUID | None
    against_user_id: UUID | None
    reason: str
    description: str
    priority: str
    reference_amount: Amount
    status: str
    level: int
    arbiter_id: UUID | None
    reassignments: int
    payer_statement_due_at: Time | None
    payee_statement_due_at: Time | None
    statement_within: str
    acknowledge_within: str
    decide_within: str
    appeal_within: str
    silent_roles: list[Literal['payer', 'payee', 'arbiter', 'second_arbiter', 'operator', 'timer', 'rail', 'system']]
    appellant_role: Literal['payer', 'payee', 'arbiter', 'second_arbiter', 'operator', 'timer', 'rail', 'system'] | None
    accepted_by: list[Literal['payer', 'payee', 'arbiter', 'second_arbiter', 'operator', 'timer', 'rail', 'system']]
    award_payee_amount: Amount | None
    first_award_payee_amount: Amount | None
    resolution: str | None
    resolved_by: UUID | None
    resolved_at: Time | None
    created_at: Time
    updated_at: Time


class ErasureRequests(Row):
    """Rows of erasure_requests."""

    relation = "erasure_requests"
    id: UUID
    party_id: UUID
    state: str
    last_event: str
    last_actor_role: str
    erase_from: Time
    in_the_way: list[str]
    step: int
    rows_erased: int
    rows_at_last_pass: int
    created_at: Time
    updated_at: Time


class EscrowApprovalLimits(Row):
    """Rows of escrow_approval_limits."""

    relation = "escrow_approval_limits"
    policy_id: str
    currency: str
    above: Amount


class EscrowCases(Row):
    """Rows of escrow_cases."""

    relation = "escrow_cases"
    id: UUID
    escrow_id: UUID
    kind: str
    raised_by: UUID | None
    reason: str
    description: str
    currency: str | None
    amount: Amount | None
    paid_amount: Amount | None
    fee_amount: Amount
    loss_amount: Amount
    provider_event_id: str | None
    reference: str | None
    evidence_due_at: Time | None
    state: str
    last_event: str
    last_actor_role: Literal['payer', 'payee', 'arbiter', 'second_arbiter', 'operator', 'timer', 'rail', 'system']
    resolution: str
    deadline_at: Time | None
    created_at: Time
    updated_at: Time


class EscrowEvents(Row):
    """Rows of escrow_events."""

    relation = "escrow_events"
    escrow_id: UUID
    version: int
    event: str
    actor_role: Literal['payer', 'payee', 'arbiter', 'second_arbiter', 'operator', 'timer', 'rail', 'system']
    from_state: Literal['proposed', 'awaiting_funds', 'funding_exception', 'funded', 'performed', 'disputed', 'decided', 'released', 'refunded', 'split', 'void'] | None
    from_phase: Literal['', 'statements', 'acknowledge', 'decide', 'approve']
    to_state: Literal['proposed', 'awaiting_funds', 'funding_exception', 'funded', 'performed', 'disputed', 'decided', 'released', 'refunded', 'split', 'void']
    to_phase: Literal['', 'statements', 'acknowledge', 'decide', 'approve']
    deadline_at: Time | None
    payer_amount: Amount | None
    payee_amount: Amount | None
    fee_amount: Amount | None
    payload: Any
    hash: str
    created_at: Time


class EscrowHolds(Row):
    """Rows of escrow_holds."""

    relation = "escrow_holds"
    id: UUID
    escrow_id: UUID
    kind: str
    owner_role: Literal['payer', 'payee', 'arbiter', 'second_arbiter', 'operator', 'timer', 'rail', 'system']
    reference: str
    reason: str
    amount: Amount | None
    opened_version: int
    opened_at: Time
    ends_at: Time
    at_end: str
    closed_version: int | None
    closed_event: str | None
    closed_role: Literal['payer', 'payee', 'arbiter', 'second_arbiter', 'operator', 'timer', 'rail', 'system'] | None
    closed_at: Time | None


class EscrowNextSteps(Row):
    """Rows of escrow_next_steps."""

    relation = "escrow_next_steps"
    escrow_id: UUID | None
    product: Literal['p2p', 'market'] | None
    state: Literal['proposed', 'awaiting_funds', 'funding_exception', 'funded', 'performed', 'disputed', 'decided', 'released', 'refunded', 'split', 'void'] | None
    phase: Literal['', 'statements', 'acknowledge', 'decide', 'approve'] | None
    frozen: bool | None
    next_roles: list[Literal['payer', 'payee', 'arbiter', 'second_arbiter', 'operator', 'timer', 'rail', 'system']] | None
    next_party_id: UUID | None
    next_action: str | None
    deadline_at: Time | None
    expires_at: Time | None
    frozen_seconds_left: int | None
    on_silence: str | None
    silence_state: Literal['proposed', 'awaiting_funds', 'funding_exception', 'funded', 'performed', 'disputed', 'decided', 'released', 'refunded', 'split', 'void'] | None
    silence_phase: Literal['', 'statements', 'acknowledge', 'decide', 'approve'] | None
    silence_payer_amount: Amount | None
    silence_payee_amount: Amount | None
    silence_fee_amount: Amount | None
    claim_until: Time | None


class EscrowOffers(Row):
    """Rows of escrow_offers."""

    relation = "escrow_offers"
    id: UUID
    escrow_id: UUID
    kind: str
    author_role: Literal['payer', 'payee', 'arbiter', 'second_arbiter', 'operator', 'timer', 'rail', 'system']
    payee_amount: Amount | None
    state_version: int
    status: str
    expires_at: Time
    created_at: Time


class EscrowPolicies(Row):
    """Rows of escrow_policies."""

    relation = "escrow_policies"
    id: str
    description: str
    fee_bps: int
    sign_within: str
    fund_within: str
    exception_within: str
    perform_within: str
    perform_grace: str
    accept_within: str
    payee_silent_event: str
    payer_silent_event: str
    payee_dispute_from: Literal['proposed', 'awaiting_funds', 'funding_exception', 'funded', 'performed', 'disputed', 'decided', 'released', 'refunded', 'split', 'void']
    payee_dispute_wait: str
    statement_within: str
    acknowledge_within: str
    decide_within: str
    appeal_within: str
    offer_within: str
    claim_within: str
    claim_review_within: str
    max_revisions: int
    max_reassignments: int
    appeal_bond_bps: int
    undecided_payee_bps: int
    rail_part_bps: int
    attest_payer_name: bool


class EscrowTransactions(Row):
    """Rows of escrow_transactions."""

    relation = "escrow_transactions"
    id: UUID
    product: Literal['p2p', 'market']
    policy_id: str
    rail: str
    payer_id: UUID
    payee_id: UUID
    currency: str
    amount: Amount
    fee_bps: int
    perform_within: str
    accept_within: str
    state: Literal['proposed', 'awaiting_funds', 'funding_exception', 'funded', 'performed', 'disputed', 'decided', 'released', 'refunded', 'split', 'void']
    phase: Literal['', 'statements', 'acknowledge', 'decide', 'approve']
    version: int
    state_version: int
    deadline_at: Time | None
    expires_at: Time | None
    frozen_at: Time | None
    rail_hold_until: Time
    revision_count: int
    performed_at: Time | None
    payer_amount: Amount | None
    payee_amount: Amount | None
    fee_amount: Amount | None
    taken_amount: Amount | None
    claim_until: Time | None
    transaction_hash: str | None
    terms_hash: str | None
    signed_by: list[Literal['payer', 'payee', 'arbiter', 'second_arbiter', 'operator', 'timer', 'rail', 'system']]
    last_event: str
    last_actor_role: Literal['payer', 'payee', 'arbiter', 'second_arbiter', 'operator', 'timer', 'rail', 'system']
    last_hash: str
    created_at: Time
    updated_at: Time
    completed_at: Time | None


class EvidenceReceipts(Row):
    """Rows of evidence_receipts."""

    relation = "evidence_receipts"
    escrow_id: UUID | None
    dispute_id: UUID | None
    author_role: Literal['payer', 'payee', 'arbiter', 'second_arbiter', 'operator', 'timer', 'rail', 'system'] | None
    sha256: str | None
    name: str | None
    media_type: str | None
    size_bytes: int | None
    received_at: Time | None
    event_version: int | None
    event_hash: str | None


class EvidenceTypes(Row):
    """Rows of evidence_types."""

    relation = "evidence_types"
    media_type: str
    max_bytes: int
    max_picture_bytes: int | None


class EvidenceUploads(Row):
    """Rows of evidence_uploads."""

    relation = "evidence_uploads"
    id: UUID
    escrow_id: UUID
    author_role: Literal['payer', 'payee', 'arbiter', 'second_arbiter', 'operator', 'timer', 'rail', 'system']
    author_id: UUID
    purpose: str
    sha256: str
    name: str | None
    media_type: str
    size_bytes: int
    created_at: Time
    seals: Any


class FactorResets(Row):
    """Rows of factor_resets."""

    relation = "factor_resets"
    id: UUID
    user_id: UUID
    state: str
    last_event: str
    last_actor_role: str
    evidence_hash: str | None
    since: Time
    deadline_at: Time | None
    created_at: Time
    updated_at: Time


class FailedLogins(Row):
    """Rows of failed_logins."""

    relation = "failed_logins"
    address: str | None
    failures: int | None
    accounts: int | None
    last_at: Time | None


class FiatRates(Row):
    """Rows of fiat_rates."""

    relation = "fiat_rates"
    currency: str
    rate: Amount
    source: str
    as_of: Time
    ends_at: Time
    by_operator: bool
    reason: str
    recorded_at: Time


class FloatNeeds(Row):
    """Rows of float_needs."""

    relation = "float_needs"
    rail: str | None
    currency: str | None
    payouts: int | None
    amount: Amount | None
    waits_since: Time | None


class GasPriceDays(Row):
    """Rows of gas_price_days."""

    relation = "gas_price_days"
    network_id: str | None
    day: Time | None
    least: int | None
    median: int | None
    most: int | None


class GasPriceHistory(Row):
    """Rows of gas_price_history."""

    relation = "gas_price_history"
    network_id: str
    as_of: Time
    base_fee: int
    tip: int


class GuildInvitations(Row):
    """Rows of guild_invitations."""

    relation = "guild_invitations"
    guild_id: UUID
    user_id: UUID
    invited_by: UUID
    created_at: Time
    expires_at: Time


class GuildMembers(Row):
    """Rows of guild_members."""

    relation = "guild_members"
    guild_id: UUID
    user_id: UUID
    role: Literal['owner', 'admin', 'member']
    created_at: Time


class Guilds(Row):
    """Rows of guilds."""

    relation = "guilds"
    id: UUID
    discord_id: str | None
    name: str
    description: str
    created_by: UUID
    created_at: Time
    updated_at: Time


class Halts(Row):
    """Rows of halts."""

    relation = "halts"
    id: UUID
    kind: str
    name: str
    reason: str
    halted_by: UUID
    halted_at: Time
    ends_at: Time | None
    lifted_by: UUID | None
    lifted_at: Time | None
    ended_at: Time | None
    lift_reason: str


class HoldKinds(Row):
    """Rows of hold_kinds."""

    relation = "hold_kinds"
    kind: str
    owner_role: Literal['payer', 'payee', 'arbiter', 'second_arbiter', 'operator', 'timer', 'rail', 'system']
    ends_after: str
    at_end: str
    description: str


class HookLosses(Row):
    """Rows of hook_losses."""

    relation = "hook_losses"
    hook: str | None
    sqlstate: str | None
    losses: int | None
    last_at: Time | None
    message: str | None


class Identities(Row):
    """Rows of identities."""

    relation = "identities"
    id: UUID | None
    provider: str | None
    linked_at: Time | None
    last_sign_in_at: Time | None


class ImageUploads(Row):
    """Rows of image_uploads."""

    relation = "image_uploads"
    party_id: UUID
    sha256: str
    announced_by: UUID
    media_type: str
    size_bytes: int
    created_at: Time


class Images(Row):
    """Rows of images."""

    relation = "images"
    party_id: UUID
    sha256: str
    handed_in_by: UUID
    created_at: Time


class InvoiceLines(Row):
    """Rows of invoice_lines."""

    relation = "invoice_lines"
    invoice_id: UUID
    position: int
    description: str
    quantity: Amount
    unit_amount: Amount
    tax_rate: Amount
    tax_included: bool
    net_amount: Amount
    tax_amount: Amount


class InvoiceMethods(Row):
    """Rows of invoice_methods."""

    relation = "invoice_methods"
    invoice_id: UUID
    currency: str
    rail: str
    request_id: UUID
    rate: Amount
    rate_source: str
    rate_at: Time
    amount: Amount
    least_amount: Amount
    opened_at: Time


class InvoicePayments(Row):
    """Rows of invoice_payments."""

    relation = "invoice_payments"
    id: UUID
    invoice_id: UUID
    rail: str
    currency: str
    amount: Amount
    fee_amount: Amount
    rate: Amount | None
    is_late: bool
    state: str
    reference: str
    paid_at: Time
    decide_by: Time | None
    created_at: Time
    updated_at: Time


class InvoiceRefunds(Row):
    """Rows of invoice_refunds."""

    relation = "invoice_refunds"
    id: UUID
    invoice_id: UUID
    merchant_id: UUID
    number: str | None
    rail: str
    currency: str
    amount: Amount
    sent_amount: Amount
    network_cost: Amount
    rate_of: str
    worth: Amount
    reason: str
    state: str
    version: int
    address: str | None
    payout_id: UUID | None
    claim_by: Time | None
    last_event: str
    last_actor_role: str
    created_by: UUID
    created_at: Time
    updated_at: Time
    paid_at: Time | None


class Invoices(Row):
    """Rows of invoices."""

    relation = "invoices"
    id: UUID
    merchant_id: UUID
    number: str
    token: str
    merchant_order_id: str | None
    order_hash: str
    currency: str
    amount: Amount
    tax_amount: Amount
    description: str
    metadata: Any
    customer_email: str | None
    language: str
    currencies: list[str]
    tolerance: Amount
    speed: str
    late_policy: str
    late_grace: str
    fee_bps: int
    expires_at: Time
    status: str
    exceptions: list[str]
    sequence: int
    paid_amount: Amount
    seen_amount: Amount
    marked: str | None
    marked_reason: str
    last_event: str
    last_actor_role: str
    created_by: UUID
    created_at: Time
    updated_at: Time
    settled_at: Time | None
    receipt_number: str | None
    expired_at: Time | None
    cancelled_at: Time | None
    marked_at: Time | None
    refunded_at: Time | None


class LedgerEntries(Row):
    """Rows of ledger_entries."""

    relation = "ledger_entries"
    id: int
    transfer_id: UUID
    wallet_id: UUID
    currency: str
    bucket: Literal['available', 'pending', 'locked']
    amount: Amount
    hold_id: UUID | None
    seq: int | None
    balance_after: Amount | None
    hash: str | None
    created_at: Time


class LedgerHolds(Row):
    """Rows of ledger_holds."""

    relation = "ledger_holds"
    reference_id: UUID
    wallet_id: UUID
    bucket: Literal['available', 'pending', 'locked']
    purpose: str
    amount: Amount
    created_at: Time
    updated_at: Time


class LedgerReversals(Row):
    """Rows of ledger_reversals."""

    relation = "ledger_reversals"
    transfer_id: UUID
    reversal_id: UUID
    reason: str
    created_at: Time


class LedgerTransfers(Row):
    """Rows of ledger_transfers."""

    relation = "ledger_transfers"
    id: UUID
    kind: str
    reference_type: str
    reference_id: UUID | None
    memo: str
    reverses: UUID | None
    created_at: Time


class LegalHolds(Row):
    """Rows of legal_holds."""

    relation = "legal_holds"
    party_id: UUID
    reason: str
    ends_at: Time
    set_by: UUID
    updated_at: Time


class ListingCategories(Row):
    """Rows of listing_categories."""

    relation = "listing_categories"
    id: str
    name: str
    policy_id: str
    is_active: bool


class Listings(Row):
    """Rows of listings."""

    relation = "listings"
    id: UUID
    seller_id: UUID
    guild_id: UUID | None
    category: str
    title: str
    description: str
    price: Amount
    currency: str
    units: int
    units_left: int
    rails: list[str] | None
    images: list[str]
    snapshots: list[UUID]
    metadata: Any
    status: Literal['draft', 'active', 'paused', 'sold_out', 'closed', 'expired']
    version: int
    last_event: str
    last_actor_role: str
    expires_at: Time
    search: str
    created_at: Time
    updated_at: Time


class Lockouts(Row):
    """Rows of lockouts."""

    relation = "lockouts"
    user_id: UUID | None
    method: str | None
    failures: int | None
    address: str | None
    created_at: Time
    locked_until: Time | None


class LoginAttempts(Row):
    """Rows of login_attempts."""

    relation = "login_attempts"
    id: UUID
    user_id: UUID | None
    identifier_hash: str | None
    method: str
    factor_id: UUID | None
    is_valid: bool
    decision: str
    address: str | None
    source: str
    report_id: UUID
    created_at: Time
    seals: Any


class MempoolPayments(Row):
    """Rows of mempool_payments."""

    relation = "mempool_payments"
    chain_id: int
    transaction_hash: str
    log_index: int
    request_id: UUID
    amount: Amount
    spends: list[str]
    state: str
    seen_at: Time
    updated_at: Time


class MerchantInvitations(Row):
    """Rows of merchant_invitations."""

    relation = "merchant_invitations"
    merchant_id: UUID
    user_id: UUID
    role: Literal['owner', 'operator', 'admin', 'staff', 'signer', 'viewer', 'arbiter', 'dispute_reader']
    invited_by: UUID
    created_at: Time
    expires_at: Time


class MerchantRules(Row):
    """Rows of merchant_rules."""

    relation = "merchant_rules"
    verification: str
    max_invoice: Amount | None
    tier: int
    fee_bps: int


class MerchantSettings(Row):
    """Rows of merchant_settings."""

    relation = "merchant_settings"
    merchant_id: UUID
    invoice_expires_within: str
    tolerance_bps: int
    tolerance_amount: Amount
    tolerance_currency: str | None
    late_policy: str
    late_grace: str
    speed: str
    currencies: list[str] | None
    refund_cost: str
    language: str
    color: str
    prices_include_tax: bool
    tax_rounding: str
    updated_at: Time


class Merchants(Row):
    """Rows of merchants."""

    relation = "merchants"
    id: UUID
    name: str
    legal_name: str
    website: str
    tax_id: str
    country: str
    support_email: str
    verification: str
    last_event: str
    last_actor_role: str
    created_by: UUID
    created_at: Time
    updated_at: Time
    deleted_at: Time | None


class MessageDeliveries(Row):
    """Rows of message_deliveries."""

    relation = "message_deliveries"
    id: UUID
    user_id: UUID
    kind: str
    channel: Literal['email', 'sms']
    source_id: UUID
    part: int
    data: Any
    language: str
    masked_address: str
    address_hash: str
    provider: str
    provider_message_id: str | None
    status: str
    status_detail: str
    attempt_count: int
    next_attempt_at: Time | None
    give_up_at: Time
    cost: Amount | None
    currency: str | None
    cost_prefix: str
    last_event: str
    last_actor_role: str
    created_at: Time
    sent_at: Time | None
    updated_at: Time


class MessageKinds(Row):
    """Rows of message_kinds."""

    relation = "message_kinds"
    id: str
    description: str
    channels: list[Literal['email', 'sms']]
    default_channels: list[Literal['email', 'sms']]
    may_turn_off: bool
    is_urgent: bool


class MessagePreferences(Row):
    """Rows of message_preferences."""

    relation = "message_preferences"
    user_id: UUID
    kind: str
    channel: Literal['email', 'sms']
    is_wanted: bool
    updated_at: Time


class MessageSettings(Row):
    """Rows of message_settings."""

    relation = "message_settings"
    user_id: UUID
    language: str
    time_zone: str
    quiet_from: str | None
    quiet_until: str | None
    updated_at: Time


class NetworkCosts(Row):
    """Rows of network_costs."""

    relation = "network_costs"
    rail: str
    currency: str
    amount: Amount


class NetworkHealth(Row):
    """Rows of network_health."""

    relation = "network_health"
    network_id: str
    state: str
    since: Time
    last_block_number: int | None
    last_block_at: Time | None
    answered_at: Time
    checked_at: Time


class Networks(Row):
    """Rows of networks."""

    relation = "networks"
    id: str
    name: str
    chain_id: int | None
    is_testnet: bool
    confirmations_required: int
    block_seconds: float
    created_at: Time


class NotificationCounts(Row):
    """Rows of notification_counts."""

    relation = "notification_counts"
    unread: int | None


class NotificationHeads(Row):
    """Rows of notification_heads."""

    relation = "notification_heads"
    user_id: UUID
    last_id: UUID


class Notifications(Row):
    """Rows of notifications."""

    relation = "notifications"
    id: UUID
    user_id: UUID
    event_id: UUID
    event: str
    object_type: str
    object_id: UUID
    sequence: int
    data: Any
    created_at: Time
    read_at: Time | None


class Offers(Row):
    """Rows of offers."""

    relation = "offers"
    id: UUID
    listing_id: UUID
    parent_id: UUID | None
    buyer_id: UUID
    seller_id: UUID
    author_role: str
    author_id: UUID
    amount: Amount
    currency: str
    rail: str
    conditions: str
    milestones: Any
    listing_copy: Any
    listing_hash: str
    status: Literal['pending', 'countered', 'accepted', 'rejected', 'withdrawn', 'expired', 'closed']
    version: int
    last_event: str
    last_actor_role: str
    expires_at: Time
    created_at: Time
    updated_at: Time


class OperatorCommands(Row):
    """Rows of operator_commands."""

    relation = "operator_commands"
    kind: str
    function_name: str | None
    confirm_within: str
    title: str


class OperatorLimits(Row):
    """Rows of operator_limits."""

    relation = "operator_limits"
    id: int
    kind: str
    currency: str | None
    above: Amount
    within: str


class OperatorRequests(Row):
    """Rows of operator_requests."""

    relation = "operator_requests"
    id: UUID
    kind: str
    asked_for: Any
    command_hash: str
    parties: list[UUID]
    currency: str | None
    amount: Amount | None
    state: str
    last_event: str
    last_actor_role: str
    asked_by: UUID
    decided_by: UUID | None
    reason: str
    answer: Any
    deadline_at: Time | None
    created_at: Time
    updated_at: Time


class OperatorRules(Row):
    """Rows of operator_rules."""

    relation = "operator_rules"
    id: bool
    one_operator: bool


class Outages(Row):
    """Rows of outages."""

    relation = "outages"
    id: UUID
    network_id: str | None
    from_at: Time
    to_at: Time
    reason: str
    created_at: Time
    credited_at: Time | None


class OutsideTransfers(Row):
    """Rows of outside_transfers."""

    relation = "outside_transfers"
    transfer_id: UUID
    kind: str
    currency: str
    reference: str
    reference_key: str
    undone_at: Time | None
    created_at: Time


class P2pAutoReplies(Row):
    """Rows of p2p_auto_replies."""

    relation = "p2p_auto_replies"
    order_id: UUID
    auto_reply: str


class P2pBlocks(Row):
    """Rows of p2p_blocks."""

    relation = "p2p_blocks"
    blocker_id: UUID
    blocked_id: UUID
    created_at: Time


class P2pBookCounts(Row):
    """Rows of p2p_book_counts."""

    relation = "p2p_book_counts"
    cryptocurrency: str
    fiat_currency: str
    type: Literal['buy', 'sell']
    orders: int
    counted_at: Time


class P2pBookSummary(Row):
    """Rows of p2p_book_summary."""

    relation = "p2p_book_summary"
    cryptocurrency: str
    fiat_currency: str
    type: Literal['buy', 'sell']
    orders: int
    counted_at: Time
    best_price: Amount | None


class P2pOrderAccounts(Row):
    """Rows of p2p_order_accounts."""

    relation = "p2p_order_accounts"
    order_id: UUID
    account_id: UUID
    method: str


class P2pOrders(Row):
    """Rows of p2p_orders."""

    relation = "p2p_orders"
    id: UUID
    user_id: UUID
    type: Literal['buy', 'sell']
    cryptocurrency: str
    fiat_currency: str
    amount: Amount
    price_type: Literal['fixed', 'margin']
    price: Amount | None
    margin_bps: int | None
    trigger_price: Amount | None
    min_order_amount: Amount
    max_order_amount: Amount
    payment_methods: list[str]
    time_limit: int | None
    min_taker_tier: int
    terms: str
    status: Literal['draft', 'active', 'paused', 'completed', 'cancelled', 'expired']
    version: int
    remaining: Amount
    reserved: Amount
    settled: Amount
    withdrawn: Amount
    completed_trades: int
    last_event: str
    last_actor_role: str
    expires_at: Time
    created_at: Time
    updated_at: Time


class P2pPaymentDetails(Row):
    """Rows of p2p_payment_details."""

    relation = "p2p_payment_details"
    trade_id: UUID
    method: str
    fields: Any
    payer_name: str | None
    payer_name_verified: bool
    verified_name: str | None
    verification_id: UUID | None
    created_at: Time
    seals: Any


class P2pRatingReveals(Row):
    """Rows of p2p_rating_reveals."""

    relation = "p2p_rating_reveals"
    trade_id: UUID
    revealed_at: Time


class P2pRatings(Row):
    """Rows of p2p_ratings."""

    relation = "p2p_ratings"
    trade_id: UUID
    author_role: str
    author_id: UUID
    party_id: UUID
    score: int
    comment: str | None
    blind_until: Time
    shown_after: str
    created_at: Time
    seals: Any


class P2pTrades(Row):
    """Rows of p2p_trades."""

    relation = "p2p_trades"
    id: UUID
    order_id: UUID
    buyer_id: UUID
    seller_id: UUID
    amount: Amount
    price: Amount
    cryptocurrency: str
    fiat_currency: str
    fiat_amount: Amount
    payment_method: str
    taker_id: UUID
    payment_account_id: UUID
    price_source: str
    price_as_of: Time | None
    reference_amount: Amount | None
    is_rated: bool
    status: Literal['pending_payment', 'payment_confirmed', 'completed', 'disputed', 'cancelled', 'refunded', 'split']
    ended_as: Literal['released', 'split', 'conceded', 'cancelled', 'unpaid', 'ruled', 'undecided'] | None
    given_up_by: UUID | None
    created_at: Time
    updated_at: Time


class Parties(Row):
    """Rows of parties."""

    relation = "parties"
    id: UUID
    kind: Literal['user', 'merchant', 'dao', 'platform', 'external']
    display_name: str
    status: Literal['active', 'suspended', 'closed']
    status_since: Time | None
    suspended_until: Time | None
    created_at: Time


class PartyFiles(Row):
    """Rows of party_files."""

    relation = "party_files"
    id: UUID
    party_id: UUID
    operator_id: UUID
    reason: str
    opened_at: Time
    closes_at: Time
    request_id: str


class PartyMembers(Row):
    """Rows of party_members."""

    relation = "party_members"
    party_id: UUID
    user_id: UUID
    role: Literal['owner', 'operator', 'admin', 'staff', 'signer', 'viewer', 'arbiter', 'dispute_reader']
    created_at: Time


class PasswordSprays(Row):
    """Rows of password_sprays."""

    relation = "password_sprays"
    address: str | None
    since: Time | None
    accounts: int | None


class PaymentAccounts(Row):
    """Rows of payment_accounts."""

    relation = "payment_accounts"
    id: UUID
    user_id: UUID
    method: str
    label: str
    fields: Any
    created_at: Time
    version: int
    shown_from: Time
    updated_at: Time
    deleted_at: Time | None


class PaymentMethods(Row):
    """Rows of payment_methods."""

    relation = "payment_methods"
    id: str
    name: str
    fields: Any
    pay_within: str
    pay_within_min: str
    accept_within: str
    risk: Literal['low', 'medium', 'high']
    trade_limit: Amount | None
    account_wait: str
    is_active: bool


class PayoutCosts(Row):
    """Rows of payout_costs."""

    relation = "payout_costs"
    rail: str | None
    currency: str | None
    coin: str | None
    gas: int | None
    amount: Amount | None
    as_of: Time | None


class PayoutDestinations(Row):
    """Rows of payout_destinations."""

    relation = "payout_destinations"
    id: UUID
    party_id: UUID
    rail: str
    currency: str | None
    address: str
    created_by: UUID
    created_at: Time
    usable_from: Time
    default_from: Time | None
    removed_at: Time | None


class PayoutEvents(Row):
    """Rows of payout_events."""

    relation = "payout_events"
    payout_id: UUID
    version: int
    event: str
    actor_role: str
    from_state: Literal['created', 'claimed', 'submitted', 'unknown', 'confirmed', 'failed_final', 'kept'] | None
    to_state: Literal['created', 'claimed', 'submitted', 'unknown', 'confirmed', 'failed_final', 'kept']
    attempt: int
    destination: str | None
    provider_reference: str | None
    reason: str
    created_at: Time


class PayoutReserves(Row):
    """Rows of payout_reserves."""

    relation = "payout_reserves"
    id: UUID
    rail: str
    party_id: UUID | None
    new_for: str
    hold_for: str


class Payouts(Row):
    """Rows of payouts."""

    relation = "payouts"
    id: UUID
    purpose: str
    reference_id: UUID
    reference_version: int
    kind: str
    rail: str
    party_id: UUID
    currency: str
    amount: Amount
    state: Literal['created', 'claimed', 'submitted', 'unknown', 'confirmed', 'failed_final', 'kept']
    version: int
    attempt: int
    claims: int
    tries: int
    to_source: bool
    destination: str | None
    provider_reference: str | None
    returned_amount: Amount
    reason: str
    not_before: Time | None
    next_at: Time | None
    deadline_at: Time | None
    waits_for_float_since: Time | None
    last_event: str
    last_actor_role: str
    created_at: Time
    updated_at: Time


class PriceHistory(Row):
    """Rows of price_history."""

    relation = "price_history"
    cryptocurrency: str
    fiat_currency: str
    as_of: Time
    source: str
    price: Amount
    outcome: str
    fetched_at: Time


class PriceRules(Row):
    """Rows of price_rules."""

    relation = "price_rules"
    cryptocurrency: str
    fiat_currency: str
    stale_after: str
    max_deviation_bps: int
    max_jump_bps: int
    min_sources: int
    step_up_bps: int
    is_active: bool


class PriceSources(Row):
    """Rows of price_sources."""

    relation = "price_sources"
    source: str
    heard_at: Time
    as_of: Time


class Prices(Row):
    """Rows of prices."""

    relation = "prices"
    cryptocurrency: str
    fiat_currency: str
    price: Amount
    sources: list[str]
    source_count: int
    as_of: Time
    fetched_at: Time


class ProfileVerifications(Row):
    """Rows of profile_verifications."""

    relation = "profile_verifications"
    id: UUID
    party_id: UUID
    sequence: int
    change: str
    flag: Literal['phone', 'id_document', 'address', 'biometric'] | None
    tier: int | None
    source: str
    provider: str | None
    provider_reference: str | None
    compared_name: str | None
    occurred_at: Time
    created_at: Time


class Profiles(Row):
    """Rows of profiles."""

    relation = "profiles"
    id: UUID
    full_name: str
    avatar_url: str
    preferences: Any
    phone_verified: bool
    id_document_verified: bool
    address_verified: bool
    biometric_verified: bool
    granted_tier: int | None
    verification_tier: int
    created_at: Time
    updated_at: Time
    deleted_at: Time | None
    erased_at: Time | None
    discord_id: str | None


class Purposes(Row):
    """Rows of purposes."""

    relation = "purposes"
    purpose: str
    description: str


class RailComparisons(Row):
    """Rows of rail_comparisons."""

    relation = "rail_comparisons"
    rail: str
    currency: str
    day: Time
    as_of: Time
    booked: Amount
    under_way: Amount
    explained: Amount
    held: Amount
    difference: Amount
    compared_at: Time


class RailDifferences(Row):
    """Rows of rail_differences."""

    relation = "rail_differences"
    id: UUID
    rail: str
    currency: str
    day: Time
    amount: Amount
    rest_of: UUID | None
    remind_at: Time | None
    outcome: str | None
    closed_amount: Amount | None
    closed_by: UUID | None
    reason: str
    created_at: Time
    closed_at: Time | None


class RailLimits(Row):
    """Rows of rail_limits."""

    relation = "rail_limits"
    id: int
    rail: str
    tier: int
    currency: str | None
    max_amount: Amount | None


class RailPaymentRanges(Row):
    """Rows of rail_payment_ranges."""

    relation = "rail_payment_ranges"
    rail: str
    currency: str
    min_amount: Amount
    max_amount: Amount


class RailReports(Row):
    """Rows of rail_reports."""

    relation = "rail_reports"
    id: int
    rail: str
    provider_event_id: str
    purpose: str
    reference_id: UUID
    kind: str
    currency: str
    amount: Amount
    reference: str
    reason: str
    provider_time: Time
    due_by: Time | None
    applied_as: str | None
    attempts: int
    next_at: Time | None
    created_at: Time
    applied_at: Time | None


class Rails(Row):
    """Rows of rails."""

    relation = "rails"
    id: str
    description: str
    is_open: bool
    hold_within: str | None
    network_id: str | None
    address_kind: str | None
    has_deposit_addresses: bool
    refunds_itself: bool
    destination_wait: str
    has_reports: bool
    takes_back: bool
    has_chargebacks: bool
    max_amount: Amount
    margin_bps: int
    margin_amount: Amount
    answer_within: str
    cost_bps: int
    cost_amount: Amount


class RateLimits(Row):
    """Rows of rate_limits."""

    relation = "rate_limits"
    id: str
    burst: int
    per_minute: int


class Receivables(Row):
    """Rows of receivables."""

    relation = "receivables"
    id: UUID
    party_id: UUID
    purpose: str
    reference_id: UUID
    currency: str
    amount: Amount
    recovered_amount: Amount
    cancelled_amount: Amount
    written_off_amount: Amount
    lifted_until: Time | None
    created_at: Time
    updated_at: Time


class RefreshTokens(Row):
    """Rows of refresh_tokens."""

    relation = "refresh_tokens"
    id: int | None
    user_id: UUID | None
    session_id: UUID | None
    created_at: Time | None
    is_revoked: bool | None
    revoked_at: Time | None
    has_parent: bool | None


class RefusedReports(Row):
    """Rows of refused_reports."""

    relation = "refused_reports"
    id: UUID
    rail: str
    provider_event_id: str
    purpose: str | None
    reference_id: UUID | None
    refusal: str
    report: Any
    remind_at: Time | None
    outcome: str | None
    closed_by: UUID | None
    reason: str
    created_at: Time
    closed_at: Time | None


class ScreeningClearances(Row):
    """Rows of screening_clearances."""

    relation = "screening_clearances"
    screening_id: UUID
    cleared_by: UUID
    reason: str
    created_at: Time


class ScreeningRules(Row):
    """Rows of screening_rules."""

    relation = "screening_rules"
    rail: str
    renew_after: str
    stale_after: str
    decide_within: str


class ScreeningStatus(Row):
    """Rows of screening_status."""

    relation = "screening_status"
    rail: str | None
    address: str | None
    party_ids: list[UUID] | None
    provider: str | None
    result: Literal['clear', 'hit', 'unknown'] | None
    categories: list[str] | None
    risk_score: int | None
    screened_at: Time | None
    standing_hit: UUID | None
    is_stale: bool | None


class SecurityEvents(Row):
    """Rows of security_events."""

    relation = "security_events"
    id: UUID
    kind: str
    severity: Literal['info', 'warning', 'high']
    subject_kind: str
    party_id: UUID | None
    found: int
    detail: Any
    request_id: str
    created_at: Time
    seals: Any


class SecurityRules(Row):
    """Rows of security_rules."""

    relation = "security_rules"
    id: str
    description: str
    severity: Literal['info', 'warning', 'high']
    watch_window: str
    threshold: int
    is_active: bool


class SessionAudits(Row):
    """Rows of session_audits."""

    relation = "session_audits"
    id: UUID
    session_id: UUID
    user_id: UUID
    event: str
    aal: str | None
    address: str | None
    device_id: UUID | None
    created_at: Time
    seals: Any


class Sessions(Row):
    """Rows of sessions."""

    relation = "sessions"
    id: UUID | None
    device_id: UUID | None
    family: str | None
    address: str | None
    aal: str | None
    started_at: Time | None
    refreshed_at: Time | None
    ends_at: Time | None
    is_current: bool | None


class Setbacks(Row):
    """Rows of setbacks."""

    relation = "setbacks"
    queue: str
    subject: str
    failures: int
    last_error: str
    retry_at: Time
    set_aside_at: Time | None
    set_aside_by: UUID | None
    reason: str
    created_at: Time
    updated_at: Time


class SettingChanges(Row):
    """Rows of setting_changes."""

    relation = "setting_changes"
    id: UUID
    setting: str
    row_key: Any
    before: Any
    after: Any
    reason: str
    asked_by: UUID
    one_operator: bool
    created_at: Time


class SettingColumns(Row):
    """Rows of setting_columns."""

    relation = "setting_columns"
    setting: str
    column_name: str
    type: str
    least: str | None
    most: str | None
    no_limit: bool
    needs_second: bool


class Settings(Row):
    """Rows of settings."""

    relation = "settings"
    setting: str
    table_name: str
    key_columns: list[str]
    description: str


class StaffChanges(Row):
    """Rows of staff_changes."""

    relation = "staff_changes"
    id: UUID
    user_id: UUID
    role: Literal['owner', 'operator', 'admin', 'staff', 'signer', 'viewer', 'arbiter', 'dispute_reader']
    event: str
    reason: str
    asked_by: UUID
    one_operator: bool
    created_at: Time


class TakeCooldowns(Row):
    """Rows of take_cooldowns."""

    relation = "take_cooldowns"
    tier: int
    ends: int
    within: str
    wait: str


class TradeMessages(Row):
    """Rows of trade_messages."""

    relation = "trade_messages"
    id: UUID
    trade_id: UUID
    kind: Literal['party', 'auto_reply']
    author_id: UUID
    author_role: str
    body: str | None
    attachments: Any
    created_at: Time
    seals: Any


class TradeMinimums(Row):
    """Rows of trade_minimums."""

    relation = "trade_minimums"
    currency: str
    min_amount: Amount
    rated_from: Amount


class TraderProfiles(Row):
    """Rows of trader_profiles."""

    relation = "trader_profiles"
    party_id: UUID
    display_name: str
    member_since: Time
    verification_tier: int
    phone_verified: bool
    id_document_verified: bool
    address_verified: bool
    biometric_verified: bool
    completed_trades: int
    volume: Amount
    counterparties: int
    score: int
    dispute_loss_bps: int
    median_pay_time: str | None
    median_release_time: str | None
    rating_count: int
    rating_average: Amount | None
    refreshed_at: Time | None


class TransactionFees(Row):
    """Rows of transaction_fees."""

    relation = "transaction_fees"
    transfer_id: UUID | None
    category: str | None
    reference_id: UUID | None
    currency: str | None
    fee_amount: Amount | None
    base_amount: Amount | None
    rate_bps: int | None
    parts: Any
    created_at: Time | None


class Transactions(Row):
    """Rows of transactions."""

    relation = "transactions"
    id: int | None
    transfer_id: UUID | None
    kind: str | None
    reference_type: str | None
    reference_id: UUID | None
    memo: str | None
    wallet_id: UUID | None
    currency: str | None
    bucket: Literal['available', 'pending', 'locked'] | None
    amount: Amount | None
    balance_after: Amount | None
    hold_id: UUID | None
    created_at: Time | None


class UnmatchedDeposits(Row):
    """Rows of unmatched_deposits."""

    relation = "unmatched_deposits"
    id: UUID
    party_id: UUID
    rail: str
    currency: str
    amount: Amount
    reference: str
    report_id: UUID
    after_payout_id: UUID | None
    outcome: str | None
    case_at: Time | None
    created_at: Time
    ended_at: Time | None


class UnpayableAddresses(Row):
    """Rows of unpayable_addresses."""

    relation = "unpayable_addresses"
    address_kind: str
    first_address: str
    last_address: str
    reason: str


class UserDevices(Row):
    """Rows of user_devices."""

    relation = "user_devices"
    id: UUID
    user_id: UUID
    fingerprint: str
    family: str
    name: str
    first_seen_at: Time
    last_seen_at: Time
    new_at: Time | None
    trusted_until: Time | None


class UtxoChains(Row):
    """Rows of utxo_chains."""

    relation = "utxo_chains"
    chain_id: int
    genesis_hash: str
    first_block: int


class VerificationTiers(Row):
    """Rows of verification_tiers."""

    relation = "verification_tiers"
    id: int
    name: str
    required_flags: list[Literal['phone', 'id_document', 'address', 'biometric']] | None
    per_trade_limit: Amount | None
    daily_limit: Amount | None
    monthly_limit: Amount | None
    max_open_trades: int | None
    max_unpaid_takes: int | None
    max_published_orders: int | None
    max_unbacked_orders: int | None
    max_method_risk: Literal['low', 'medium', 'high'] | None


class WalletBalances(Row):
    """Rows of wallet_balances."""

    relation = "wallet_balances"
    id: UUID
    party_id: UUID
    currency: str
    type: Literal['spot', 'fees', 'clearing', 'losses', 'costs', 'receivables', 'quarantine']
    available: Amount | None
    pending: Amount
    locked: Amount


class WalletScreenings(Row):
    """Rows of wallet_screenings."""

    relation = "wallet_screenings"
    id: UUID
    rail: str
    address: str
    party_ids: list[UUID]
    provider: str
    result: Literal['clear', 'hit', 'unknown']
    categories: list[str]
    risk_score: int | None
    document_hash: str | None
    request_id: str
    screened_at: Time


class Wallets(Row):
    """Rows of wallets."""

    relation = "wallets"
    id: UUID
    party_id: UUID
    currency: str
    type: Literal['spot', 'fees', 'clearing', 'losses', 'costs', 'receivables', 'quarantine']
    kind: Literal['normal', 'append_only']
    available: Amount
    pending: Amount
    locked: Amount
    owed: Amount
    seq: int
    last_hash: str
    created_at: Time


class WebhookAttempts(Row):
    """Rows of webhook_attempts."""

    relation = "webhook_attempts"
    id: UUID
    delivery_id: UUID
    endpoint_id: UUID
    party_id: UUID
    number: int
    status_code: int | None
    duration_ms: int
    error: str | None
    answer: str | None
    created_at: Time
    seals: Any


class WebhookDeliveries(Row):
    """Rows of webhook_deliveries."""

    relation = "webhook_deliveries"
    id: UUID
    endpoint_id: UUID
    party_id: UUID
    event_id: UUID
    event: str
    object_type: str
    object_id: UUID
    sequence: int
    payload: Any
    status: str
    attempt_count: int
    schedule_step: int
    next_attempt_at: Time | None
    last_status_code: int | None
    last_error: str
    last_event: str
    last_actor_role: str
    event_at: Time
    created_at: Time
    updated_at: Time


class WebhookEndpoints(Row):
    """Rows of webhook_endpoints."""

    relation = "webhook_endpoints"
    id: UUID
    party_id: UUID
    url: str
    description: str
    event_types: list[str]
    status: str
    disabled_reason: str | None
    version: int
    consecutive_failures: int
    failing_since: Time | None
    paused_until: Time | None
    quick_answers: int
    closed_at: Time | None
    created_by: UUID
    created_at: Time
    updated_at: Time


class WebhookEventWork(Row):
    """Rows of webhook_event_work."""

    relation = "webhook_event_work"
    provider: str
    event_id: str
    source: str
    status: str
    attempts: int
    next_at: Time | None
    detail: str
    received_at: Time
    completed_at: Time | None


class WebhookEvents(Row):
    """Rows of webhook_events."""

    relation = "webhook_events"
    provider: str
    event_id: str
    type: str
    body: str
    outcome: str
    occurred_at: Time
    request_id: str
    received_at: Time


class WithdrawalPolicies(Row):
    """Rows of withdrawal_policies."""

    relation = "withdrawal_policies"
    rail: str
    currency: str
    is_open: bool
    min_amount: Amount
    max_amount: Amount
    max_per_day: Amount
    fee_amount: Amount
    fee_bps: int
    hold_for: str


class Withdrawals(Row):
    """Rows of withdrawals."""

    relation = "withdrawals"
    id: UUID
    party_id: UUID
    rail: str
    currency: str
    amount: Amount
    fee_amount: Amount
    network_cost: Amount
    destination_id: UUID
    payout_id: UUID
    requested_by: UUID
    created_at: Time
