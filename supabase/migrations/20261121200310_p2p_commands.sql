-- Publish, pause, resume, cancel, take, expire.

create type private.order_command_context as (
    answer jsonb,
    actor_id uuid,
    is_maker boolean,
    now timestamptz,
    opened public.p2p_orders
);
comment on type private.order_command_context is
'An order command that has begun: the stored answer of a repeated key, or who commands, whether for the maker, when, and the locked order.';

create function private.begin_order_command(
    command jsonb, p_act text, p_maker boolean
) returns private.order_command_context
language plpgsql volatile set search_path = ''
as $$
declare
    v_order public.p2p_orders;
    v_context private.order_command_context;
begin
    v_context.actor_id := private.command_actor(command);
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    select * into v_order from public.p2p_orders where id = (command ->> 'order_id')::uuid for no key update;
    if not found then
        perform private.refuse('order_not_found');
    end if;
    v_context.answer := private.command_answer(command);
    if v_context.answer is not null then
        return v_context;
    end if;
    v_context.is_maker := private.acts_for(v_context.actor_id, v_order.user_id);
    if not v_context.is_maker and v_order.status <> 'active' then
        perform private.refuse('order_not_found');
    elsif p_maker and not v_context.is_maker then
        perform private.refuse('not_your_order');
    end if;
    perform private.ask(command, case when p_maker then v_order.user_id else v_context.actor_id end, p_act);
    if p_act in ('order_publish', 'order_resume', 'order_take') and (
        private.is_halted('pair', v_order.cryptocurrency || '/' || v_order.fiat_currency)
        or p_act <> 'order_take' and private.way_is_halted('internal', v_order.cryptocurrency)
    ) then
        perform private.refuse('halted');
    end if;
    v_context.now := private.clock();
    v_context.opened := v_order;
    return v_context;
end
$$;
comment on function private.begin_order_command(jsonb, text, boolean) is
'Common entry of order commands: share lock, order lock, key, owner, whether the party may do the act. To others than its maker only an active order exists. Raises order_not_found (404), not_your_order (403), halted (409) and what private.ask raises.';

insert into private.refusals (code, status, detail, hint) values
('order_not_found', 404, 'No such order.', ''),
('not_your_order', 403, 'Only its maker may do this.', ''),
('order_not_draft', 409, 'The order was published before.', ''),
('order_not_active', 409, 'The order is not open for takes.', ''),
('order_not_paused', 409, 'The order is not paused.', ''),
('order_not_open', 409, 'The order is closed already.', ''),
('order_expired', 409, 'The order has run out.', ''),
('own_order', 409, 'Nobody takes their own order.', ''),
('order_unavailable', 409, 'This order is not for you.', 'Take another one.'),
('payment_method_not_offered', 422, 'The order does not offer this payment method.', 'Name one of its methods.'),
('amount_out_of_range', 422, 'Out of the order''s range, or too many decimals.', 'The last remainder may be whole.'),
('not_enough_remaining', 409, 'Less than this remains.', 'Read the order again.'),
('order_asleep', 409, 'The order waits for another price of the index.', ''),
('price_changed', 409, 'The price is worse than expected, by more than the slippage allowed.', 'Read the order again.'),
(
    'remainder_too_small', 422, 'This would leave less than can be traded.',
    'Take all of it, or leave at least the least amount of trade_minimums.'
),
('fiat_amount_not_exact', 422, 'Amount times price, rounded half up, is zero in the fiat currency.', 'Take more.');

create function private.order_answer(p_order public.p2p_orders) returns jsonb
language plpgsql immutable set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'order_id', p_order.id, 'status', p_order.status, 'version', p_order.version,
            'remaining', trim_scale(p_order.remaining)::text, 'expires_at', p_order.expires_at
        )
    );
end
$$;
comment on function private.order_answer(public.p2p_orders) is 'Answer of an order command.';

