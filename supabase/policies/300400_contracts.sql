-- A contract is for its two sides, for the arbiter of one of its milestones, and for operators.
grant select on public.contracts to authenticated;
create policy contracts_select_involved on public.contracts for select to authenticated
using (
    buyer_id = any(array(select private.my_parties()))
    or seller_id = any(array(select private.my_parties()))
    or id in (
        select m.contract_id from public.contract_milestones as m
        where m.id = any(array(select private.my_disputed_escrows()))
    )
    or (select private.is_acting_staff('operator'))
);

-- Who sees the escrow sees the milestone, and what belongs to it.
grant select on public.contract_milestones to authenticated;
create policy contract_milestones_select_involved on public.contract_milestones for select to authenticated
using (exists (select from private.escrow_transactions as e where e.id = contract_milestones.id));

grant select on public.deliveries to authenticated;
create policy deliveries_select_involved on public.deliveries for select to authenticated
using (exists (select from private.escrow_transactions as e where e.id = deliveries.milestone_id));

grant select on public.contract_signatures to authenticated;
create policy contract_signatures_select_involved on public.contract_signatures for select to authenticated
using (exists (
    select from public.contract_milestones as m where m.contract_id = contract_signatures.contract_id
));

grant select on public.contract_progress to authenticated;

grant execute on function service.offer_accept(service.command) to service_role;
