-- Orders and trades. A trade is its escrow with the words of the exchange.

create type public.p2p_order_type as enum ('buy', 'sell');
create type public.p2p_price_type as enum ('fixed', 'margin');
create type public.p2p_order_status as enum ('draft', 'active', 'paused', 'completed', 'cancelled', 'expired');
create type public.p2p_trade_status as enum (
    'pending_payment', 'payment_confirmed', 'completed', 'disputed', 'cancelled', 'refunded', 'split'
);
create type public.p2p_trade_end as enum ('released', 'split', 'conceded', 'cancelled', 'unpaid', 'ruled', 'undecided');

create table public.p2p_orders (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references public.parties (id) on delete restrict,
    type public.p2p_order_type not null,
    cryptocurrency text not null references public.currencies (code) on delete restrict,
    fiat_currency text not null references public.currencies (code) on delete restrict,
    amount public.money_amount not null,
    price_type public.p2p_price_type not null default 'fixed',
    price public.money_amount,
    margin_bps integer,
    trigger_price public.money_amount,
    min_order_amount public.money_amount not null,
    max_order_amount public.money_amount not null,
    payment_methods text[] not null,
    time_limit integer,
    min_taker_tier smallint not null default 0,
    terms text not null default '',
    status public.p2p_order_status not null default 'draft',
    version integer not null default 1,
    remaining public.money_amount not null default 0,
    reserved public.money_amount not null default 0,
    settled public.money_amount not null default 0,
    withdrawn public.money_amount not null default 0,
    completed_trades integer not null default 0,
    last_event text not null default 'draft',
    last_actor_role text not null default 'maker',
    expires_at timestamptz not null default private.clock() + interval '30 days',
    created_at timestamptz not null default private.clock(),
    updated_at timestamptz not null default private.clock(),
    constraint p2p_orders_quantities check (least(remaining, reserved, settled, withdrawn) >= 0),
    -- I7
    constraint p2p_orders_adds_up check (
        status = 'draft' or remaining + reserved + settled + withdrawn = amount
    ),
    constraint p2p_orders_closed_has_no_remainder check (
        status in ('draft', 'active', 'paused') or remaining = 0
    ),
    constraint p2p_orders_completed_has_trades check (status <> 'completed' or settled > 0)
) with (fillfactor = 70);
alter table public.p2p_orders enable row level security;
select private.make_blankable('public.p2p_orders');
select private.make_text('public.p2p_orders', 'prose', 'terms');
select private.make_quota('public.p2p_orders', 'order_draft', 'user_id', '', $$status = 'draft'$$);
select private.make_edit_quota('public.p2p_orders', 'user_id');
create index p2p_orders_user_id_idx on public.p2p_orders (user_id, created_at desc);
create index p2p_orders_cryptocurrency_idx on public.p2p_orders (cryptocurrency);
create index p2p_orders_fiat_currency_idx on public.p2p_orders (fiat_currency);
-- For who reads the table: the book has lines of its own.
create index p2p_orders_book_idx on public.p2p_orders (cryptocurrency, fiat_currency, type, price, id)
where status = 'active';
create index p2p_orders_expires_at_idx on public.p2p_orders (expires_at)
where status in ('draft', 'active', 'paused');
comment on table public.p2p_orders is
'Offers to buy or sell crypto for bank money. Drafts are the maker''s own rows; from publishing on only commands change them. A sell order locks its whole amount when published.';
comment on column public.p2p_orders.id is 'The order; chosen by its maker.';
comment on column public.p2p_orders.user_id is 'The maker.';
comment on column public.p2p_orders.type is 'Side of the maker: buy or sell crypto.';
comment on column public.p2p_orders.cryptocurrency is 'Code of the crypto currency.';
comment on column public.p2p_orders.fiat_currency is 'Code of the currency it is paid in.';
comment on column public.p2p_orders.max_order_amount is 'Largest take, in crypto.';
comment on column public.p2p_orders.terms is 'Terms of the maker, read before a take.';
comment on column public.p2p_orders.status is 'Where it stands; changed only by moves of private.state_edges.';
comment on column public.p2p_orders.version is 'Number of changes of the row; a command names the one it has read.';
comment on column public.p2p_orders.remaining is 'Crypto that can still be taken.';
comment on column public.p2p_orders.settled is 'Crypto of trades that ended with the buyer paid out.';
comment on column public.p2p_orders.completed_trades is 'Trades of this order that settled.';
comment on column public.p2p_orders.last_event is 'Name of the last move.';
comment on column public.p2p_orders.last_actor_role is 'Who made the last move.';
comment on column public.p2p_orders.expires_at is 'When the order closes by itself.';
comment on column public.p2p_orders.created_at is 'When the row was made, by the database clock.';
comment on column public.p2p_orders.updated_at is 'When the row last changed, by the database clock.';
comment on column public.p2p_orders.amount is 'Total, in the cryptocurrency.';
comment on column public.p2p_orders.price_type is 'fixed: price; margin: follows the index of the pair.';
comment on column public.p2p_orders.price is 'Fixed price of one unit, in the fiat currency; null for a margin.';
comment on column public.p2p_orders.margin_bps is
'Basis points above (or below) the index: the price is index * (10000 + margin_bps) / 10000, exactly; null for a fixed price.';
comment on column public.p2p_orders.trigger_price is
'Index at which the order wakes: a sell order sleeps while the index is below it, a buy order while it is above; null: always awake.';
comment on column public.p2p_orders.min_order_amount is 'Smallest take, in the cryptocurrency; the last remainder may be smaller.';
comment on column public.p2p_orders.payment_methods is '1 to 10 ids of payment_methods; a take names one of them.';
comment on column public.p2p_orders.time_limit is
'Minutes a buyer has to send the bank money; null: as long as the method of the take gives.';
comment on column public.p2p_orders.min_taker_tier is 'Lowest verification tier of a taker, 0 to 3.';
comment on column public.p2p_orders.reserved is 'In open trades. remaining + reserved + settled + withdrawn = amount.';
comment on column public.p2p_orders.withdrawn is
'Left the order untraded: it was cancelled or expired, or its own maker gave the trade up.';

