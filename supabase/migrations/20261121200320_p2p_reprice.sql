-- What a maker may change of a published order: its price and how much one take may have.

insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(12, 'p2p_order', 'active', 'reprice', 'maker', 'active', 'price and bounds; open trades keep theirs'),
(12, 'p2p_order', 'paused', 'reprice', 'maker', 'paused', 'price and bounds; open trades keep theirs');

create function private.repriced(p_order public.p2p_orders, command jsonb) returns public.p2p_orders
language plpgsql immutable set search_path = ''
as $$
begin
    if command ->> 'price' is not null or command ->> 'margin_bps' is not null then
        p_order.price := (command ->> 'price')::numeric;
        p_order.margin_bps := (command ->> 'margin_bps')::integer;
        p_order.price_type := case when p_order.margin_bps is null then 'fixed' else 'margin' end;
    end if;
    p_order.min_order_amount := coalesce((command ->> 'min_order_amount')::numeric, p_order.min_order_amount);
    p_order.max_order_amount := coalesce((command ->> 'max_order_amount')::numeric, p_order.max_order_amount);
    return p_order;
end
$$;
comment on function private.repriced(public.p2p_orders, jsonb) is
'The order as it would be with what a command says of its price and bounds; what it does not say stays.';

-- Definer: as order_publish.
create function service.order_reprice(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_context private.order_command_context := private.begin_order_command(command, 'order_reprice', true);
    v_order public.p2p_orders := v_context.opened;
begin
    if v_context.answer is not null then
        return v_context.answer;
    elsif v_order.status not in ('active', 'paused') then
        perform private.refuse('order_not_open');
    elsif v_order.expires_at <= v_context.now then
        perform private.refuse('order_expired');
    elsif v_order.version is distinct from (command ->> 'expected_version')::integer then
        perform private.refuse('stale_version');
    end if;
    v_order := private.repriced(v_order, command);
    perform private.ask_price(command, v_order, v_context.now);
    perform private.check_least_take(v_order, v_context.now);
    update public.p2p_orders set
        price_type = v_order.price_type, price = v_order.price, margin_bps = v_order.margin_bps,
        min_order_amount = v_order.min_order_amount, max_order_amount = v_order.max_order_amount,
        version = version + 1, last_event = 'reprice', last_actor_role = 'maker'
    where id = v_order.id
    returning * into v_order;
    return private.finish_command(command, private.order_answer(v_order), v_context.now);
end
$$;
comment on function service.order_reprice(service.command) is
'Maker changes what takes to come cost and how much each may have {order_id, actor_id, expected_version, price or margin_bps, min_order_amount, max_order_amount, idempotency_key, request_hash}; what is left out stays, running trades keep theirs. Raises order_not_open, order_expired, stale_version, limit_exceeded (409), bad_order (422).';
