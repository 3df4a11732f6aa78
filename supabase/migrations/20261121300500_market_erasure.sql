-- Columns of the marketplace with words and data of people, and what of it is in the way of an erasure.

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.personal_columns (table_name, column_name, erasure, whose, erased, kept_where, holds, readers, kept)
select v.table_name, c.name, v.erasure, v.whose, v.erased, v.kept_where, v.holds, v.readers, v.kept
from (values
('public.profiles', array['discord_id'], 'blank', 'id', 'null', null, 'Discord account', 'the person, operators', 'while the account lives'),
('public.discord_links', array['discord_id'], 'delete_words', 'party_id', 'null', null, 'Discord account; of a guild its server', 'the person, operators', 'while the account lives'),
('public.deliveries', array['note'], 'delete_words', 'delivered_by', 'null', null, 'note of a delivery', 'both sides, the arbiter, operators', 'evidence of performance: until the author is erased'),
('public.offers', array['conditions'], 'blank', 'author_id', '''''', 'r.status = ''accepted''', 'conditions of an offer', 'both sides', 'of a contract: limitation of claims; others: until the author is erased'),
('public.offers', array['milestones'], 'blank', 'author_id', '''[]''::jsonb', 'r.status = ''accepted''', 'what is to be done', 'both sides', 'of a contract: limitation of claims; others: until the author is erased'),
('public.offers', array['listing_copy'], 'blank', 'seller_id', '''{}''::jsonb', 'r.status = ''accepted''', 'the listing as it was', 'both sides', 'of a contract: limitation of claims; others: until the seller is erased'),
('public.listings', array['title'], 'blank', 'seller_id', '''erased''', null, 'what is sold', 'everybody', 'until the seller is erased'),
('public.listings', array['description'], 'blank', 'seller_id', '''''', null, 'what is sold', 'everybody', 'until the seller is erased'),
('public.listings', array['metadata'], 'blank', 'seller_id', '''{}''::jsonb', null, 'what is sold', 'everybody', 'until the seller is erased'),
('public.guilds', array['name'], 'blank', 'created_by', '''erased ''|| left(r.id::text, 8)', 'exists (select from public.guild_members as m where m.guild_id = r.id and m.user_id <> r.created_by)', 'name of a guild', 'everybody', 'of a guild that others are in: while they are; others: until its maker is erased'),
('public.guilds', array['description'], 'blank', 'created_by', '''''', 'exists (select from public.guild_members as m where m.guild_id = r.id and m.user_id <> r.created_by)', 'what a guild says of itself', 'everybody', 'of a guild that others are in: while they are; others: until its maker is erased'),
('public.contracts', array['document', 'document_hash'], 'keep_by_law', null, null, null, 'the contract, names of both sides in it', 'both sides, the arbiter, operators', 'contract of the other side too: limitation of claims and accounting'),
('public.contract_milestones', array['title', 'description'], 'keep_by_law', null, null, null, 'what was agreed', 'both sides, the arbiter, operators', 'contract of the other side too: limitation of claims'),
('public.contract_documents', array['object_key', 'sha256'], 'keep_by_law', null, null, null, 'the contract as a PDF, in object storage', 'both sides', 'contract of the other side too: limitation of claims and accounting'),
('public.contract_signatures', array['document_hash'], 'keep_by_law', null, null, null, 'what was signed', 'both sides, the arbiter, operators', 'contract of the other side too: limitation of claims'),
('public.asset_snapshots', array['document', 'asset_id', 'sha256'], 'keep_by_law', null, null, null, 'an asset as a platform showed it', 'whoever sees the listing, both sides', 'evidence of the contract: limitation of claims'),
('public.asset_proofs', array['differences'], 'keep_by_law', null, null, null, 'what an asset has become', 'both sides, the arbiter', 'evidence of the contract: limitation of claims')
) as v (table_name, columns, erasure, whose, erased, kept_where, holds, readers, kept)
cross join unnest(v.columns) as c (name);
-- noqa: enable=LT05

create function private.market_in_the_way(p_party_id uuid) returns text[]
language plpgsql stable set search_path = ''
as $$
begin
    return array_remove(array[
        case when exists (
            select from public.listings as l where l.seller_id = p_party_id and l.status in ('active', 'paused')
        ) then 'listings' end,
        case when exists (
            select from public.offers as o where p_party_id in (o.buyer_id, o.seller_id) and o.status = 'pending'
        ) then 'offers' end
    ], null);
end
$$;
comment on function private.market_in_the_way(uuid) is
'listings, where a person has some active or paused; offers, where one of either side waits.';

insert into private.export_parts (table_name, of_person, words) values
('public.contracts', '$1 in (r.buyer_id, r.seller_id)', '{}'),
('public.contract_signatures', 'r.signed_by = $1', '{document_hash}'),
('public.asset_snapshots', 'r.party_id = $1', '{document,asset_id,sha256}');
insert into private.export_parts (table_name, why_not) values
('public.contract_milestones', 'belongs to both sides, who read it in the contract'),
('public.contract_documents', 'belongs to both sides, who download it'),
('public.asset_proofs', 'evidence of both sides');
