grant select on public.rail_comparisons, public.rail_differences to authenticated;
create policy rail_comparisons_select_operator on public.rail_comparisons for select to authenticated
using ((select private.is_acting_staff('operator')));
create policy rail_differences_select_operator on public.rail_differences for select to authenticated
using ((select private.is_acting_staff('operator')));
