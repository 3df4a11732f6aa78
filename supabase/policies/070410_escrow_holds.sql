grant select on public.hold_kinds to anon, authenticated;
create policy hold_kinds_select_anyone on public.hold_kinds for select to anon, authenticated
using (true);

grant select on public.escrow_holds to authenticated;
create policy escrow_holds_select_involved on public.escrow_holds for select to authenticated
using (exists (select from private.escrow_transactions as e where e.id = escrow_holds.escrow_id));
