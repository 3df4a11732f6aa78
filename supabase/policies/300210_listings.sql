-- What is for sale is for everyone (strangers ask a function), a guild's for its members; drafts and ended listings for their seller,
-- and for whoever has made an offer on them.
grant select on public.listing_categories to anon, authenticated;
create policy listing_categories_select_anyone on public.listing_categories for select to anon, authenticated
using (true);

grant select on public.listings to authenticated;
create policy listings_select_open_or_own on public.listings for select to authenticated
using (
    (
        status in ('active', 'sold_out')
        and (guild_id is null or guild_id = any(array(select private.my_guilds())))
    )
    or seller_id = any(array(select private.my_parties()))
    or (
        status <> 'draft' and exists (
            select from public.offers as o
            where o.listing_id = listings.id and o.buyer_id = any(array(select private.my_parties()))
        )
    )
);
grant insert (
    id, seller_id, guild_id, category, title, description, price, currency, units, rails, images, snapshots, metadata,
    expires_at
) on public.listings to authenticated;
create policy listings_insert_own on public.listings for insert to authenticated
with check (
    seller_id = any(array(select private.parties_i_act_for())) and status = 'draft'
    and (select private.may_write('listings.write', seller_id))
    and (guild_id is null or guild_id = any(array(select private.my_guilds())))
);
grant update (
    guild_id, category, title, description, price, currency, units, rails, images, snapshots, metadata, status,
    expires_at
) on public.listings to authenticated;
create policy listings_update_own on public.listings for update to authenticated
using ((select auth.uid()) is not null)
with check (
    seller_id = any(array(select private.parties_i_act_for()))
    and (select private.may_write(
        case when status in ('draft', 'active') then 'listings.write' else 'listings.close' end, seller_id
    ))
    and (guild_id is null or guild_id = any(array(select private.my_guilds())))
);
grant delete on public.listings to authenticated;
-- The trigger refuses those that are no drafts, in words.
create policy listings_delete_own on public.listings for delete to authenticated
using (seller_id = any(array(select private.parties_i_act_for())));
