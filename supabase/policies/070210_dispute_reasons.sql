grant select on public.dispute_reasons, public.dispute_reason_outcomes to anon, authenticated;
create policy dispute_reasons_select_anyone on public.dispute_reasons for select to anon, authenticated
using (true);

create policy dispute_reason_outcomes_select_anyone on public.dispute_reason_outcomes for select to anon, authenticated
using (true);