create function private.move_order_money(
    p_order public.p2p_orders, p_kind text, p_amount numeric, p_actor uuid, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_transfer uuid := private.uuid_v7(p_now);
    v_wallet uuid := ledger.wallet_of(p_order.user_id, p_order.cryptocurrency);
begin
    perform ledger.post(
        array[row(v_transfer, p_kind, 'p2p_order', p_order.id, '', null, p_actor)::ledger.new_transfer],
        array[
            row(v_transfer, v_wallet, 'available', -p_amount, null, null)::ledger.new_entry,
            row(v_transfer, v_wallet, 'locked', p_amount, p_order.id, 'order')::ledger.new_entry
        ],
        p_now
    );
end
$$;
comment on function private.move_order_money(public.p2p_orders, text, numeric, uuid, timestamptz) is
'Locks (positive) or frees (negative) money of a sell order. Raises insufficient_funds (409).';

create function private.is_worse(
    p_type public.p2p_order_type, p_price numeric, p_expected numeric, p_slippage_bps integer
) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
    return not coalesce(p_expected < 1e20 and p_slippage_bps between 0 and 10000 and case p_type
        when 'sell' then p_price * 10000 <= p_expected * (10000 + p_slippage_bps)
        else p_price * 10000 >= p_expected * (10000 - p_slippage_bps)
    end, false);
end
$$;
comment on function private.is_worse(public.p2p_order_type, numeric, numeric, integer) is
'Whether the taker of an order pays more, or gets less, than expected and allowed; without an expectation always.';

create function private.move_order(
    p_order public.p2p_orders, p_event text, p_status public.p2p_order_status, p_remaining numeric
) returns public.p2p_orders
language plpgsql volatile set search_path = ''
as $$
begin
    update public.p2p_orders set
        status = p_status, remaining = p_remaining, version = version + 1, last_event = p_event, last_actor_role = 'maker'
    where id = p_order.id
    returning * into p_order;
    return p_order;
end
$$;
comment on function private.move_order(public.p2p_orders, text, public.p2p_order_status, numeric) is
'The maker''s move of a locked order.';

create function private.is_cheap(p_order public.p2p_orders, p_now timestamptz) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    v_limit integer := (
        select r.step_up_bps from public.price_rules as r
        where r.cryptocurrency = p_order.cryptocurrency and r.fiat_currency = p_order.fiat_currency
    );
    v_index numeric := (private.fresh_index(p_order.cryptocurrency, p_order.fiat_currency, p_now)).price;
begin
    return coalesce(case
        when p_order.price_type = 'margin' and p_order.type = 'sell' then p_order.margin_bps < -v_limit
        when p_order.price_type = 'margin' then p_order.margin_bps > v_limit
        when p_order.type = 'sell' then p_order.price * 10000 < v_index * (10000 - v_limit)
        else p_order.price * 10000 > v_index * (10000 + v_limit)
    end, true);
end
$$;
comment on function private.is_cheap(public.p2p_orders, timestamptz) is
'Whether an order gives its maker a price that is worse than the index by more than the pair''s step_up_bps; without a fresh index nobody knows, and so yes.';

create function private.ask_price(command jsonb, p_order public.p2p_orders, p_now timestamptz) returns void
language plpgsql stable set search_path = ''
as $$
begin
    -- Whoever has only the session sells nothing at a ruinous price.
    if private.is_cheap(p_order, p_now) then
        perform private.ask(command, p_order.user_id, 'order_publish_cheap');
    end if;
end
$$;
comment on function private.ask_price(jsonb, public.p2p_orders, timestamptz) is
'Asks for the second factor before an order with a cheap price enters the book. Raises what private.ask raises.';

-- Definer: service_role may give commands, not write the tables.
create function service.order_publish(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_context private.order_command_context := private.begin_order_command(command, 'order_publish', true);
    v_order public.p2p_orders := v_context.opened;
begin
    if v_context.answer is not null then
        return v_context.answer;
    elsif v_order.status <> 'draft' then
        perform private.refuse('order_not_draft');
    elsif v_order.expires_at <= v_context.now then
        perform private.refuse('order_expired');
    end if;
    perform private.ask_price(command, v_order, v_context.now);
    perform private.check_order_limits(v_order, v_context.now);
    if v_order.type = 'sell' then
        perform private.move_order_money(v_order, 'p2p_order.publish', v_order.amount, v_context.actor_id, v_context.now);
    end if;
    v_order := private.move_order(v_order, 'publish', 'active', v_order.amount);
    return private.finish_command(command, private.order_answer(v_order), v_context.now);
end
$$;
comment on function service.order_publish(service.command) is
'Maker publishes a draft {order_id, actor_id, idempotency_key, request_hash}; a sell order locks its amount and has an account for each of its payment methods. Raises order_not_draft, order_expired, insufficient_funds, limit_exceeded, payment_account_missing (409), take_cooldown (429).';

-- Definer: as order_publish.
create function service.order_pause(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_context private.order_command_context := private.begin_order_command(command, 'order_pause', true);
    v_order public.p2p_orders := v_context.opened;
begin
    if v_context.answer is not null then
        return v_context.answer;
    elsif v_order.status <> 'active' then
        perform private.refuse('order_not_active');
    end if;
    v_order := private.move_order(v_order, 'pause', 'paused', v_order.remaining);
    return private.finish_command(command, private.order_answer(v_order), v_context.now);
end
$$;
comment on function service.order_pause(service.command) is
'Maker takes an order out of the book {order_id, actor_id, idempotency_key, request_hash}: nobody takes it, its money stays locked, open trades go on. Raises order_not_active (409).';

-- Definer: as order_publish.
create function service.order_resume(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_context private.order_command_context := private.begin_order_command(command, 'order_resume', true);
    v_order public.p2p_orders := v_context.opened;
begin
    if v_context.answer is not null then
        return v_context.answer;
    elsif v_order.status <> 'paused' then
        perform private.refuse('order_not_paused');
    elsif v_order.expires_at <= v_context.now then
        perform private.refuse('order_expired');
    end if;
    perform private.ask_price(command, v_order, v_context.now);
    v_order := private.move_order(v_order, 'resume', 'active', v_order.remaining);
    return private.finish_command(command, private.order_answer(v_order), v_context.now);
end
$$;
comment on function service.order_resume(service.command) is
'Maker puts a paused order back into the book {order_id, actor_id, idempotency_key, request_hash}. Raises order_not_paused, order_expired, payment_account_missing (409).';

create function private.close_order(
    p_order public.p2p_orders, p_event text, p_role text, p_actor uuid, p_now timestamptz
) returns public.p2p_orders
language plpgsql volatile set search_path = ''
as $$
begin
    if p_order.type = 'sell' and p_order.remaining > 0 then
        perform private.move_order_money(p_order, 'p2p_order.' || p_event, -p_order.remaining, p_actor, p_now);
    end if;
    update public.p2p_orders set
        status = case p_event when 'cancel' then 'cancelled' else 'expired' end::public.p2p_order_status,
        withdrawn = amount - reserved - settled, remaining = 0,
        version = version + 1, last_event = p_event, last_actor_role = p_role
    where id = p_order.id
    returning * into p_order;
    return p_order;
end
$$;
comment on function private.close_order(public.p2p_orders, text, text, uuid, timestamptz) is
'Cancels or expires a locked order: what remains goes back, open trades go on.';

-- Definer: as order_publish.
create function service.order_cancel(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_context private.order_command_context := private.begin_order_command(command, 'order_cancel', true);
    v_order public.p2p_orders := v_context.opened;
begin
    if v_context.answer is not null then
        return v_context.answer;
    elsif v_order.status not in ('active', 'paused') then
        perform private.refuse('order_not_open');
    end if;
    v_order := private.close_order(v_order, 'cancel', 'maker', v_context.actor_id, v_context.now);
    return private.finish_command(command, private.order_answer(v_order), v_context.now);
end
$$;
comment on function service.order_cancel(service.command) is
'Maker cancels {order_id, actor_id, idempotency_key, request_hash}: what remains goes back, open trades go on. Raises order_not_open (409).';

-- Definer: as order_publish.
create function service.order_take(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_context private.order_command_context := private.begin_order_command(command, 'order_take', false);
    v_order public.p2p_orders := v_context.opened;
    v_now timestamptz := v_context.now;
    v_actor uuid := v_context.actor_id;
    v_amount numeric := (command ->> 'amount')::numeric;
    v_price private.order_price := private.price_of_order(v_order, v_now);
    v_fiat numeric := round(v_amount * v_price.price, private.decimals_of(v_order.fiat_currency));
    v_method record;
    v_deadline timestamptz;
    v_id uuid := private.uuid_v7(v_now);
    v_trade public.p2p_trades;
    v_escrow private.escrow_transactions;
    v_payer uuid;
    v_payee uuid;
    v_wallet uuid;
    v_least numeric := private.least_trade(v_order.cryptocurrency);
    v_answer jsonb;
begin
    if v_context.answer is not null then
        return v_context.answer;
    end if;
    select m.id, coalesce(make_interval(mins => v_order.time_limit), m.pay_within) as pay_within, m.accept_within, p.perform_grace
    into v_method
    from public.payment_methods as m cross join public.escrow_policies as p
    where p.id = 'p2p_crypto'
        and m.id = coalesce(command ->> 'payment_method', v_order.payment_methods[1])
        and m.id = any (v_order.payment_methods)
        and (command ->> 'payment_method' is not null or cardinality(v_order.payment_methods) = 1);
    perform private.refuse(refusal) from (select case
        when v_order.status = 'draft' then 'order_not_found'
        when v_order.status <> 'active' then 'order_not_active'
        when v_order.expires_at <= v_now then 'order_expired'
        when v_context.is_maker then 'own_order'
        when private.is_blocked(v_order.user_id, v_actor) then 'order_unavailable'
        when not private.other_side_may(v_order.user_id, 'order_take') then 'order_unavailable'
        when v_method.id is null then 'payment_method_not_offered'
        when v_price.refusal is not null then v_price.refusal
        when private.is_worse(
            v_order.type, v_price.price, (command ->> 'expected_price')::numeric,
            coalesce((command ->> 'max_slippage_bps')::integer, 0)
        ) then 'price_changed'
        when not coalesce(private.fits(v_amount, v_order.cryptocurrency) and v_amount > 0, false) then 'amount_out_of_range'
        when v_amount > v_order.max_order_amount then 'amount_out_of_range'
        when v_amount > v_order.remaining then 'not_enough_remaining'
        when v_amount < v_least or (v_amount < v_order.min_order_amount and v_amount <> v_order.remaining)
            then 'amount_out_of_range'
        when v_order.remaining - v_amount > 0 and v_order.remaining - v_amount < v_least then 'remainder_too_small'
        when v_fiat <= 0 then 'fiat_amount_not_exact'
    end as refusal) as refused where refusal is not null;

    v_deadline := v_now + v_method.pay_within;
    v_payer := case v_order.type when 'sell' then v_order.user_id else v_actor end;
    v_payee := case v_order.type when 'sell' then v_actor else v_order.user_id end;
    v_trade.id := v_id;
    v_trade.order_id := v_order.id;
    v_trade.buyer_id := v_payee;
    v_trade.seller_id := v_payer;
    v_trade.taker_id := v_actor;
    v_trade.amount := v_amount;
    v_trade.price := v_price.price;
    v_trade.price_source := v_price.source;
    v_trade.price_as_of := v_price.as_of;
    v_trade.cryptocurrency := v_order.cryptocurrency;
    v_trade.fiat_currency := v_order.fiat_currency;
    v_trade.fiat_amount := v_fiat;
    v_trade.payment_method := v_method.id;
    v_trade.payment_account_id := command ->> 'payment_account_id';
    v_trade.is_rated := private.is_rated(v_order.cryptocurrency, v_amount);
    v_trade.status := 'pending_payment';
    v_trade.created_at := v_now;
    v_trade.updated_at := v_now;
    v_trade.reference_amount := private.check_trade_limits(v_trade);
    v_wallet := ledger.wallet_of(v_payer, v_order.cryptocurrency);
    perform ledger.post(
        array[row(v_id, 'escrow.take', 'escrow', v_id, '', null, v_actor)::ledger.new_transfer],
        array[
            case v_order.type
                when 'sell' then row(v_id, v_wallet, 'locked', -v_amount, v_order.id, 'order')::ledger.new_entry
                else row(v_id, v_wallet, 'available', -v_amount, null, null)::ledger.new_entry
            end,
            row(v_id, v_wallet, 'locked', v_amount, v_id, 'escrow')::ledger.new_entry
        ],
        v_now
    );
    update public.p2p_orders set
        remaining = remaining - v_amount, reserved = reserved + v_amount,
        version = version + 1, last_event = 'take', last_actor_role = 'taker'
    where id = v_order.id;
    v_escrow.id := v_id;
    v_escrow.product := 'p2p';
    v_escrow.policy_id := 'p2p_crypto';
    v_escrow.rail := 'internal';
    v_escrow.payer_id := v_payer;
    v_escrow.payee_id := v_payee;
    v_escrow.currency := v_order.cryptocurrency;
    v_escrow.amount := v_amount;
    v_escrow.perform_within := v_method.pay_within;
    v_escrow.accept_within := v_method.accept_within;
    v_escrow.state := 'funded';
    v_escrow.deadline_at := v_deadline;
    v_escrow.expires_at := v_deadline + v_method.perform_grace;
    v_escrow.last_event := 'take';
    v_escrow.last_actor_role := case v_order.type when 'sell' then 'payee' else 'payer' end;
    v_escrow.last_actor_id := v_actor;
    v_escrow.last_payload := jsonb_build_object('order_id', v_order.id);
    v_escrow.created_at := v_now;
    perform private.escrow_open(v_escrow);
    insert into public.p2p_trades select (v_trade).*;
    v_answer := jsonb_build_object(
        'trade_id', v_id, 'order_id', v_order.id, 'status', 'pending_payment', 'version', 1,
        'amount', trim_scale(v_amount)::text, 'price', trim_scale(v_price.price)::text,
        'fiat_amount', trim_scale(v_fiat)::text,
        'deadline_at', v_deadline, 'auto_reply', coalesce((
            select r.auto_reply from public.p2p_auto_replies as r where r.order_id = v_order.id
        ), '')
    );
    return private.finish_command(command, v_answer, v_now);
end
$$;
comment on function service.order_take(service.command) is
'Takes a part of an order {order_id, actor_id, amount, expected_price, max_slippage_bps, payment_method (needed where the order offers several), payment_account_id, idempotency_key, request_hash} -> {trade_id, ...}: reserves the quantity and holds the crypto, at once or not at all. The bank money is amount times price, rounded half up; the buyer has the time of the order, else of the payment method. Raises order_not_found (404), order_not_active, order_expired, own_order, order_unavailable, price_stale, order_asleep, price_changed, not_enough_remaining, insufficient_funds, limit_exceeded (409), payment_method_not_offered, amount_out_of_range, remainder_too_small, fiat_amount_not_exact (422).';

-- Definer: timers have no user.
create function service.orders_expire(max_rows integer default 500) returns integer
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_now timestamptz := private.clock();
    v_ids uuid[];
    v_order public.p2p_orders;
    v_closed integer := 0;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    select array_agg(due.id) into v_ids from (
        select o.id from public.p2p_orders as o
        where o.status in ('draft', 'active', 'paused') and o.expires_at <= v_now
            and not private.sweep_is_late(v_now) and not private.is_put_off('order', o.id::text, v_now)
            -- Who lost time to an outage has it back first.
            and (o.status = 'draft' or not private.owed_time(o.id, o.created_at))
        order by o.id limit max_rows for no key update skip locked
    ) as due;
    -- Each order posts on its own: without this the wallets would be locked in the order of orders.
    perform from public.p2p_orders as o
    inner join public.wallets as w on o.user_id = w.party_id and o.cryptocurrency = w.currency and w.type = 'spot'
    where o.id = any (v_ids)
    order by w.id
    for no key update of w;
    for v_order in
        select * from public.p2p_orders where id = any (v_ids) order by id
    loop
        begin
            perform private.close_order(v_order, 'expire', 'timer', null, v_now);
            perform private.went_through('order', v_order.id::text);
            v_closed := v_closed + 1;
        exception when others then
            perform private.put_off('order', v_order.id::text, sqlerrm, v_now);
        end;
    end loop;
    return v_closed;
end
$$;
comment on function service.orders_expire(integer) is 'Closes orders whose time is over; returns how many.';

-- Takes and ends of trades are events of their escrows.
-- Definer: commands of a maker write the outbox through it.
create function private.tg_p2p_orders__event() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.emit_event(
        'order.' || new.last_event, 'order', new.id, new.version, array[new.user_id],
        jsonb_build_object(
            'status', new.status, 'type', new.type, 'cryptocurrency', new.cryptocurrency,
            'fiat_currency', new.fiat_currency, 'remaining', trim_scale(new.remaining)::text,
            'price', trim_scale(new.price)::text, 'margin_bps', new.margin_bps,
            'min_order_amount', trim_scale(new.min_order_amount)::text,
            'max_order_amount', trim_scale(new.max_order_amount)::text
        ), new.updated_at
    );
    return null;
end
$$;
comment on function private.tg_p2p_orders__event() is 'Tells the maker what became of an order.';
create trigger _600_event after update on public.p2p_orders
for each row when (new.version <> old.version and new.last_event not in ('take', 'trade_ended'))
execute function private.tg_p2p_orders__event();

insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(11, 'p2p_order', 'active', 'pause', 'system', 'paused', 'its maker was stopped; open trades go on');

create function private.p2p_reached_by_halt(p_kind text, p_name text) returns setof uuid
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select o.user_id from public.p2p_orders as o
    where o.status in ('active', 'paused') and case p_kind
        when 'pair' then o.cryptocurrency || '/' || o.fiat_currency = p_name
        when 'network' then o.cryptocurrency in (select c.code from public.currencies as c where c.network_id = p_name)
        when 'rail' then p_name = 'internal'
        else false
    end;
end
$$;
comment on function private.p2p_reached_by_halt(text, text) is 'Makers whose published orders nobody takes while something is halted.';

create function private.pause_orders_of(p_party_id uuid) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_orders uuid[];
begin
    -- Drafts, too: one that is being published now is in the book when its lock is had.
    v_orders := array(
        select o.id from public.p2p_orders as o where o.user_id = p_party_id and o.status in ('draft', 'active', 'paused')
        order by o.id for no key update
    );
    update public.p2p_orders set
        status = 'paused', version = version + 1, last_event = 'pause', last_actor_role = 'system'
    where id = any (v_orders) and status = 'active';
end
$$;
comment on function private.pause_orders_of(uuid) is 'Pauses the published orders of a party that was stopped.';
