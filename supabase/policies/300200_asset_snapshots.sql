-- A snapshot is for whoever took it, and for whoever sees the listing, contract or proof that names it.
grant select on public.asset_snapshots to authenticated;
create policy asset_snapshots_select_involved on public.asset_snapshots for select to authenticated
using (
    party_id = any(array(select private.my_parties()))
    or exists (select from public.listings as l where l.snapshots @> array[asset_snapshots.id])
    or exists (select from public.contract_snapshots as c where c.snapshot_id = asset_snapshots.id)
    or exists (select from public.asset_proofs as p where p.snapshot_id = asset_snapshots.id)
);

grant execute on function service.asset_snapshot_take(service.command) to service_role;