insert into private.hold_purposes (purpose, description) values
('order', 'What an order to sell offers.');

create table public.p2p_auto_replies (
    order_id uuid primary key references public.p2p_orders (id) on delete cascade,
    auto_reply text not null check (length(auto_reply) <= 2000 and private.has_words(auto_reply))
);
alter table public.p2p_auto_replies enable row level security;
select private.make_text('public.p2p_auto_replies', 'prose', 'auto_reply');
comment on table public.p2p_auto_replies is
'What a maker tells whoever takes the order, often an account number: a table of its own, since the book is public.';
comment on column public.p2p_auto_replies.order_id is 'Order it answers for.';
comment on column public.p2p_auto_replies.auto_reply is 'First words to each taker, shown when the trade begins.';

create table public.p2p_trades (
    id uuid primary key references private.escrow_transactions (id) on delete restrict,
    order_id uuid not null references public.p2p_orders (id) on delete restrict,
    buyer_id uuid not null references public.parties (id) on delete restrict,
    seller_id uuid not null references public.parties (id) on delete restrict,
    amount public.money_amount not null,
    price public.money_amount not null,
    cryptocurrency text not null,
    fiat_currency text not null,
    fiat_amount public.money_amount not null,
    payment_method text not null,
    taker_id uuid not null,
    payment_account_id uuid not null,
    price_source text not null default 'order',
    price_as_of timestamptz,
    reference_amount public.money_amount,
    is_rated boolean not null,
    status public.p2p_trade_status not null default 'pending_payment',
    ended_as public.p2p_trade_end,
    given_up_by uuid,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint p2p_trades_given_up_by_a_side check (
        given_up_by is null or (given_up_by in (buyer_id, seller_id) and ended_as is not null)
    )
) with (fillfactor = 70);
alter table public.p2p_trades enable row level security;
comment on column public.p2p_trades.taker_id is 'Party that took the order: buyer or seller.';
comment on column public.p2p_trades.payment_account_id is 'Account of the seller to which the buyer sends the bank money.';
comment on column public.p2p_trades.price_source is 'Where the price came from: order, or the sources of the index, with commas.';
comment on column public.p2p_trades.price_as_of is 'Age of the index at the take; null for a fixed price.';
comment on column public.p2p_trades.reference_amount is 'Worth at the take in the reference currency of the limits; null where no limit asks for it.';
comment on column public.p2p_trades.is_rated is
'Whether it is worth enough, by trade_minimums at the take, to be rated and to count in the figures of a trader.';
comment on column public.p2p_trades.ended_as is
'How it ended. released, split: traded. conceded: the buyer gave up; cancelled: both agreed to give all back; unpaid: the time to pay ran out; ruled: a dispute gave all back; undecided: all went back by the default of the policy. Null while it lives.';
comment on column public.p2p_trades.given_up_by is
'Whose doing it was that nothing was traded: counts toward the limits of that party and makes it wait (take_cooldowns). Null: traded, or nobody''s.';
create index p2p_trades_given_up_by_idx on public.p2p_trades (given_up_by) where given_up_by is not null;
create index p2p_trades_order_id_idx on public.p2p_trades (order_id);
create index p2p_trades_buyer_id_idx on public.p2p_trades (buyer_id, created_at desc);
create index p2p_trades_seller_id_idx on public.p2p_trades (seller_id, created_at desc);
comment on table public.p2p_trades is
'A taken part of an order. The id is that of its escrow, and status follows the escrow''s state.';
comment on column public.p2p_trades.id is 'The trade; its escrow has the same id.';
comment on column public.p2p_trades.order_id is 'Order it took from.';
comment on column public.p2p_trades.buyer_id is 'Who buys the crypto: payee of the escrow.';
comment on column public.p2p_trades.seller_id is 'Who sells the crypto: payer of the escrow.';
comment on column public.p2p_trades.amount is 'Crypto traded.';
comment on column public.p2p_trades.price is 'Fiat per unit of crypto, as agreed at the take.';
comment on column public.p2p_trades.fiat_currency is 'Currency it is paid in.';
comment on column public.p2p_trades.payment_method is 'Row of payment_methods it is paid by.';
comment on column public.p2p_trades.status is 'Word for clients, derived from the state of the escrow.';
comment on column public.p2p_trades.created_at is 'When it was taken.';
comment on column public.p2p_trades.updated_at is 'When the row last changed, by the database clock.';
comment on column public.p2p_trades.cryptocurrency is 'Copied from the order, which refers to currencies.';
comment on column public.p2p_trades.fiat_amount is 'Bank money the buyer sends: amount times price, rounded half up to the decimals of the fiat currency.';

insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(1, 'p2p_order', null, 'draft', 'maker', 'draft', 'written over PostgREST'),
(2, 'p2p_order', 'draft', 'publish', 'maker', 'active', 'a sell order locks its amount'),
(3, 'p2p_order', 'active', 'take', 'taker', 'active', 'reserves a part'),
(4, 'p2p_order', 'active', 'trade_ended', 'system', 'active', 'its part is settled, listed again or withdrawn'),
(4, 'p2p_order', 'paused', 'trade_ended', 'system', 'paused', 'its part is settled, listed again or withdrawn'),
(5, 'p2p_order', 'active', 'fill', 'system', 'completed', 'nothing remains or is open, something was traded'),
(5, 'p2p_order', 'paused', 'fill', 'system', 'completed', 'nothing remains or is open, something was traded'),
(5, 'p2p_order', 'active', 'lapse', 'system', 'cancelled', 'nothing remains since its maker gave every trade up'),
(5, 'p2p_order', 'paused', 'lapse', 'system', 'cancelled', 'nothing remains since its maker gave every trade up'),
(6, 'p2p_order', 'active', 'cancel', 'maker', 'cancelled', 'open trades go on'),
(6, 'p2p_order', 'paused', 'cancel', 'maker', 'cancelled', 'open trades go on'),
(7, 'p2p_order', 'draft', 'expire', 'timer', 'expired', ''),
(7, 'p2p_order', 'active', 'expire', 'timer', 'expired', 'open trades go on'),
(7, 'p2p_order', 'paused', 'expire', 'timer', 'expired', 'open trades go on'),
(8, 'p2p_order', 'cancelled', 'trade_ended', 'system', 'cancelled', 'the last trades of a closed order'),
(8, 'p2p_order', 'expired', 'trade_ended', 'system', 'expired', 'the last trades of a closed order'),
(9, 'p2p_order', 'active', 'pause', 'maker', 'paused', 'out of the book, its money stays locked; open trades go on'),
(10, 'p2p_order', 'paused', 'resume', 'maker', 'active', 'in the book again');

create function private.fits_payment_methods(p_methods text[], p_time_limit integer) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select count(*) between 1 and 10 and count(*) = cardinality(p_methods)
            and bool_and(make_interval(mins => p_time_limit) >= m.pay_within_min) is not false
        from public.payment_methods as m where m.id = any (p_methods) and m.is_active
    );
