grant select on public.offers to authenticated;
create policy offers_select_side on public.offers for select to authenticated
using (
    buyer_id = any(array(select private.my_parties())) or seller_id = any(array(select private.my_parties()))
);
