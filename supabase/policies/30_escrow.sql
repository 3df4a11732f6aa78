grant select on public.escrow_policies to anon, authenticated;
create policy escrow_policies_select_anyone on public.escrow_policies for select to anon, authenticated
using (true);

grant select on public.evidence_types, public.dispute_priorities, public.escrow_approval_limits, public.dispute_reasons,
public.dispute_reason_outcomes
to anon, authenticated;
create policy escrow_approval_limits_select_anyone on public.escrow_approval_limits for select to anon, authenticated
using (true);
create policy evidence_types_select_anyone on public.evidence_types for select to anon, authenticated
using (true);
create policy dispute_priorities_select_anyone on public.dispute_priorities for select to anon, authenticated
using (true);
create policy dispute_reasons_select_anyone on public.dispute_reasons for select to anon, authenticated
using (true);
create policy dispute_reason_outcomes_select_anyone on public.dispute_reason_outcomes for select to anon, authenticated
using (true);

-- Who sees an escrow: its parties, the arbiter of its dispute, operators.
-- Everything below an escrow is seen by who sees the escrow.
-- NOTE: last_payload and last_hash are not granted; escrow_events shows the history.
grant select (
    id, product, policy_id, rail, payer_id, payee_id, currency, amount, fee_bps, perform_within, accept_within,
    state, phase,
    version, state_version, deadline_at, expires_at, frozen_at, rail_hold_until, revision_count,
    performed_at, payer_amount, payee_amount, fee_amount, taken_amount, claim_until, transaction_hash, terms_hash,
    signed_by, last_event, last_actor_role, created_at, updated_at, completed_at
) on public.escrow_transactions to authenticated;
create policy escrow_transactions_select_involved on public.escrow_transactions for select to authenticated
using (
    payer_id = any(array(select private.my_parties()))
    or payee_id = any(array(select private.my_parties()))
    or id = any(array(select private.my_disputed_escrows()))
    or id between (select private.operator_sees_from()) and (select private.operator_sees_to())
);

-- NOTE: actor_id and request_id of an event are not granted: they name staff.
grant select (
    escrow_id, version, event, actor_role, from_state, from_phase, to_state, to_phase, deadline_at,
    payer_amount, payee_amount, fee_amount, payload, hash, created_at
) on public.escrow_events to authenticated;
create policy escrow_events_select_involved on public.escrow_events for select to authenticated
using (exists (select from public.escrow_transactions as e where e.id = escrow_events.escrow_id));

grant select on public.hold_kinds to anon, authenticated;
create policy hold_kinds_select_anyone on public.hold_kinds for select to anon, authenticated
using (true);

-- NOTE: opened_by and closed_by are not granted: they name staff.
grant select (
    id, escrow_id, kind, owner_role, reference, reason, amount, opened_version, opened_at, ends_at, at_end,
    closed_version, closed_event, closed_role, closed_at
) on public.escrow_holds to authenticated;
create policy escrow_holds_select_involved on public.escrow_holds for select to authenticated
using (exists (select from public.escrow_transactions as e where e.id = escrow_holds.escrow_id));

grant select on public.escrow_offers to authenticated;
create policy escrow_offers_select_involved on public.escrow_offers for select to authenticated
using (exists (select from public.escrow_transactions as e where e.id = escrow_offers.escrow_id));

-- NOTE: proposal is not granted: parties see a decision when it is made.
grant select (
    id, escrow_id, raised_by, against_user_id, reason, description, priority, reference_amount, status, level,
    arbiter_id, reassignments, payer_statement_due_at, payee_statement_due_at, silent_roles, appellant_role,
    accepted_by, award_payee_amount, first_award_payee_amount, resolution,
    resolved_by, resolved_at, created_at, updated_at
) on public.disputes to authenticated;
create policy disputes_select_involved on public.disputes for select to authenticated
using (
    escrow_id = any(array(select private.escrows_of_my_disputes()))
    or escrow_id between (select private.operator_sees_from()) and (select private.operator_sees_to())
);