end
$$;
comment on function private.fits_payment_methods(text[], integer) is
'Whether these are 1 to 10 different active payment methods, none of which needs more minutes than the limit; null: no limit.';

create function private.has_index(p_cryptocurrency text, p_fiat_currency text) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select exists (
            select from public.price_rules
            where cryptocurrency = p_cryptocurrency and fiat_currency = p_fiat_currency and is_active
        )
    );
end
$$;
comment on function private.has_index(text, text) is 'Whether a pair has an index, fresh or not.';

create function private.is_awake(p_type public.p2p_order_type, p_trigger numeric, p_index numeric) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
    return p_trigger is null
        or coalesce((p_type = 'sell' and p_index >= p_trigger) or (p_type = 'buy' and p_index <= p_trigger), false);
end
$$;
comment on function private.is_awake(public.p2p_order_type, numeric, numeric) is
'Whether the index has reached the trigger of an order, if it has one.';

create function private.tg_p2p_orders__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if private.is_erasing() then
        return new;
    end if;
    if tg_op = 'UPDATE' and old.status = 'draft' and new.status = 'draft' then
        new.version := old.version;
    elsif not private.has_edge(
        'p2p_order', case when tg_op = 'UPDATE' then old.status::text end, '', new.last_event, new.last_actor_role,
        new.status::text, ''
    ) or (tg_op = 'UPDATE' and new.version <> old.version + 1) then
        raise sqlstate 'PT409' using
            message = 'illegal_move',
            detail = format('An order that is %s does not become %s by %s.',
                case when tg_op = 'UPDATE' then old.status::text else 'new' end, new.status, new.last_event);
    elsif tg_op = 'UPDATE' and (old.user_id, old.type, old.cryptocurrency, old.fiat_currency, old.amount)
        is distinct from (new.user_id, new.type, new.cryptocurrency, new.fiat_currency, new.amount) then
        raise sqlstate 'PT409' using
            message = 'order_is_published',
            detail = 'A published order changes by commands only; owner, side, currencies and amount never.',
            hint = 'POST /orders/{order_id}/reprice changes its price and bounds.';
    end if;
    -- What an order offers is checked here and not by constraints, which would be read again at every take.
    if new.last_event in ('draft', 'publish', 'reprice') and not (
        private.fits(new.amount, new.cryptocurrency) and private.fits(new.min_order_amount, new.cryptocurrency)
        and private.fits(new.max_order_amount, new.cryptocurrency)
        and coalesce(case new.price_type
            when 'fixed' then new.price > 0 and new.margin_bps is null
            else new.price is null and new.margin_bps between -9900 and 100000
        end, false)
        and coalesce(new.trigger_price > 0, true)
        and (
            (new.price_type = 'fixed' and new.trigger_price is null)
            or private.has_index(new.cryptocurrency, new.fiat_currency)
        )
        and private.least_trade(new.cryptocurrency) <= new.min_order_amount and new.min_order_amount <= new.max_order_amount
        and new.max_order_amount <= new.amount
        and coalesce(new.time_limit, 15) between 15 and 4320
        and private.fits_payment_methods(new.payment_methods, new.time_limit)
        and new.min_taker_tier between 0 and 3
        and new.expires_at <= private.clock() + interval '90 days' and isfinite(new.expires_at)
        and length(new.terms) <= 5000
        and exists (select from public.currencies where code = new.cryptocurrency and kind = 'crypto' and is_active)
        and exists (select from public.currencies where code = new.fiat_currency and kind = 'fiat' and is_active)
    ) then
        raise sqlstate 'PT422' using
            message = 'bad_order',
            detail = 'Crypto for fiat in active currencies, least trade (trade_minimums) <= min <= max <= amount in the decimals of the cryptocurrency, a price above zero or, where the pair has an index, a margin from -9900 to 100000 basis points, 1 to 10 active payment methods, 15 to 4320 minutes and not less than each method needs, a tier from 0 to 3, at most 90 days.';
    end if;
    return new;
end
$$;
comment on function private.tg_p2p_orders__guard() is 'Law 2 for orders, and the sanity of what one offers.';
create trigger _500_guard before insert or update on public.p2p_orders
for each row execute function private.tg_p2p_orders__guard();
create function private.tg_p2p_orders__published() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise sqlstate 'PT409' using
        message = 'order_is_published',
        detail = 'A published order changes by commands only; owner, side, currencies and amount never.',
        hint = 'POST /orders/{order_id}/reprice changes its price and bounds.';
