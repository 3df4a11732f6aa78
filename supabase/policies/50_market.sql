-- Guilds are known to everybody signed in, one by one to strangers; who belongs to one, to its members.
grant execute on function public.guild(uuid), private.guild_card(uuid) to anon, authenticated;
grant select on public.guilds to authenticated;
create policy guilds_select_anyone on public.guilds for select to authenticated
using (true);
-- NOTE: discord_id is not granted: it follows discord_links.
grant insert (id, name, description) on public.guilds to authenticated;
create policy guilds_insert_own on public.guilds for insert to authenticated
with check (created_by = (select auth.uid()) and (select private.may_write('guilds.write')));
grant update (name, description) on public.guilds to authenticated;
create policy guilds_update_kept on public.guilds for update to authenticated
using ((select auth.uid()) is not null)
with check (
    id = any(array(select private.guilds_i_keep()))
    and (select private.may_write('guilds.write'))
);

-- NOTE: actor_id, reason and provider_event_id are not granted: they are for the staff, in the audit log.
grant select (id, party_id, guild_id, discord_id, source, occurred_at) on public.discord_links to authenticated;
create policy discord_links_select_own_or_operator on public.discord_links for select to authenticated
using (
    party_id = (select auth.uid())
    or guild_id = any(array(select private.guilds_i_keep()))
    or (select private.is_staff((select auth.uid()), 'operator'))
);
grant select, insert (guild_id, user_id, role), update (role), delete on public.guild_members to authenticated;
create policy guild_members_select_fellow on public.guild_members for select to authenticated
using (guild_id = any(array(select private.my_guilds())));
-- Only oneself, and only where one was invited: nobody is put into a guild.
create policy guild_members_insert_invited on public.guild_members for insert to authenticated
with check (
    user_id = (select auth.uid()) and role = 'member'
    and guild_id = any(array(select private.guilds_that_invite_me()))
    and (select private.may_write('guild_members.write'))
);
create policy guild_members_update_kept on public.guild_members for update to authenticated
using (guild_id = any(array(select private.my_guilds())))
with check (
    guild_id = any(array(select private.guilds_i_keep()))
    and (select private.may_write('guild_members.write'))
);
create policy guild_members_delete_kept_or_self on public.guild_members for delete to authenticated
using (user_id = (select auth.uid()) or guild_id = any(array(select private.guilds_i_keep())));

grant select, insert (guild_id, user_id), delete on public.guild_invitations to authenticated;
create policy guild_invitations_select_invited_or_kept on public.guild_invitations for select to authenticated
using (user_id = (select auth.uid()) or guild_id = any(array(select private.guilds_i_keep())));
create policy guild_invitations_insert_kept on public.guild_invitations for insert to authenticated
with check (
    invited_by = (select auth.uid()) and guild_id = any(array(select private.guilds_i_keep()))
    and (select private.may_write('guild_invitations.write'))
);
create policy guild_invitations_delete_invited_or_kept on public.guild_invitations for delete to authenticated
using (user_id = (select auth.uid()) or guild_id = any(array(select private.guilds_i_keep())));

grant select on public.listing_categories to anon, authenticated;
create policy listing_categories_select_anyone on public.listing_categories for select to anon, authenticated
using (true);

-- What is for sale is for everyone (strangers ask a function), a guild's for its members; drafts and ended listings for their seller,
-- and for whoever has made an offer on them.
grant execute on function public.listing(uuid), private.open_listing(uuid) to anon, authenticated;
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

grant execute on function
public.listing_page(text, text, text, public.money_amount, public.money_amount, boolean, uuid, integer),
private.listing_page(text, text, text, numeric, numeric, boolean, uuid, integer)
to anon, authenticated;

grant select on public.offers to authenticated;
create policy offers_select_side on public.offers for select to authenticated
using (
    buyer_id = any(array(select private.my_parties())) or seller_id = any(array(select private.my_parties()))
);

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
    or (select private.is_staff((select auth.uid()), 'operator'))
);
-- Who sees the escrow sees the milestone, and what belongs to it.
grant select on public.contract_milestones to authenticated;
create policy contract_milestones_select_involved on public.contract_milestones for select to authenticated
using (exists (select from public.escrow_transactions as e where e.id = contract_milestones.id));
grant select on public.deliveries to authenticated;
create policy deliveries_select_involved on public.deliveries for select to authenticated
using (exists (select from public.escrow_transactions as e where e.id = deliveries.milestone_id));
grant select on public.contract_signatures to authenticated;
create policy contract_signatures_select_involved on public.contract_signatures for select to authenticated
using (exists (
    select from public.contract_milestones as m where m.contract_id = contract_signatures.contract_id
));
grant select on public.contract_progress to authenticated;
grant select on public.image_uploads, public.images to authenticated;
create policy image_uploads_select_own on public.image_uploads for select to authenticated
using (party_id = any(array(select private.my_parties())));
create policy images_select_own on public.images for select to authenticated
using (party_id = any(array(select private.my_parties())));
grant select on public.contract_snapshots to authenticated;
create policy contract_snapshots_select_involved on public.contract_snapshots for select to authenticated
using (exists (select from public.contracts as c where c.id = contract_snapshots.contract_id));
grant select on public.asset_proofs to authenticated;
create policy asset_proofs_select_involved on public.asset_proofs for select to authenticated
using (exists (select from public.contract_milestones as m where m.id = asset_proofs.escrow_id));
-- A snapshot is for whoever took it, and for whoever sees the listing, contract or proof that names it.
-- NOTE: taken_by is not granted: which member of a party asked is the party's own affair.
grant select (id, party_id, provider, kind, asset_id, document, sha256, taken_at)
on public.asset_snapshots to authenticated;
create policy asset_snapshots_select_involved on public.asset_snapshots for select to authenticated
using (
    party_id = any(array(select private.my_parties()))
    or exists (select from public.listings as l where l.snapshots @> array[asset_snapshots.id])
    or exists (select from public.contract_snapshots as c where c.snapshot_id = asset_snapshots.id)
    or exists (select from public.asset_proofs as p where p.snapshot_id = asset_snapshots.id)
);
grant select on public.contract_papers to authenticated;
create policy contract_papers_select_involved on public.contract_papers for select to authenticated
using (exists (select from public.contracts as c where c.id = contract_papers.contract_id));

grant execute on function
private.my_guilds(), private.guilds_i_keep(), private.guilds_that_invite_me(), private.is_client()
to authenticated;
grant execute on function
public.contract_snapshot(uuid, text, text), public.contract_paper(uuid, text),
public.announced_image(uuid, text)
to authenticated;
grant execute on function
service.offer_make(service.command), service.offer_counter(service.command), service.offer_decline(service.command),
service.offer_accept(service.command),
service.contract_commit(service.command, service.command), service.market_expire(integer),
service.discord_link(service.command), service.discord_event(service.command), service.image_announce(service.command),
service.image_hand_in(service.command),
service.asset_snapshot_take(service.command), service.asset_prove(service.command),
service.contract_papers_due(integer), service.contract_paper_record(uuid, text, text, text, integer)
to service_role;
