grant select on public.escrow_policies to anon, authenticated;
create policy escrow_policies_select_anyone on public.escrow_policies for select to anon, authenticated
using (true);

grant select on public.escrow_approval_limits to anon, authenticated;
create policy escrow_approval_limits_select_anyone on public.escrow_approval_limits for select to anon, authenticated
using (true);

-- Who sees an escrow: its parties, the arbiter of its dispute, operators.
-- Everything below an escrow is seen by who sees the escrow.
-- NOTE: last_actor_id and last_payload are not granted, nor in the view: they name staff, and hold what a side has
-- not shown yet.
grant select (
    id, product, policy_id, rail, payer_id, payee_id, currency, amount, fee_bps, perform_within, accept_within,
    state, phase,
    version, state_version, deadline_at, expires_at, frozen_at, rail_hold_until, revision_count,
    performed_at, payer_amount, payee_amount, fee_amount, taken_amount, claim_until, transaction_hash, terms_hash,
    signed_by, last_event, last_actor_role, last_hash, created_at, updated_at, completed_at
) on private.escrow_transactions to authenticated;
grant select on public.escrow_transactions to authenticated;
create policy escrow_transactions_select_involved on private.escrow_transactions for select to authenticated
using (
    payer_id = any(array(select private.my_parties()))
    or payee_id = any(array(select private.my_parties()))
    or id = any(array(select private.my_disputed_escrows()))
    or id between (select private.operator_sees_from()) and (select private.operator_sees_to())
);

-- NOTE: actor_id and request_id of an event are not granted, nor in the view: they name staff.
grant select (
    escrow_id, version, event, actor_role, from_state, from_phase, to_state, to_phase, deadline_at,
    payer_amount, payee_amount, fee_amount, payload, hash, created_at
) on private.escrow_events to authenticated;
grant select on public.escrow_events to authenticated;
create policy escrow_events_select_involved on private.escrow_events for select to authenticated
using (exists (select from private.escrow_transactions as e where e.id = escrow_events.escrow_id));

grant select on public.escrow_offers to authenticated;
create policy escrow_offers_select_involved on public.escrow_offers for select to authenticated
using (exists (select from private.escrow_transactions as e where e.id = escrow_offers.escrow_id));

select private.open_to_keys('private.escrow_transactions', 'escrows:read', 'escrows:write');
select private.open_to_keys('private.escrow_events', 'escrows:read', 'escrows:write');
select private.open_to_keys('public.escrow_transactions', 'escrows:read', 'escrows:write');
select private.open_to_keys('public.escrow_events', 'escrows:read', 'escrows:write');
select private.open_to_keys('public.escrow_offers', 'escrows:read', 'escrows:write');
