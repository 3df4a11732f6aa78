grant select on public.chain_coin_looks, public.chain_sweeps to authenticated;
create policy chain_coin_looks_select_operator on public.chain_coin_looks for select to authenticated
using ((select private.is_acting_staff('operator')));

create policy chain_sweeps_select_operator on public.chain_sweeps for select to authenticated
using ((select private.is_acting_staff('operator')));
