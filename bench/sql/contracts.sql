-- As superuser with triggers off: listings, half of them active, and contracts with two milestones
-- each, at every stage and without money behind them. Five words of each listing are of a
-- twentieth, two of a fiftieth and one of a thousandth of all.
insert into public.listings (
    id, seller_id, guild_id, category, title, description, price, currency, units, units_left, status, version, last_event,
    expires_at, created_at, updated_at
)
select
    md5('listing' || o.n)::uuid, t.user_id, null,
    (array['groups', 'games', 'limiteds', 'goods', 'development', 'design', 'services'])[1 + o.n %% 7],
    initcap('tone' || o.n * 7 %% 20) || ' thing' || o.n * 11 %% 50 || ' mark' || o.n * 13 %% 1000,
    (select string_agg('tone' || (o.n * 17 + word * 3) %% 20 || ' part' || (o.n * 19 + word) %% 50, ' ') from generate_series(1, 4) as word),
    round(5 + 2000 * power(o.n * 0.618033988 %% 1, 3), 2), (array['USD', 'USDC_BASE'])[1 + o.n / 3 %% 2], 10, 8,
    (array['active', 'closed']::public.listing_status[])[1 + o.n / 23 %% 2], 3, 'publish',
    now() + interval '80 days', now() - o.n * interval '20 seconds', now()
from generate_series(1, %(rows)s / 2) as o (n)
inner join bench.takers as t on t.n = 1 + o.n %% %(people)s;

create temp table made as
select
    o.n, at, private.uuid_v7(at) as id, private.uuid_v7(at) as offer_id, array[private.uuid_v7(at), private.uuid_v7(at)] as parts,
    md5('listing' || 1 + o.n %% (%(rows)s / 2))::uuid as listing_id, m.user_id as buyer_id, t.user_id as seller_id,
    (array['proposed', 'awaiting_funds', 'funded', 'performed', 'released', 'released', 'released', 'released', 'released', 'void'])
        [1 + o.n / 7 %% 10]::public.escrow_state as state
from (select n, now() - (%(rows)s - n) * interval '10 seconds' as at from generate_series(1, %(rows)s) as n) as o
inner join bench.makers as m on m.n = 1 + o.n %% %(people)s
inner join bench.takers as t on t.n = 1 + o.n * 7 / 3 %% %(people)s;

insert into public.offers (
    id, listing_id, buyer_id, seller_id, author_role, author_id, amount, currency, milestones, listing_copy,
    listing_hash, status, last_event, last_actor_role, expires_at, created_at, updated_at
)
select
    offer_id, listing_id, buyer_id, seller_id, 'buyer', buyer_id, 200, 'USD',
    '[{"title": "First half", "description": "As agreed.", "amount": "100", "days": 14}, {"title": "Second half", "description": "As agreed.", "amount": "100", "days": 14}]',
    jsonb_build_object('id', listing_id, 'title', 'A listing', 'description', repeat('As it is. ', 30)),
    md5(n::text) || md5(at::text), 'accepted', 'accept', 'seller', at, at, at
from made;

insert into public.contracts (
    id, offer_id, listing_id, buyer_id, seller_id, currency, total, policy_id, rail, document, document_hash, created_at
)
select
    id, offer_id, listing_id, buyer_id, seller_id, 'USD', 200, 'market_goods', 'internal',
    format('{"contract_id":"%%s","conditions":"%%s"}', id, repeat('As both have said. ', 30)), md5(n::text) || md5(at::text), at
from made;

insert into private.escrow_transactions (
    id, product, policy_id, payer_id, payee_id, currency, amount, fee_bps, perform_within, accept_within, state, version,
    deadline_at, expires_at, payer_amount, payee_amount, fee_amount, terms_hash, last_event, last_actor_role,
    created_at, updated_at, completed_at
)
select
    part, 'market', 'market_goods', buyer_id, seller_id, 'USD', 100, 500, interval '14 days', interval '72 hours', state, 5,
    case when is_live then now() + interval '1 day' end, case when is_live then now() + interval '1 day' + n * interval '1 second' end,
    case state when 'released' then 0 end, case state when 'released' then 95 end, case state when 'released' then 5 end,
    md5(n::text) || md5(at::text), 'perform', 'payee', at, at, case when not is_live then at end
from (select made.*, state not in ('released', 'void') as is_live from made) as each
cross join unnest(parts) as part;

insert into public.contract_milestones (id, contract_id, position, title, description, amount, days)
select parts[place], id, place, (array['First half', 'Second half'])[place], 'As agreed.', 100, 14
from made cross join generate_series(1, 2) as place;
