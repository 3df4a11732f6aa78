grant select on public.escrow_cases to authenticated;
create policy escrow_cases_select_involved on public.escrow_cases for select to authenticated
using (exists (select from private.escrow_transactions as e where e.id = escrow_cases.escrow_id));
