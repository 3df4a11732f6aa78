grant select on public.receivables to authenticated;
create policy receivables_select_own on public.receivables for select to authenticated
using (
    party_id = any(array(select private.readable_parties()))
);
