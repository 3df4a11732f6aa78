grant select on public.contract_snapshots to authenticated;
create policy contract_snapshots_select_involved on public.contract_snapshots for select to authenticated
using (exists (select from public.contracts as c where c.id = contract_snapshots.contract_id));

grant select on public.asset_proofs to authenticated;
create policy asset_proofs_select_involved on public.asset_proofs for select to authenticated
using (exists (select from public.contract_milestones as m where m.id = asset_proofs.escrow_id));

grant execute on function service.asset_prove(service.command) to service_role;
