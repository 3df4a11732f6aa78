grant select (
    id, escrow_id, kind, raised_by, reason, description, currency, amount, paid_amount, state, last_event,
    last_actor_role, resolution, deadline_at, created_at, updated_at
) on public.escrow_cases to authenticated;
create policy escrow_cases_select_involved on public.escrow_cases for select to authenticated
using (exists (select from public.escrow_transactions as e where e.id = escrow_cases.escrow_id));