grant select on public.dispute_statements, public.dispute_evidence, public.dispute_decisions, public.dispute_assignments
to authenticated;
-- One side's statement stays unread by the other until the file is closed.
create policy dispute_statements_select_involved on public.dispute_statements for select to authenticated
using (
    author_id = (select auth.uid())
    or exists (
        select from public.disputes as d
        inner join public.escrow_transactions as e on d.escrow_id = e.id
        where d.id = dispute_statements.dispute_id and e.phase <> 'statements'
    )
);
create policy dispute_evidence_select_involved on public.dispute_evidence for select to authenticated
using (exists (select from public.disputes as d where d.id = dispute_evidence.dispute_id));
create policy dispute_decisions_select_involved on public.dispute_decisions for select to authenticated
using (exists (select from public.disputes as d where d.id = dispute_decisions.dispute_id));
create policy dispute_assignments_select_involved on public.dispute_assignments for select to authenticated
using (exists (select from public.disputes as d where d.id = dispute_assignments.dispute_id));

grant select (
    id, escrow_id, kind, raised_by, reason, description, currency, amount, paid_amount, state, last_event,
    last_actor_role, resolution, deadline_at, created_at, updated_at
) on public.escrow_cases to authenticated;
create policy escrow_cases_select_involved on public.escrow_cases for select to authenticated
using (exists (select from public.escrow_transactions as e where e.id = escrow_cases.escrow_id));

-- What was announced reads who announced it; the files themselves are asked for by hash.
grant select (id, escrow_id, author_role, purpose, sha256, name, media_type, size_bytes, created_at)
on public.evidence_uploads to authenticated;
create policy evidence_uploads_select_author on public.evidence_uploads for select to authenticated
using (author_id = (select auth.uid()));
grant select on public.evidence_receipts to authenticated;
grant execute on function
private.evidence_files_of(uuid, text), public.evidence_files(uuid, text), public.evidence_receipt(uuid, text)
to authenticated;
grant execute on function service.evidence_upload(service.command) to service_role;

-- NOTE: declared_by is not granted: it names staff.
grant select (id, from_at, to_at, created_at, credited_at) on public.outages to anon;
grant select (id, from_at, to_at, reason, created_at, credited_at) on public.outages to authenticated;
create policy outages_select_anyone on public.outages for select to anon, authenticated
using (true);
grant execute on function
service.outage_declare(service.command), service.outage_credit(integer), service.sweep_begin(),
service.setback_decide(service.command), service.setbacks_stuck()
to service_role;

grant select on public.dispute_queue to authenticated;
grant execute on function
private.dispute_score(integer, numeric, interval), private.dispute_priority(integer),
private.visible_arbiter_loads(), public.arbiter_loads()
to authenticated;

-- How many cases an arbiter is given is an operator's word, with a second factor.
grant select, insert (user_id, max_open), update (max_open) on public.arbiter_capacities to authenticated;
create policy arbiter_capacities_select_desk on public.arbiter_capacities for select to authenticated
using (user_id = (select auth.uid()) or (select private.is_staff((select auth.uid()), 'operator')));
create policy arbiter_capacities_insert_operator on public.arbiter_capacities for insert to authenticated
with check (
    (select private.is_staff((select auth.uid()), 'operator'))
    and (select private.may_write('arbiter_capacities.write'))
);
create policy arbiter_capacities_update_operator on public.arbiter_capacities for update to authenticated
using (user_id = (select auth.uid()) or (select private.is_staff((select auth.uid()), 'operator')))
with check (
    (select private.is_staff((select auth.uid()), 'operator'))
    and (select private.may_write('arbiter_capacities.write'))
);

grant execute on function private.my_disputed_escrows(), private.escrows_of_my_disputes() to authenticated;
grant execute on function
private.my_answer(text, text), private.escrow_snapshot_of(uuid), private.clock(),
public.escrow_snapshot(uuid, text, text)
to authenticated;
grant execute on function
service.escrow_commit(service.command), service.escrow_commit_many(service.command), service.escrow_due(integer),
service.escrow_timers_failed(service.command), service.escrow_timers_failing(),
service.escrow_claim(service.command), service.escrow_rail_case(service.command),
service.escrow_case_close(service.command), service.escrow_cases_expire(integer), service.discrepancies_open()
to service_role;

-- NOTE: set_aside_by is not granted: it names staff.
grant select (queue, subject, failures, last_error, retry_at, set_aside_at, reason, created_at, updated_at)
on public.setbacks to authenticated;
create policy setbacks_select_operator on public.setbacks for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));