end
$$;
comment on function private.tg_p2p_orders__published() is
'Tells a maker who writes to an order that is no draft that nothing is changed, where a policy would only hide the row.';
create trigger _400_published before update or delete on public.p2p_orders
for each row when (old.status <> 'draft' and current_user = 'authenticated')
execute function private.tg_p2p_orders__published();
create trigger _100_touch before update on public.p2p_orders
for each row execute function private.tg__touch();
-- Takes and ends of trades are in the events of their escrows.
create trigger _900_audit_insert after insert or delete on public.p2p_orders
for each row execute function private.tg__audit('id');
create trigger _900_audit_update after update on public.p2p_orders
for each row when (new.last_event not in ('take', 'trade_ended', 'fill', 'lapse'))
execute function private.tg__audit('id');

create function private.p2p_trade_status(
    p_state public.escrow_state, p_from public.escrow_state
) returns public.p2p_trade_status
language plpgsql immutable set search_path = ''
as $$
begin
    return (
        select (case p_state
            when 'funded' then 'pending_payment'
            when 'performed' then 'payment_confirmed'
            when 'released' then 'completed'
            when 'split' then 'split'
            when 'refunded' then case when p_from = 'funded' then 'cancelled' else 'refunded' end
            else 'disputed'
        end)::public.p2p_trade_status
    );
end
$$;
comment on function private.p2p_trade_status(public.escrow_state, public.escrow_state) is
'Word of the exchange for an escrow state; a refund before payment is a cancelled trade.';

create function private.p2p_trade_end(p_state public.escrow_state, p_event text) returns public.p2p_trade_end
language plpgsql immutable set search_path = ''
as $$
begin
    return case
        when p_state in ('released', 'split') then p_state::text
        when p_state <> 'refunded' then null
        else case p_event
            when 'concede' then 'conceded'
            when 'accept_split' then 'cancelled'
            when 'timeout_refund' then 'unpaid'
            when 'settle_decision' then 'ruled'
            when 'timeout_settle' then 'ruled'
            else 'undecided'
        end
    end;
end
$$;
comment on function private.p2p_trade_end(public.escrow_state, text) is
'How a trade ended whose escrow came to a state by an event; null: it has not.';

create function private.gave_up(
    p_trade public.p2p_trades, p_end public.p2p_trade_end, p_actor_role public.escrow_role
) returns uuid
language plpgsql immutable set search_path = ''
as $$
begin
    return case
        when p_end in ('conceded', 'unpaid', 'ruled') then p_trade.buyer_id
        -- Who accepts an agreement was asked for it.
        when p_end = 'cancelled' and (p_actor_role = 'payer') = (p_trade.taker_id = p_trade.buyer_id)
            then p_trade.taker_id
    end;
end
$$;
comment on function private.gave_up(public.p2p_trades, public.p2p_trade_end, public.escrow_role) is
'Whose doing it is that nothing was traded: the buyer who gave up, did not pay or lost the dispute; of a cancelled trade the taker who asked for it. Null: nobody''s. p_actor_role: who made the last move.';

create type private.order_price as (
    price numeric,
    source text,
    as_of timestamptz,
    refusal text
);
comment on type private.order_price is
'What an order costs now and where the price comes from, or the code of the refusal why it has none.';

create function private.price_of_order(p_order public.p2p_orders, p_now timestamptz) returns private.order_price
language plpgsql stable set search_path = ''
as $$
declare
    v_index public.prices;
begin
    if p_order.price_type = 'fixed' and p_order.trigger_price is null then
        return row(p_order.price, 'order', null, null)::private.order_price;
    end if;
    v_index := private.fresh_index(p_order.cryptocurrency, p_order.fiat_currency, p_now);
    if v_index.price is null then
        return row(null, null, null, 'price_stale')::private.order_price;
    elsif not private.is_awake(p_order.type, p_order.trigger_price, v_index.price) then
        return row(null, null, null, 'order_asleep')::private.order_price;
    elsif p_order.price_type = 'fixed' then
        return row(p_order.price, 'order', null, null)::private.order_price;
    end if;
    return row(
        trim_scale(v_index.price * (10000 + p_order.margin_bps) / 10000), array_to_string(v_index.sources, ','),
        v_index.as_of, null
    )::private.order_price;
end
$$;
comment on function private.price_of_order(public.p2p_orders, timestamptz) is
'Price of one unit of an order. A margin, and a trigger, need an index that is not stale.';
