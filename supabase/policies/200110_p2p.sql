-- Active orders are for everyone signed in, strangers ask the book; drafts and closed orders for their
-- maker. At which price an order wakes is for its maker alone: others find it in the book while it is awake.
grant select on public.p2p_orders to authenticated;
create policy p2p_orders_select_book_or_own on public.p2p_orders for select to authenticated
using ((status = 'active' and trigger_price is null) or user_id = any(array(select private.my_parties())));
-- A maker writes drafts; from publishing on only commands change an order.
grant insert (
    id, user_id, type, cryptocurrency, fiat_currency, amount, price_type, price, margin_bps, trigger_price,
    min_order_amount, max_order_amount, payment_methods, time_limit, min_taker_tier, terms, expires_at
) on public.p2p_orders to authenticated;
create policy p2p_orders_insert_own on public.p2p_orders for insert to authenticated
with check (
    user_id = (select auth.uid()) and status = 'draft' and (select private.may_write('p2p_orders.write'))
);
grant update (
    cryptocurrency, fiat_currency, amount, price_type, price, margin_bps, trigger_price,
    min_order_amount, max_order_amount, payment_methods, time_limit, min_taker_tier, terms, expires_at
) on public.p2p_orders to authenticated;
-- A published order is the maker's too: the trigger refuses, in words.
create policy p2p_orders_update_own on public.p2p_orders for update to authenticated
using ((select auth.uid()) is not null)
with check (
    user_id = (select auth.uid()) and status = 'draft' and (select private.may_write('p2p_orders.write'))
);
grant delete on public.p2p_orders to authenticated;
create policy p2p_orders_delete_own on public.p2p_orders for delete to authenticated
using (user_id = (select auth.uid()));

-- The maker writes it with the draft; only who has taken the order reads it too.
grant select, insert (order_id, auto_reply) on public.p2p_auto_replies to authenticated;
create policy p2p_auto_replies_select_own_or_taken on public.p2p_auto_replies for select to authenticated
using (
    exists (
        select from public.p2p_orders as o
        where o.id = p2p_auto_replies.order_id and o.user_id = any(array(select private.my_parties()))
    )
    or exists (
        select from public.p2p_trades as t
        where t.order_id = p2p_auto_replies.order_id
            and (
                t.buyer_id = any(array(select private.my_parties()))
                or t.seller_id = any(array(select private.my_parties()))
            )
    )
);
create policy p2p_auto_replies_insert_own_draft on public.p2p_auto_replies for insert to authenticated
with check (exists (
    select from public.p2p_orders as o
    where o.id = p2p_auto_replies.order_id and o.user_id = (select auth.uid()) and o.status = 'draft'
        and (select private.may_write('p2p_auto_replies.write'))
));

grant select on public.p2p_trades to authenticated;
create policy p2p_trades_select_involved on public.p2p_trades for select to authenticated
using (
    buyer_id = any(array(select private.my_parties()))
    or seller_id = any(array(select private.my_parties()))
    or id = any(array(select private.my_disputed_escrows()))
    or id between (select private.operator_sees_from()) and (select private.operator_sees_to())
);

-- Triggers of drafts run as the maker.
grant execute on function
private.has_edge(text, text, text, text, text, text, text), private.fits(numeric, text),
private.fits_payment_methods(text[], integer), private.has_index(text, text),
private.book_size(numeric), private.least_trade(text)
to authenticated;

select private.open_to_keys('public.p2p_orders', 'orders:read');
select private.open_to_keys('public.p2p_trades', 'orders:read');
