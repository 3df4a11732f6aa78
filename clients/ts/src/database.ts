// Written by make gen. Amounts of money are strings: a number would lose digits.

export type Json = string | number | boolean | null | { [key: string]: Json } | Json[];

export type Database = {
  public: {
    Tables: {
      address_kinds: {
        Row: { kind: string; pattern: string; ignores_case: boolean; checksum: string | null; hint: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      api_key_rules: {
        Row: { id: boolean; live_keys: number };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      api_keys: {
        Row: { id: string; party_id: string; created_by: string; name: string; prefix: string; last4: string; scopes: string[]; ip_allow: string[]; expires_at: string | null; last_used_at: string | null; created_at: string; revoked_at: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      api_scopes: {
        Row: { scope: string; description: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      api_usage: {
        Row: { party_id: string; key_id: string; method: string; route: string; status_class: number; hour: string; n: number; errors: number; sum_ms: number; histogram: number[] };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      api_usage_days: {
        Row: { party_id: string | null; key_id: string | null; method: string | null; route: string | null; status_class: number | null; day: string | null; n: number | null; errors: number | null; sum_ms: number | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      arbiter_capacities: {
        Row: { user_id: string; max_open: number; updated_at: string };
        Insert: { user_id: string; max_open: number };
        Update: { max_open?: number };
        Relationships: [];
      };
      asset_proofs: {
        Row: { escrow_id: string; snapshot_id: string; compared_to: string; author_role: string; author_id: string; differences: Json; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      asset_snapshots: {
        Row: { id: string; party_id: string; provider: string; kind: string; asset_id: string; document: string; sha256: string; taken_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      audit_log: {
        Row: { id: number; created_at: string; table_name: string; row_id: string; action: string; before: Json | null; after: Json | null; actor_id: string | null; reason: string; request_id: string; endpoint: string | null; address: string | null; user_agent: string | null; one_operator: boolean; seals: Json };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      chain_coin_looks: {
        Row: { chain_id: number; request_id: string; block_number: number; block_time: string; balance: string; nonce: number; looked_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      chain_confirmations: {
        Row: { chain_id: number; amount_from: string; block_tag: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      chain_cursors: {
        Row: { chain_id: number; block_number: number; block_hash: string; block_time: string; scanned_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      chain_deposits: {
        Row: { chain_id: number; transaction_hash: string; log_index: number; block_number: number; block_hash: string; block_time: string; token: string; currency: string; sender: string; recipient: string; request_id: string; amount: string; state: string; credits: number; watched: boolean; next_at: string; proof: Json | null; doubt: string; doubts: number; doubted_at: string | null; last_event: string; created_at: string; updated_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      chain_payouts: {
        Row: { id: string; payout_id: string; attempt: number; chain_id: number; wallet: string; nonce: number; currency: string; amount: string; destination: string; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      chain_rules: {
        Row: { chain_id: number; first_block: number; fee_ceiling: number; least_tip: number; stale_after_blocks: number };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      chain_slices: {
        Row: { chain_id: number; slice: number; block_number: number; block_time: string; read_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      chain_sweeps: {
        Row: { chain_id: number; request_id: string; nonce: number; transaction_hash: string; currency: string; amount: string; cost: string; block_number: number; found_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      chain_tokens: {
        Row: { chain_id: number; address: string; currency: string; dust_below: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      chain_transactions: {
        Row: { chain_payout_id: string; number: number; transaction_hash: string; max_fee: number; max_priority_fee: number; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      chain_wallets: {
        Row: { chain_id: number; address: string; first_nonce: number; next_nonce: number; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      contract_documents: {
        Row: { contract_id: string; edition: string; object_key: string; sha256: string; size_bytes: number; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      contract_milestones: {
        Row: { id: string; contract_id: string; position: number; title: string; description: string; amount: string; days: number; reference_amount: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      contract_progress: {
        Row: { contract_id: string | null; milestones: number | null; open_milestones: number | null; paid_out: string | null; status: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      contract_signatures: {
        Row: { contract_id: string; role: string; signed_by: string; document_hash: string; signed_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      contract_snapshots: {
        Row: { contract_id: string; snapshot_id: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      contracts: {
        Row: { id: string; offer_id: string; listing_id: string; buyer_id: string; seller_id: string; currency: string; total: string; policy_id: string; rail: string; document: string; document_hash: string; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      currencies: {
        Row: { code: string; symbol: string; name: string; kind: string; network_id: string | null; contract_address: string | null; decimals: number; coingecko_id: string | null; pegged_to: string | null; display_order: number; is_active: boolean; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      data_exports: {
        Row: { id: string; party_id: string; state: string; last_event: string; last_actor_role: string; object_key: string | null; sha256: string | null; size_bytes: number | null; next_at: string; deadline_at: string; created_at: string; updated_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      deliveries: {
        Row: { id: string; milestone_id: string; revision: number; note: string | null; files: string[]; delivered_by: string | null; created_at: string; seals: Json };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      deposit_balances: {
        Row: { request_id: string; currency: string; amount: string; as_of: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      deposit_keys: {
        Row: { id: number; address_kind: string; fingerprint: string; next_index: number; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      deposit_quarantines: {
        Row: { id: string; chain_id: number; transaction_hash: string; log_index: number; reason: string; screening_id: string | null; decide_by: string | null; outcome: string | null; decided_by: string | null; note: string; created_at: string; decided_at: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      deposit_requests: {
        Row: { id: string; purpose: string; reference_id: string; party_id: string; rail: string; currency: string; amount: string | null; key_id: number | null; address_index: number | null; address: string | null; slice: number | null; active_until: string | null; provider_reference: string | null; requested_by: string | null; created_at: string; closed_at: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      deposits_to_sweep: {
        Row: { rail: string | null; currency: string | null; address: string | null; amount: string | null; amount_so_far: string | null; as_of: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      discord_links: {
        Row: { id: string; party_id: string | null; guild_id: string | null; discord_id: string | null; source: string; occurred_at: string; seals: Json };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      dispute_assignments: {
        Row: { dispute_id: string; number: number; level: number; arbiter_id: string; assigned_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      dispute_decisions: {
        Row: { dispute_id: string; level: number; arbiter_id: string; approved_by: string | null; payer_amount: string; payee_amount: string; reason: string; grounds: string; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      dispute_evidence: {
        Row: { dispute_id: string; sha256: string; author_role: "payer" | "payee" | "arbiter" | "second_arbiter" | "operator" | "timer" | "rail" | "system"; author_id: string; name: string | null; media_type: string; size_bytes: number; created_at: string; seals: Json };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      dispute_priorities: {
        Row: { priority: string; min_score: number };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      dispute_queue: {
        Row: { dispute_id: string | null; escrow_id: string | null; product: "p2p" | "market" | null; policy_id: string | null; currency: string | null; amount: string | null; reference_amount: string | null; reason: string | null; score: number | null; priority: string | null; level: number | null; phase: "" | "statements" | "acknowledge" | "decide" | "approve" | null; arbiter_id: string | null; mine: boolean | null; reassignments: number | null; silent_roles: ("payer" | "payee" | "arbiter" | "second_arbiter" | "operator" | "timer" | "rail" | "system")[] | null; payer_statement_due_at: string | null; payee_statement_due_at: string | null; deadline_at: string | null; expires_at: string | null; frozen: boolean | null; created_at: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      dispute_reason_outcomes: {
        Row: { product: "p2p" | "market"; reason: string; finding: string; award: string; name: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      dispute_reasons: {
        Row: { product: "p2p" | "market"; code: string; name: string; open_to: ("payer" | "payee" | "arbiter" | "second_arbiter" | "operator" | "timer" | "rail" | "system")[]; from_states: ("proposed" | "awaiting_funds" | "funding_exception" | "funded" | "performed" | "disputed" | "decided" | "released" | "refunded" | "split" | "void")[]; weight: number };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      dispute_statements: {
        Row: { dispute_id: string; author_role: "payer" | "payee" | "arbiter" | "second_arbiter" | "operator" | "timer" | "rail" | "system"; author_id: string; body: string | null; sha256: string | null; created_at: string; seals: Json };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      disputes: {
        Row: { id: string; escrow_id: string; raised_by: string | null; against_user_id: string | null; reason: string; description: string; priority: string; reference_amount: string; status: string; level: number; arbiter_id: string | null; reassignments: number; payer_statement_due_at: string | null; payee_statement_due_at: string | null; statement_within: string; acknowledge_within: string; decide_within: string; appeal_within: string; silent_roles: ("payer" | "payee" | "arbiter" | "second_arbiter" | "operator" | "timer" | "rail" | "system")[]; appellant_role: "payer" | "payee" | "arbiter" | "second_arbiter" | "operator" | "timer" | "rail" | "system" | null; accepted_by: ("payer" | "payee" | "arbiter" | "second_arbiter" | "operator" | "timer" | "rail" | "system")[]; award_payee_amount: string | null; first_award_payee_amount: string | null; resolution: string | null; resolved_by: string | null; resolved_at: string | null; created_at: string; updated_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      erasure_requests: {
        Row: { id: string; party_id: string; state: string; last_event: string; last_actor_role: string; erase_from: string; in_the_way: string[]; step: number; rows_erased: number; rows_at_last_pass: number; created_at: string; updated_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      escrow_approval_limits: {
        Row: { policy_id: string; currency: string; above: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      escrow_cases: {
        Row: { id: string; escrow_id: string; kind: string; raised_by: string | null; reason: string; description: string; currency: string | null; amount: string | null; paid_amount: string | null; fee_amount: string; loss_amount: string; provider_event_id: string | null; reference: string | null; evidence_due_at: string | null; state: string; last_event: string; last_actor_role: "payer" | "payee" | "arbiter" | "second_arbiter" | "operator" | "timer" | "rail" | "system"; resolution: string; deadline_at: string | null; created_at: string; updated_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      escrow_events: {
        Row: { escrow_id: string; version: number; event: string; actor_role: "payer" | "payee" | "arbiter" | "second_arbiter" | "operator" | "timer" | "rail" | "system"; from_state: "proposed" | "awaiting_funds" | "funding_exception" | "funded" | "performed" | "disputed" | "decided" | "released" | "refunded" | "split" | "void" | null; from_phase: "" | "statements" | "acknowledge" | "decide" | "approve"; to_state: "proposed" | "awaiting_funds" | "funding_exception" | "funded" | "performed" | "disputed" | "decided" | "released" | "refunded" | "split" | "void"; to_phase: "" | "statements" | "acknowledge" | "decide" | "approve"; deadline_at: string | null; payer_amount: string | null; payee_amount: string | null; fee_amount: string | null; payload: Json; hash: string; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      escrow_holds: {
        Row: { id: string; escrow_id: string; kind: string; owner_role: "payer" | "payee" | "arbiter" | "second_arbiter" | "operator" | "timer" | "rail" | "system"; reference: string; reason: string; amount: string | null; opened_version: number; opened_at: string; ends_at: string; at_end: string; closed_version: number | null; closed_event: string | null; closed_role: "payer" | "payee" | "arbiter" | "second_arbiter" | "operator" | "timer" | "rail" | "system" | null; closed_at: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      escrow_next_steps: {
        Row: { escrow_id: string | null; product: "p2p" | "market" | null; state: "proposed" | "awaiting_funds" | "funding_exception" | "funded" | "performed" | "disputed" | "decided" | "released" | "refunded" | "split" | "void" | null; phase: "" | "statements" | "acknowledge" | "decide" | "approve" | null; frozen: boolean | null; next_roles: ("payer" | "payee" | "arbiter" | "second_arbiter" | "operator" | "timer" | "rail" | "system")[] | null; next_party_id: string | null; next_action: string | null; deadline_at: string | null; expires_at: string | null; frozen_seconds_left: number | null; on_silence: string | null; silence_state: "proposed" | "awaiting_funds" | "funding_exception" | "funded" | "performed" | "disputed" | "decided" | "released" | "refunded" | "split" | "void" | null; silence_phase: "" | "statements" | "acknowledge" | "decide" | "approve" | null; silence_payer_amount: string | null; silence_payee_amount: string | null; silence_fee_amount: string | null; claim_until: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      escrow_offers: {
        Row: { id: string; escrow_id: string; kind: string; author_role: "payer" | "payee" | "arbiter" | "second_arbiter" | "operator" | "timer" | "rail" | "system"; payee_amount: string | null; state_version: number; status: string; expires_at: string; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      escrow_policies: {
        Row: { id: string; description: string; fee_bps: number; sign_within: string; fund_within: string; exception_within: string; perform_within: string; perform_grace: string; accept_within: string; payee_silent_event: string; payer_silent_event: string; payee_dispute_from: "proposed" | "awaiting_funds" | "funding_exception" | "funded" | "performed" | "disputed" | "decided" | "released" | "refunded" | "split" | "void"; payee_dispute_wait: string; statement_within: string; acknowledge_within: string; decide_within: string; appeal_within: string; offer_within: string; claim_within: string; claim_review_within: string; max_revisions: number; max_reassignments: number; appeal_bond_bps: number; undecided_payee_bps: number; rail_part_bps: number; attest_payer_name: boolean };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      escrow_transactions: {
        Row: { id: string; product: "p2p" | "market"; policy_id: string; rail: string; payer_id: string; payee_id: string; currency: string; amount: string; fee_bps: number; perform_within: string; accept_within: string; state: "proposed" | "awaiting_funds" | "funding_exception" | "funded" | "performed" | "disputed" | "decided" | "released" | "refunded" | "split" | "void"; phase: "" | "statements" | "acknowledge" | "decide" | "approve"; version: number; state_version: number; deadline_at: string | null; expires_at: string | null; frozen_at: string | null; rail_hold_until: string; revision_count: number; performed_at: string | null; payer_amount: string | null; payee_amount: string | null; fee_amount: string | null; taken_amount: string | null; claim_until: string | null; transaction_hash: string | null; terms_hash: string | null; signed_by: ("payer" | "payee" | "arbiter" | "second_arbiter" | "operator" | "timer" | "rail" | "system")[]; last_event: string; last_actor_role: "payer" | "payee" | "arbiter" | "second_arbiter" | "operator" | "timer" | "rail" | "system"; last_hash: string; created_at: string; updated_at: string; completed_at: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      evidence_receipts: {
        Row: { escrow_id: string | null; dispute_id: string | null; author_role: "payer" | "payee" | "arbiter" | "second_arbiter" | "operator" | "timer" | "rail" | "system" | null; sha256: string | null; name: string | null; media_type: string | null; size_bytes: number | null; received_at: string | null; event_version: number | null; event_hash: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      evidence_types: {
        Row: { media_type: string; max_bytes: number; max_picture_bytes: number | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      evidence_uploads: {
        Row: { id: string; escrow_id: string; author_role: "payer" | "payee" | "arbiter" | "second_arbiter" | "operator" | "timer" | "rail" | "system"; author_id: string; purpose: string; sha256: string; name: string | null; media_type: string; size_bytes: number; created_at: string; seals: Json };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      factor_resets: {
        Row: { id: string; user_id: string; state: string; last_event: string; last_actor_role: string; evidence_hash: string | null; since: string; deadline_at: string | null; created_at: string; updated_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      failed_logins: {
        Row: { address: string | null; failures: number | null; accounts: number | null; last_at: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      fiat_rates: {
        Row: { currency: string; rate: string; source: string; as_of: string; ends_at: string; by_operator: boolean; reason: string; recorded_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      float_needs: {
        Row: { rail: string | null; currency: string | null; payouts: number | null; amount: string | null; waits_since: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      gas_price_days: {
        Row: { network_id: string | null; day: string | null; least: number | null; median: number | null; most: number | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      gas_price_history: {
        Row: { network_id: string; as_of: string; base_fee: number; tip: number };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      guild_invitations: {
        Row: { guild_id: string; user_id: string; invited_by: string; created_at: string; expires_at: string };
        Insert: { guild_id: string; user_id: string };
        Update: { [column in never]: never };
        Relationships: [];
      };
      guild_members: {
        Row: { guild_id: string; user_id: string; role: "owner" | "admin" | "member"; created_at: string };
        Insert: { guild_id: string; user_id: string; role?: "owner" | "admin" | "member" };
        Update: { role?: "owner" | "admin" | "member" };
        Relationships: [];
      };
      guilds: {
        Row: { id: string; discord_id: string | null; name: string; description: string; created_by: string; created_at: string; updated_at: string };
        Insert: { id?: string; name: string; description?: string };
        Update: { name?: string; description?: string };
        Relationships: [];
      };
      halts: {
        Row: { id: string; kind: string; name: string; reason: string; halted_by: string; halted_at: string; ends_at: string | null; lifted_by: string | null; lifted_at: string | null; ended_at: string | null; lift_reason: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      hold_kinds: {
        Row: { kind: string; owner_role: "payer" | "payee" | "arbiter" | "second_arbiter" | "operator" | "timer" | "rail" | "system"; ends_after: string; at_end: string; description: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      hook_losses: {
        Row: { hook: string | null; sqlstate: string | null; losses: number | null; last_at: string | null; message: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      identities: {
        Row: { id: string | null; provider: string | null; linked_at: string | null; last_sign_in_at: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      image_uploads: {
        Row: { party_id: string; sha256: string; announced_by: string; media_type: string; size_bytes: number; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      images: {
        Row: { party_id: string; sha256: string; handed_in_by: string; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      invoice_lines: {
        Row: { invoice_id: string; position: number; description: string; quantity: string; unit_amount: string; tax_rate: string; tax_included: boolean; net_amount: string; tax_amount: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      invoice_methods: {
        Row: { invoice_id: string; currency: string; rail: string; request_id: string; rate: string; rate_source: string; rate_at: string; amount: string; least_amount: string; opened_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      invoice_payments: {
        Row: { id: string; invoice_id: string; rail: string; currency: string; amount: string; fee_amount: string; rate: string | null; is_late: boolean; state: string; reference: string; paid_at: string; decide_by: string | null; created_at: string; updated_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      invoice_refunds: {
        Row: { id: string; invoice_id: string; merchant_id: string; number: string | null; rail: string; currency: string; amount: string; sent_amount: string; network_cost: string; rate_of: string; worth: string; reason: string; state: string; version: number; address: string | null; payout_id: string | null; claim_by: string | null; last_event: string; last_actor_role: string; created_by: string; created_at: string; updated_at: string; paid_at: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      invoices: {
        Row: { id: string; merchant_id: string; number: string; token: string; merchant_order_id: string | null; order_hash: string; currency: string; amount: string; tax_amount: string; description: string; metadata: Json; customer_email: string | null; language: string; currencies: string[]; tolerance: string; speed: string; late_policy: string; late_grace: string; fee_bps: number; expires_at: string; status: string; exceptions: string[]; sequence: number; paid_amount: string; seen_amount: string; marked: string | null; marked_reason: string; last_event: string; last_actor_role: string; created_by: string; created_at: string; updated_at: string; settled_at: string | null; receipt_number: string | null; expired_at: string | null; cancelled_at: string | null; marked_at: string | null; refunded_at: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      ledger_entries: {
        Row: { id: number; transfer_id: string; wallet_id: string; currency: string; bucket: "available" | "pending" | "locked"; amount: string; hold_id: string | null; seq: number | null; balance_after: string | null; hash: string | null; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      ledger_holds: {
        Row: { reference_id: string; wallet_id: string; bucket: "available" | "pending" | "locked"; purpose: string; amount: string; created_at: string; updated_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      ledger_reversals: {
        Row: { transfer_id: string; reversal_id: string; reason: string; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      ledger_transfers: {
        Row: { id: string; kind: string; reference_type: string; reference_id: string | null; memo: string; reverses: string | null; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      legal_holds: {
        Row: { party_id: string; reason: string; ends_at: string; set_by: string; updated_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      listing_categories: {
        Row: { id: string; name: string; policy_id: string; is_active: boolean };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      listings: {
        Row: { id: string; seller_id: string; guild_id: string | null; category: string; title: string; description: string; price: string; currency: string; units: number; units_left: number; rails: string[] | null; images: string[]; snapshots: string[]; metadata: Json; status: "draft" | "active" | "paused" | "sold_out" | "closed" | "expired"; version: number; last_event: string; last_actor_role: string; expires_at: string; search: string; created_at: string; updated_at: string };
        Insert: { id?: string; seller_id: string; guild_id?: string | null; category: string; title: string; description?: string; price: string; currency: string; units?: number; rails?: string[] | null; images?: string[]; snapshots?: string[]; metadata?: Json; expires_at?: string };
        Update: { guild_id?: string | null; category?: string; title?: string; description?: string; price?: string; currency?: string; units?: number; rails?: string[] | null; images?: string[]; snapshots?: string[]; metadata?: Json; status?: "draft" | "active" | "paused" | "sold_out" | "closed" | "expired"; expires_at?: string };
        Relationships: [];
      };
      lockouts: {
        Row: { user_id: string | null; method: string | null; failures: number | null; address: string | null; created_at: string; locked_until: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      login_attempts: {
        Row: { id: string; user_id: string | null; identifier_hash: string | null; method: string; factor_id: string | null; is_valid: boolean; decision: string; address: string | null; source: string; report_id: string; created_at: string; seals: Json };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      mempool_payments: {
        Row: { chain_id: number; transaction_hash: string; log_index: number; request_id: string; amount: string; spends: string[]; state: string; seen_at: string; updated_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      merchant_invitations: {
        Row: { merchant_id: string; user_id: string; role: "owner" | "operator" | "admin" | "staff" | "signer" | "viewer" | "arbiter" | "dispute_reader"; invited_by: string; created_at: string; expires_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      merchant_rules: {
        Row: { verification: string; max_invoice: string | null; tier: number; fee_bps: number };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      merchant_settings: {
        Row: { merchant_id: string; invoice_expires_within: string; tolerance_bps: number; tolerance_amount: string; tolerance_currency: string | null; late_policy: string; late_grace: string; speed: string; currencies: string[] | null; refund_cost: string; language: string; color: string; prices_include_tax: boolean; tax_rounding: string; updated_at: string };
        Insert: { [column in never]: never };
        Update: { invoice_expires_within?: string; tolerance_bps?: number; tolerance_amount?: string; tolerance_currency?: string | null; late_policy?: string; late_grace?: string; speed?: string; currencies?: string[] | null; refund_cost?: string; language?: string; color?: string; prices_include_tax?: boolean; tax_rounding?: string };
        Relationships: [];
      };
      merchants: {
        Row: { id: string; name: string; legal_name: string; website: string; tax_id: string; country: string; support_email: string; verification: string; last_event: string; last_actor_role: string; created_by: string; created_at: string; updated_at: string; deleted_at: string | null };
        Insert: { [column in never]: never };
        Update: { name?: string; legal_name?: string; website?: string; tax_id?: string; country?: string; support_email?: string };
        Relationships: [];
      };
      message_deliveries: {
        Row: { id: string; user_id: string; kind: string; channel: "email" | "sms"; source_id: string; part: number; data: Json | null; language: string; masked_address: string; address_hash: string; provider: string; provider_message_id: string | null; status: string; status_detail: string; attempt_count: number; next_attempt_at: string | null; give_up_at: string; cost: string | null; currency: string | null; cost_prefix: string; last_event: string; last_actor_role: string; created_at: string; sent_at: string | null; updated_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      message_kinds: {
        Row: { id: string; description: string; channels: ("email" | "sms")[]; default_channels: ("email" | "sms")[]; may_turn_off: boolean; is_urgent: boolean };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      message_preferences: {
        Row: { user_id: string; kind: string; channel: "email" | "sms"; is_wanted: boolean; updated_at: string };
        Insert: { user_id: string; kind: string; channel: "email" | "sms"; is_wanted: boolean };
        Update: { user_id?: string; kind?: string; channel?: "email" | "sms"; is_wanted?: boolean };
        Relationships: [];
      };
      message_settings: {
        Row: { user_id: string; language: string; time_zone: string; quiet_from: string | null; quiet_until: string | null; updated_at: string };
        Insert: { user_id: string; language?: string; time_zone?: string; quiet_from?: string | null; quiet_until?: string | null };
        Update: { user_id?: string; language?: string; time_zone?: string; quiet_from?: string | null; quiet_until?: string | null };
        Relationships: [];
      };
      network_costs: {
        Row: { rail: string; currency: string; amount: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      network_health: {
        Row: { network_id: string; state: string; since: string; last_block_number: number | null; last_block_at: string | null; answered_at: string; checked_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      networks: {
        Row: { id: string; name: string; chain_id: number | null; is_testnet: boolean; confirmations_required: number; block_seconds: number; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      notification_counts: {
        Row: { unread: number | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      notification_heads: {
        Row: { user_id: string; last_id: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      notifications: {
        Row: { id: string; user_id: string; event_id: string; event: string; object_type: string; object_id: string; sequence: number; data: Json; created_at: string; read_at: string | null };
        Insert: { [column in never]: never };
        Update: { read_at?: string | null };
        Relationships: [];
      };
      offers: {
        Row: { id: string; listing_id: string; parent_id: string | null; buyer_id: string; seller_id: string; author_role: string; author_id: string; amount: string; currency: string; rail: string; conditions: string; milestones: Json; listing_copy: Json; listing_hash: string; status: "pending" | "countered" | "accepted" | "rejected" | "withdrawn" | "expired" | "closed"; version: number; last_event: string; last_actor_role: string; expires_at: string; created_at: string; updated_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      operator_commands: {
        Row: { kind: string; function_name: string | null; confirm_within: string; title: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      operator_limits: {
        Row: { id: number; kind: string; currency: string | null; above: string; within: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      operator_requests: {
        Row: { id: string; kind: string; asked_for: Json; command_hash: string; parties: string[]; currency: string | null; amount: string | null; state: string; last_event: string; last_actor_role: string; asked_by: string; decided_by: string | null; reason: string; answer: Json | null; deadline_at: string | null; created_at: string; updated_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      operator_rules: {
        Row: { id: boolean; one_operator: boolean };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      outages: {
        Row: { id: string; network_id: string | null; from_at: string; to_at: string; reason: string; created_at: string; credited_at: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      outside_transfers: {
        Row: { transfer_id: string; kind: string; currency: string; reference: string; reference_key: string; undone_at: string | null; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      p2p_auto_replies: {
        Row: { order_id: string; auto_reply: string };
        Insert: { order_id: string; auto_reply: string };
        Update: { [column in never]: never };
        Relationships: [];
      };
      p2p_blocks: {
        Row: { blocker_id: string; blocked_id: string; created_at: string };
        Insert: { blocker_id: string; blocked_id: string };
        Update: { [column in never]: never };
        Relationships: [];
      };
      p2p_book_counts: {
        Row: { cryptocurrency: string; fiat_currency: string; type: "buy" | "sell"; orders: number; counted_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      p2p_book_summary: {
        Row: { cryptocurrency: string; fiat_currency: string; type: "buy" | "sell"; orders: number; counted_at: string; best_price: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      p2p_order_accounts: {
        Row: { order_id: string; account_id: string; method: string };
        Insert: { order_id: string; account_id: string };
        Update: { [column in never]: never };
        Relationships: [];
      };
      p2p_orders: {
        Row: { id: string; user_id: string; type: "buy" | "sell"; cryptocurrency: string; fiat_currency: string; amount: string; price_type: "fixed" | "margin"; price: string | null; margin_bps: number | null; trigger_price: string | null; min_order_amount: string; max_order_amount: string; payment_methods: string[]; time_limit: number | null; min_taker_tier: number; terms: string; status: "draft" | "active" | "paused" | "completed" | "cancelled" | "expired"; version: number; remaining: string; reserved: string; settled: string; withdrawn: string; completed_trades: number; last_event: string; last_actor_role: string; expires_at: string; created_at: string; updated_at: string };
        Insert: { id?: string; user_id: string; type: "buy" | "sell"; cryptocurrency: string; fiat_currency: string; amount: string; price_type?: "fixed" | "margin"; price?: string | null; margin_bps?: number | null; trigger_price?: string | null; min_order_amount: string; max_order_amount: string; payment_methods: string[]; time_limit?: number | null; min_taker_tier?: number; terms?: string; expires_at?: string };
        Update: { cryptocurrency?: string; fiat_currency?: string; amount?: string; price_type?: "fixed" | "margin"; price?: string | null; margin_bps?: number | null; trigger_price?: string | null; min_order_amount?: string; max_order_amount?: string; payment_methods?: string[]; time_limit?: number | null; min_taker_tier?: number; terms?: string; expires_at?: string };
        Relationships: [];
      };
      p2p_payment_details: {
        Row: { trade_id: string; method: string; fields: Json | null; payer_name: string | null; payer_name_verified: boolean; verified_name: string | null; verification_id: string | null; created_at: string; seals: Json };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      p2p_rating_reveals: {
        Row: { trade_id: string; revealed_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      p2p_ratings: {
        Row: { trade_id: string; author_role: string; author_id: string; party_id: string; score: number; comment: string | null; blind_until: string; shown_after: string; created_at: string; seals: Json };
        Insert: { trade_id: string; score: number; comment?: string | null };
        Update: { [column in never]: never };
        Relationships: [];
      };
      p2p_trades: {
        Row: { id: string; order_id: string; buyer_id: string; seller_id: string; amount: string; price: string; cryptocurrency: string; fiat_currency: string; fiat_amount: string; payment_method: string; taker_id: string; payment_account_id: string; price_source: string; price_as_of: string | null; reference_amount: string | null; is_rated: boolean; status: "pending_payment" | "payment_confirmed" | "completed" | "disputed" | "cancelled" | "refunded" | "split"; ended_as: "released" | "split" | "conceded" | "cancelled" | "unpaid" | "ruled" | "undecided" | null; given_up_by: string | null; created_at: string; updated_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      parties: {
        Row: { id: string; kind: "user" | "merchant" | "dao" | "platform" | "external"; display_name: string; status: "active" | "suspended" | "closed"; status_since: string | null; suspended_until: string | null; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      party_files: {
        Row: { id: string; party_id: string; operator_id: string; reason: string; opened_at: string; closes_at: string; request_id: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      party_members: {
        Row: { party_id: string; user_id: string; role: "owner" | "operator" | "admin" | "staff" | "signer" | "viewer" | "arbiter" | "dispute_reader"; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      password_sprays: {
        Row: { address: string | null; since: string | null; accounts: number | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      payment_accounts: {
        Row: { id: string; user_id: string; method: string; label: string; fields: Json; created_at: string; version: number; shown_from: string; updated_at: string; deleted_at: string | null };
        Insert: { user_id: string; method: string; label?: string; fields: Json };
        Update: { label?: string; fields?: Json; deleted_at?: string | null };
        Relationships: [];
      };
      payment_methods: {
        Row: { id: string; name: string; fields: Json; pay_within: string; pay_within_min: string; accept_within: string; risk: "low" | "medium" | "high"; trade_limit: string | null; account_wait: string; is_active: boolean };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      payout_costs: {
        Row: { rail: string | null; currency: string | null; coin: string | null; gas: number | null; amount: string | null; as_of: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      payout_destinations: {
        Row: { id: string; party_id: string; rail: string; currency: string | null; address: string; created_by: string; created_at: string; usable_from: string; default_from: string | null; removed_at: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      payout_events: {
        Row: { payout_id: string; version: number; event: string; actor_role: string; from_state: "created" | "claimed" | "submitted" | "unknown" | "confirmed" | "failed_final" | "kept" | null; to_state: "created" | "claimed" | "submitted" | "unknown" | "confirmed" | "failed_final" | "kept"; attempt: number; destination: string | null; provider_reference: string | null; reason: string; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      payout_reserves: {
        Row: { id: string; rail: string; party_id: string | null; new_for: string; hold_for: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      payouts: {
        Row: { id: string; purpose: string; reference_id: string; reference_version: number; kind: string; rail: string; party_id: string; currency: string; amount: string; state: "created" | "claimed" | "submitted" | "unknown" | "confirmed" | "failed_final" | "kept"; version: number; attempt: number; claims: number; tries: number; to_source: boolean; destination: string | null; provider_reference: string | null; returned_amount: string; reason: string; not_before: string | null; next_at: string | null; deadline_at: string | null; waits_for_float_since: string | null; last_event: string; last_actor_role: string; created_at: string; updated_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      price_history: {
        Row: { cryptocurrency: string; fiat_currency: string; as_of: string; source: string; price: string; outcome: string; fetched_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      price_rules: {
        Row: { cryptocurrency: string; fiat_currency: string; stale_after: string; max_deviation_bps: number; max_jump_bps: number; min_sources: number; step_up_bps: number; is_active: boolean };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      price_sources: {
        Row: { source: string; heard_at: string; as_of: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      prices: {
        Row: { cryptocurrency: string; fiat_currency: string; price: string; sources: string[]; source_count: number; as_of: string; fetched_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      profile_verifications: {
        Row: { id: string; party_id: string; sequence: number; change: string; flag: "phone" | "id_document" | "address" | "biometric" | null; tier: number | null; source: string; provider: string | null; provider_reference: string | null; compared_name: string | null; occurred_at: string; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      profiles: {
        Row: { id: string; full_name: string; avatar_url: string; preferences: Json; phone_verified: boolean; id_document_verified: boolean; address_verified: boolean; biometric_verified: boolean; granted_tier: number | null; verification_tier: number; created_at: string; updated_at: string; deleted_at: string | null; erased_at: string | null; discord_id: string | null };
        Insert: { [column in never]: never };
        Update: { full_name?: string; avatar_url?: string; preferences?: Json };
        Relationships: [];
      };
      purposes: {
        Row: { purpose: string; description: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      rail_comparisons: {
        Row: { rail: string; currency: string; day: string; as_of: string; booked: string; under_way: string; explained: string; held: string; difference: string; compared_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      rail_differences: {
        Row: { id: string; rail: string; currency: string; day: string; amount: string; rest_of: string | null; remind_at: string | null; outcome: string | null; closed_amount: string | null; closed_by: string | null; reason: string; created_at: string; closed_at: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      rail_limits: {
        Row: { id: number; rail: string; tier: number; currency: string | null; max_amount: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      rail_payment_ranges: {
        Row: { rail: string; currency: string; min_amount: string; max_amount: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      rail_reports: {
        Row: { id: number; rail: string; provider_event_id: string; purpose: string; reference_id: string; kind: string; currency: string; amount: string; reference: string; reason: string; provider_time: string; due_by: string | null; applied_as: string | null; attempts: number; next_at: string | null; created_at: string; applied_at: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      rails: {
        Row: { id: string; description: string; is_open: boolean; hold_within: string | null; network_id: string | null; address_kind: string | null; has_deposit_addresses: boolean; refunds_itself: boolean; destination_wait: string; has_reports: boolean; takes_back: boolean; has_chargebacks: boolean; max_amount: string; margin_bps: number; margin_amount: string; answer_within: string; cost_bps: number; cost_amount: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      rate_limits: {
        Row: { id: string; burst: number; per_minute: number };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      receivables: {
        Row: { id: string; party_id: string; purpose: string; reference_id: string; currency: string; amount: string; recovered_amount: string; cancelled_amount: string; written_off_amount: string; lifted_until: string | null; created_at: string; updated_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      refresh_tokens: {
        Row: { id: number | null; user_id: string | null; session_id: string | null; created_at: string | null; is_revoked: boolean | null; revoked_at: string | null; has_parent: boolean | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      refused_reports: {
        Row: { id: string; rail: string; provider_event_id: string; purpose: string | null; reference_id: string | null; refusal: string; report: Json; remind_at: string | null; outcome: string | null; closed_by: string | null; reason: string; created_at: string; closed_at: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      screening_clearances: {
        Row: { screening_id: string; cleared_by: string; reason: string; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      screening_rules: {
        Row: { rail: string; renew_after: string; stale_after: string; decide_within: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      screening_status: {
        Row: { rail: string | null; address: string | null; party_ids: string[] | null; provider: string | null; result: "clear" | "hit" | "unknown" | null; categories: string[] | null; risk_score: number | null; screened_at: string | null; standing_hit: string | null; is_stale: boolean | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      security_events: {
        Row: { id: string; kind: string; severity: "info" | "warning" | "high"; subject_kind: string; party_id: string | null; found: number; detail: Json | null; request_id: string; created_at: string; seals: Json };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      security_rules: {
        Row: { id: string; description: string; severity: "info" | "warning" | "high"; watch_window: string; threshold: number; is_active: boolean };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      session_audits: {
        Row: { id: string; session_id: string; user_id: string; event: string; aal: string | null; address: string | null; device_id: string | null; created_at: string; seals: Json };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      sessions: {
        Row: { id: string | null; device_id: string | null; family: string | null; address: string | null; aal: string | null; started_at: string | null; refreshed_at: string | null; ends_at: string | null; is_current: boolean | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      setbacks: {
        Row: { queue: string; subject: string; failures: number; last_error: string; retry_at: string; set_aside_at: string | null; set_aside_by: string | null; reason: string; created_at: string; updated_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      setting_changes: {
        Row: { id: string; setting: string; row_key: Json; before: Json; after: Json; reason: string; asked_by: string; one_operator: boolean; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      setting_columns: {
        Row: { setting: string; column_name: string; type: string; least: string | null; most: string | null; no_limit: boolean; needs_second: boolean };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      settings: {
        Row: { setting: string; table_name: string; key_columns: string[]; description: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      staff_changes: {
        Row: { id: string; user_id: string; role: "owner" | "operator" | "admin" | "staff" | "signer" | "viewer" | "arbiter" | "dispute_reader"; event: string; reason: string; asked_by: string; one_operator: boolean; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      take_cooldowns: {
        Row: { tier: number; ends: number; within: string; wait: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      trade_messages: {
        Row: { id: string; trade_id: string; kind: "party" | "auto_reply"; author_id: string; author_role: string; body: string | null; attachments: Json | null; created_at: string; seals: Json };
        Insert: { trade_id: string; body?: string | null; attachments?: Json | null };
        Update: { [column in never]: never };
        Relationships: [];
      };
      trade_minimums: {
        Row: { currency: string; min_amount: string; rated_from: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      trader_profiles: {
        Row: { party_id: string; display_name: string; member_since: string; verification_tier: number; phone_verified: boolean; id_document_verified: boolean; address_verified: boolean; biometric_verified: boolean; completed_trades: number; volume: string; counterparties: number; score: number; dispute_loss_bps: number; median_pay_time: string | null; median_release_time: string | null; rating_count: number; rating_average: string | null; refreshed_at: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      transaction_fees: {
        Row: { transfer_id: string | null; category: string | null; reference_id: string | null; currency: string | null; fee_amount: string | null; base_amount: string | null; rate_bps: number | null; parts: Json | null; created_at: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      transactions: {
        Row: { id: number | null; transfer_id: string | null; kind: string | null; reference_type: string | null; reference_id: string | null; memo: string | null; wallet_id: string | null; currency: string | null; bucket: "available" | "pending" | "locked" | null; amount: string | null; balance_after: string | null; hold_id: string | null; created_at: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      unmatched_deposits: {
        Row: { id: string; party_id: string; rail: string; currency: string; amount: string; reference: string; report_id: string; after_payout_id: string | null; outcome: string | null; case_at: string | null; created_at: string; ended_at: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      unpayable_addresses: {
        Row: { address_kind: string; first_address: string; last_address: string; reason: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      user_devices: {
        Row: { id: string; user_id: string; fingerprint: string; family: string; name: string; first_seen_at: string; last_seen_at: string; new_at: string | null; trusted_until: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      utxo_chains: {
        Row: { chain_id: number; genesis_hash: string; first_block: number };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      verification_tiers: {
        Row: { id: number; name: string; required_flags: ("phone" | "id_document" | "address" | "biometric")[] | null; per_trade_limit: string | null; daily_limit: string | null; monthly_limit: string | null; max_open_trades: number | null; max_unpaid_takes: number | null; max_published_orders: number | null; max_unbacked_orders: number | null; max_method_risk: "low" | "medium" | "high" | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      wallet_balances: {
        Row: { id: string; party_id: string; currency: string; type: "spot" | "fees" | "clearing" | "losses" | "costs" | "receivables" | "quarantine"; available: string | null; pending: string; locked: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      wallet_screenings: {
        Row: { id: string; rail: string; address: string; party_ids: string[]; provider: string; result: "clear" | "hit" | "unknown"; categories: string[]; risk_score: number | null; document_hash: string | null; request_id: string; screened_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      wallets: {
        Row: { id: string; party_id: string; currency: string; type: "spot" | "fees" | "clearing" | "losses" | "costs" | "receivables" | "quarantine"; kind: "normal" | "append_only"; available: string; pending: string; locked: string; owed: string; seq: number; last_hash: string; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      webhook_attempts: {
        Row: { id: string; delivery_id: string; endpoint_id: string; party_id: string; number: number; status_code: number | null; duration_ms: number; error: string | null; answer: string | null; created_at: string; seals: Json };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      webhook_deliveries: {
        Row: { id: string; endpoint_id: string; party_id: string; event_id: string; event: string; object_type: string; object_id: string; sequence: number; payload: Json; status: string; attempt_count: number; schedule_step: number; next_attempt_at: string | null; last_status_code: number | null; last_error: string; last_event: string; last_actor_role: string; event_at: string; created_at: string; updated_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      webhook_endpoints: {
        Row: { id: string; party_id: string; url: string; description: string; event_types: string[]; status: string; disabled_reason: string | null; version: number; consecutive_failures: number; failing_since: string | null; paused_until: string | null; quick_answers: number; closed_at: string | null; created_by: string; created_at: string; updated_at: string };
        Insert: { [column in never]: never };
        Update: { description?: string; event_types?: string[]; status?: string };
        Relationships: [];
      };
      webhook_event_work: {
        Row: { provider: string; event_id: string; source: string; status: string; attempts: number; next_at: string | null; detail: string; received_at: string; completed_at: string | null };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      webhook_events: {
        Row: { provider: string; event_id: string; type: string; body: string; outcome: string; occurred_at: string; request_id: string; received_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      withdrawal_policies: {
        Row: { rail: string; currency: string; is_open: boolean; min_amount: string; max_amount: string; max_per_day: string; fee_amount: string; fee_bps: number; hold_for: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
      withdrawals: {
        Row: { id: string; party_id: string; rail: string; currency: string; amount: string; fee_amount: string; network_cost: string; destination_id: string; payout_id: string; requested_by: string; created_at: string };
        Insert: { [column in never]: never };
        Update: { [column in never]: never };
        Relationships: [];
      };
    };
    Views: {};
    Functions: {
      announced_image: { Args: { party_id: string; sha256: string }; Returns: Json };
      arbiter_loads: { Args: { [column in never]: never }; Returns: { user_id: string | null; open_disputes: number | null; max_open: number | null; last_assigned_at: string | null }[] };
      contract_document: { Args: { contract_id: string; edition?: string }; Returns: Json };
      contract_snapshot: { Args: { contract_id: string; idempotency_key?: string; request_hash?: string }; Returns: Json };
      data_export: { Args: { export_id: string }; Returns: Json };
      deposit_holdings: { Args: { [column in never]: never }; Returns: Json };
      escrow_snapshot: { Args: { escrow_id: string; idempotency_key?: string; request_hash?: string }; Returns: Json };
      evidence_files: { Args: { escrow_id: string; sha256: string }; Returns: Json };
      evidence_receipt: { Args: { escrow_id: string; sha256: string }; Returns: Json };
      failing_endpoints: { Args: { [column in never]: never }; Returns: Json };
      guild: { Args: { guild_id: string }; Returns: { id: string | null; name: string | null; description: string | null; created_at: string | null }[] };
      halted: { Args: { [column in never]: never }; Returns: Json };
      invoice_page: { Args: { token: string }; Returns: Json };
      listing: { Args: { listing_id: string }; Returns: { id: string | null; seller_id: string | null; guild_id: string | null; category: string | null; title: string | null; description: string | null; price: string | null; currency: string | null; units: number | null; units_left: number | null; rails: string[] | null; images: string[] | null; metadata: Json | null; status: "draft" | "active" | "paused" | "sold_out" | "closed" | "expired" | null; created_at: string | null; expires_at: string | null }[] };
      listing_page: { Args: { words?: string; category?: string; currency?: string; price_from?: string; price_to?: string; cheapest?: boolean; after_id?: string; page_size?: number }; Returns: { id: string | null; seller_id: string | null; guild_id: string | null; category: string | null; title: string | null; price: string | null; currency: string | null; units_left: number | null; rails: string[] | null; images: string[] | null; created_at: string | null; expires_at: string | null }[] };
      mark_all_read: { Args: { [column in never]: never }; Returns: number | null };
      my_limits: { Args: { [column in never]: never }; Returns: Json };
      my_standing: { Args: { [column in never]: never }; Returns: Json };
      p2p_book: { Args: { side: string; cryptocurrency: string; fiat_currency: string; payment_method?: string; amount?: string; tier?: number; after_price?: string; after_id?: string; page_size?: number }; Returns: { id: string | null; user_id: string | null; type: "buy" | "sell" | null; cryptocurrency: string | null; fiat_currency: string | null; price: string | null; price_type: "fixed" | "margin" | null; margin_bps: number | null; remaining: string | null; min_order_amount: string | null; max_order_amount: string | null; payment_methods: string[] | null; time_limit: number | null; min_taker_tier: number | null; terms: string | null; completed_trades: number | null; expires_at: string | null; created_at: string | null }[] };
      p2p_order: { Args: { order_id: string }; Returns: { id: string | null; user_id: string | null; type: "buy" | "sell" | null; cryptocurrency: string | null; fiat_currency: string | null; price: string | null; price_type: "fixed" | "margin" | null; margin_bps: number | null; remaining: string | null; min_order_amount: string | null; max_order_amount: string | null; payment_methods: string[] | null; time_limit: number | null; min_taker_tier: number | null; terms: string | null; completed_trades: number | null; expires_at: string | null; created_at: string | null }[] };
      party: { Args: { party_id: string }; Returns: { id: string | null; kind: "user" | "merchant" | "dao" | "platform" | "external" | null; display_name: string | null }[] };
      price_lines: { Args: { cryptocurrency: string; fiat_currency: string; before?: string; page_size?: number }; Returns: { as_of: string | null; source: string | null; price: string | null; outcome: string | null }[] };
      setting_rows: { Args: { setting: string }; Returns: Json };
      trade_timeline: { Args: { trade_id: string }; Returns: { number: number | null; at: string | null; kind: string | null; event: string | null; actor_role: string | null; version: number | null; from_state: "proposed" | "awaiting_funds" | "funding_exception" | "funded" | "performed" | "disputed" | "decided" | "released" | "refunded" | "split" | "void" | null; from_phase: "" | "statements" | "acknowledge" | "decide" | "approve" | null; to_state: "proposed" | "awaiting_funds" | "funding_exception" | "funded" | "performed" | "disputed" | "decided" | "released" | "refunded" | "split" | "void" | null; to_phase: "" | "statements" | "acknowledge" | "decide" | "approve" | null; deadline_at: string | null; payer_amount: string | null; payee_amount: string | null; fee_amount: string | null; body: string | null; detail: Json | null }[] };
      trader: { Args: { party_id: string }; Returns: { party_id: string | null; display_name: string | null; member_since: string | null; verification_tier: number | null; phone_verified: boolean | null; id_document_verified: boolean | null; address_verified: boolean | null; biometric_verified: boolean | null; completed_trades: number | null; volume: string | null; counterparties: number | null; score: number | null; dispute_loss_bps: number | null; median_pay_time: string | null; median_release_time: string | null; rating_count: number | null; rating_average: string | null }[] };
      trader_ratings: { Args: { party_id: string; page_size?: number }; Returns: { author_role: string | null; score: number | null; comment: string | null; month: string | null }[] };
      wallet_balance_as_of: { Args: { wallet_id: string; at: string }; Returns: { available: string | null; pending: string | null; locked: string | null }[] };
      whoami: { Args: { idempotency_key?: string; request_hash?: string }; Returns: Json };
    };
    Enums: {};
    CompositeTypes: {};
  };
};
